"""JupyterLab with a notebook on its page, looked at in a headless Chromium."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

__all__ = ["chromium", "page_of"]

_TOKEN = "looked-at"
_PATIENCE = 90  # seconds until the server answers, and until the page has shown everything


def chromium() -> str | None:
    """The Chromium of the system."""
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


@contextmanager
def page_of(notebook: Path, place: Path, *, theme: str) -> Iterator[Any]:
    """The page of a notebook with all of its cells. JupyterLab does not trust it, as it trusts none of others."""
    from playwright.sync_api import TimeoutError as PageTimeoutError
    from playwright.sync_api import sync_playwright

    shutil.copy(notebook, place / notebook.name)
    with _server(place, theme) as address, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1200, "height": 1000})
        page.set_default_timeout(1000 * _PATIENCE)
        page.goto(f"{address}/lab/tree/{notebook.name}?token={_TOKEN}")
        cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
        with suppress(PageTimeoutError):  # what is not there by then is what the tests look for
            page.wait_for_function(
                f"document.querySelectorAll('.jp-Notebook .jp-Cell').length == {len(cells)}"
                " && document.querySelector('mjx-container')"
                " && ![...document.querySelectorAll('.mathjax_process')]"
                ".some(one => one.textContent.includes('\\\\displaystyle'))",
                timeout=500 * _PATIENCE,
            )
        page.wait_for_timeout(500)  # pictures, which are in the page, and fonts
        try:
            yield page
        finally:
            browser.close()


@contextmanager
def _server(place: Path, theme: str) -> Iterator[str]:
    """The address of a JupyterLab of that folder, with settings of its own, which ends with the block."""
    settings = place / "settings" / "@jupyterlab"
    for name, content in {
        "apputils-extension/themes": {"theme": theme},
        "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
        "notebook-extension/tracker": {"windowingMode": "none"},  # cells out of sight are rendered, too
    }.items():
        file = settings / f"{name}.jupyterlab-settings"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(content), encoding="utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    own = {"JUPYTERLAB_SETTINGS_DIR": str(place / "settings"), "JUPYTER_RUNTIME_DIR": str(place / "runtime")}
    own |= {"JUPYTER_CONFIG_DIR": str(place / "config"), "JUPYTERLAB_WORKSPACES_DIR": str(place / "workspaces")}
    options = ["--no-browser", "--allow-root", f"--port={port}", f"--IdentityProvider.token={_TOKEN}"]
    with (place / "server.log").open("w") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "jupyterlab", *options, f"--ServerApp.root_dir={place}"],
            env={**os.environ, **own},
            stdout=log,
            stderr=log,
        )
        try:
            _wait_for(f"http://127.0.0.1:{port}/api?token={_TOKEN}", server, place / "server.log")
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait(30)


def _wait_for(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until and server.poll() is None:
        try:
            urlopen(address, timeout=5).close()
        except (URLError, TimeoutError):
            time.sleep(0.2)
        else:
            return
    raise RuntimeError(f"JupyterLab does not answer: {log.read_text()[-2000:]}")
