"""Files and streams that cannot be read or written: one sentence, and nothing half-written."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from planaria.app.files import write_whole
from planaria.app.subcommands import diagrams as diagramming
from planaria.diagrams import InputError

Run = Callable[..., Any]  # see conftest.py
LONG = "a" * 300
POINT = ["--set", "P=3", "--set", "gamma=1"]

posix = pytest.mark.skipif(os.name == "nt", reason="pipes, devices and streams of POSIX")
MODEL = """
[spaces]
N = ""
P = ""
[parameters]
gamma = ""
[matrices]
Lambda = { space = "N" }
[fields]
x = { shape = ["N", "P"], variance = "1/P", rows = "Lambda" }
[quantities]
f = "tr(inv(gamma*I(N) + x*x.T))"
"""


@pytest.fixture
def model(tmp_path: Path) -> str:
    (tmp_path / "m.toml").write_text(MODEL)
    return str(tmp_path / "m.toml")


@pytest.fixture
def odd(tmp_path: Path) -> dict[str, Path]:
    """A pipe, a device and a folder, by what they are, each with every suffix."""
    found = {}
    for suffix in (".toml", ".csv", ".npy", ".svg", ".png"):
        os.mkfifo(tmp_path / f"pipe{suffix}")
        (tmp_path / f"device{suffix}").symlink_to("/dev/full")
        (tmp_path / f"folder{suffix}").mkdir()
        found |= {kind + suffix: tmp_path / (kind + suffix) for kind in ("pipe", "device", "folder")}
    return found


@posix
@pytest.mark.parametrize("kind", ["pipe", "device", "folder"])
def test_only_ordinary_files_are_read(run: Run, model: str, odd: dict[str, Path], kind: str) -> None:
    problem = "this is a directory" if kind == "folder" else "this is no ordinary file, but a pipe or a device"
    assert problem in run("derive", str(odd[f"{kind}.toml"])).refusal
    for option in ("--spectrum-file", "--data-file"):
        for suffix in (".csv", ".npy"):
            assert problem in run("evaluate", model, "f", *POINT, option, str(odd[kind + suffix])).refusal


@pytest.mark.parametrize("name", [f"{LONG}.toml", f"{LONG}/m.toml", "m\0.toml"])
def test_a_name_that_no_model_file_can_have(run: Run, tmp_path: Path, name: str) -> None:
    assert "cannot be read" in run("derive", str(tmp_path / name)).refusal


@pytest.mark.parametrize("option", ["--spectrum-file", "--data-file"])
@pytest.mark.parametrize("name", [f"{LONG}.csv", f"{LONG}.npy", f"{LONG}/a.csv"])
def test_a_name_that_no_file_of_numbers_can_have(run: Run, model: str, option: str, name: str) -> None:
    assert "it cannot be read" in run("evaluate", model, "f", *POINT, option, name).refusal


@pytest.fixture
def nothing_is_computed(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise AssertionError("computed before the target was looked at")

    monkeypatch.setattr(diagramming, "load_model", fail)


@posix
@pytest.mark.usefixtures("nothing_is_computed")
@pytest.mark.parametrize(
    ("name", "problem"),
    [
        (f"{LONG}.svg", "File name too long"),
        (f"{LONG[:250]}.svg", "File name too long"),  # as it is not, but sheets have numbers behind their names
        (f"{LONG}/a.svg", "File name too long"),
        ("missing/a.svg", "there is no folder"),
        ("pipe.svg", "this is no ordinary file"),
        ("device.svg", "this is no ordinary file"),
        ("device.png", "this is no ordinary file"),
        ("folder.svg", "this is a folder"),
        ("a\0.svg", "cannot be written"),
    ],
)
def test_a_bad_target_is_found_out_before_the_work(
    run: Run, odd: dict[str, Path], tmp_path: Path, name: str, problem: str
) -> None:
    assert odd
    assert (
        problem in run("diagrams", "wigner", "resolvent", "--order", "2", "--draw", str(tmp_path / name)).refusal
    )


@posix
@pytest.mark.usefixtures("nothing_is_computed")
def test_a_folder_that_takes_no_files_is_found_out_before_the_work(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: False)  # root may write everywhere
    target = str(tmp_path / "a.svg")
    sentence = run("diagrams", "wigner", "resolvent", "--order", "2", "--draw", target).refusal
    assert "takes no files; choose another folder" in sentence


def test_the_folder_of_duals_is_looked_at_before_the_work(run: Run, tmp_path: Path) -> None:
    assert "File name too long" in run("dual", "marchenko-pastur", "--draw", str(tmp_path / LONG)).refusal
    name = "q" * 240
    text = MODEL.replace("\nf = ", f"\n{name} = ")
    (tmp_path / "long.toml").write_text(text)
    sentence = run("dual", str(tmp_path / "long.toml"), "--draw", str(tmp_path / "duals")).refusal
    assert "File name too long" in sentence


def test_a_file_is_whole_or_what_it_was(tmp_path: Path) -> None:
    target = tmp_path / "a.svg"
    target.write_text("before")

    def fail(beside: Path) -> None:
        beside.write_text("half")
        raise OSError(28, "No space left on device")

    with pytest.raises(InputError, match=r"cannot be written \(No space left on device\); choose another file"):
        write_whole(target, "--draw", fail)

    def interrupt(beside: Path) -> None:
        beside.write_text("half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_whole(target, "--draw", interrupt)
    assert [one.name for one in tmp_path.iterdir()] == ["a.svg"]
    assert target.read_text() == "before"
    write_whole(target, "--draw", lambda beside: beside.write_text("after"))
    assert [one.name for one in tmp_path.iterdir()] == ["a.svg"]
    assert target.read_text() == "after"


@posix
def test_a_link_stays_a_link(tmp_path: Path) -> None:
    target, link = tmp_path / "a.svg", tmp_path / "link.svg"
    target.write_text("before")
    link.symlink_to(target)
    write_whole(link, "--draw", lambda beside: beside.write_text("after"))
    assert link.is_symlink()
    assert target.read_text() == "after"


# Standard output and standard error.

COMMANDS = [
    ["models"],
    ["models", "--json"],
    ["--help"],
    ["derive", "--help"],
    ["--version"],
    ["diagrams", "wigner", "resolvent", "--order", "2"],
    ["diagrams", "wigner", "resolvent", "--order", "2", "--json"],
]


def shell(redirection: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    code = "from planaria.app.cli import main; main()"
    command = f'"$@" {redirection}'
    return subprocess.run(
        ["sh", "-c", command, "sh", sys.executable, "-c", code, *arguments],
        capture_output=True,
        text=True,
        check=False,
    )


def last_line(done: subprocess.CompletedProcess[str]) -> str:
    """What is said at the end; before it, remarks on the work."""
    assert "Traceback" not in done.stderr
    assert "Exception" not in done.stderr
    return done.stderr.splitlines()[-1]


@posix
@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no full device")
@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_a_full_device_is_said(arguments: list[str]) -> None:
    done = shell(">/dev/full", *arguments)
    sentence = "planaria: output: it cannot be written (No space left on device); make room, or send it elsewhere"
    assert (done.returncode, last_line(done)) == (2, sentence)


@posix
@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_a_closed_output_is_said(arguments: list[str]) -> None:
    done = shell(">&-", *arguments)
    sentence = "planaria: standard output is closed; leave it open, or send it to a file\n"
    assert (done.returncode, done.stderr) == (2, sentence)


@posix
@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_a_reader_that_is_gone_is_quiet(arguments: list[str]) -> None:
    code = f"import sys; sys.argv = ['planaria', *{arguments!r}]; from planaria.app.cli import main; main()"
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run([sys.executable, "-c", code], stdout=writer, stderr=subprocess.PIPE, check=False)
    os.close(writer)
    remarks = [line for line in done.stderr.splitlines() if not line.startswith(b"order 2 has")]
    assert (done.returncode, remarks) == (141, [])


@posix
@pytest.mark.parametrize("redirection", ["2>&-", ">&- 2>&-", "2>/dev/full"])
def test_without_standard_error_the_exit_code_speaks(redirection: str) -> None:
    done = shell(redirection, "derive", "wignr")
    assert (done.returncode, done.stdout, done.stderr) == (2, "", "")
