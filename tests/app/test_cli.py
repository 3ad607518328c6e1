"""The command `planaria`: start-up, models, and the ways to end."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from planaria.app.cli import app
from planaria.app.subcommands import models as listing
from planaria.ensembles.library import model_names

Run = Callable[..., Any]  # see conftest.py


@pytest.mark.parametrize("arguments", [["--help"], ["models"], ["models", "--json"], ["--version"], []])
def test_help_and_the_list_of_models_import_nothing_heavy(arguments: list[str]) -> None:
    code = (
        "import sys\nfrom planaria.app.cli import app\n"
        f"try:\n    app({arguments!r}, prog_name='planaria')\n"
        "except SystemExit as ended:\n    assert not ended.code, ended.code\n"
        "heavy = {'sympy', 'numpy', 'mpmath', 'networkx', 'lark', 'matplotlib', 'scipy', 'flint'}\n"
        "print('loaded:', sorted(heavy & set(sys.modules)), file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stderr == "loaded: []\n"
    assert done.returncode == 0


def test_the_installed_command_runs() -> None:
    code = "from planaria.app.cli import main; main()"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert all(f" {name} " in done.stdout for name in ("models", "derive", "evaluate", "diagrams"))


def test_version(run: Run) -> None:
    from importlib.metadata import version

    outcome = run("--version")
    assert (outcome.code, outcome.out, outcome.err) == (0, f"planaria {version('planaria')}\n", "")


# models


def test_models_lists_every_model_with_its_citations(run: Run) -> None:
    outcome = run("models")
    assert outcome.code == 0
    first_words = [line.split()[0] for line in outcome.out.splitlines() if line.strip()]
    assert [word for word in first_words if word in model_names()] == list(model_names())
    assert "arXiv:2405.19398" in outcome.out
    assert outcome.err == ""


def test_models_as_json(run: Run) -> None:
    models = run("models", "--json").json["models"]
    assert [one["name"] for one in models] == list(model_names())
    assert all(set(one) == {"name", "title", "citations"} and one["citations"] for one in models)


# The ways to end.


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["derivee"], "no such command 'derivee'. Did you mean 'derive'?"),
        (["derive"], "missing argument 'MODEL'; see 'planaria derive --help'"),
        (["evaluate", "wigner"], "missing argument 'QUANTITY'; wigner has resolvent, and an expression will do"),
        (["evaluate", "none.toml"], "missing argument 'QUANTITY'; see 'planaria evaluate --help'"),
        (["derive", "wigner", "--qqqqqqqqqq"], "no such option: --qqqqqqqqqq; see 'planaria derive --help'"),
        (["diagrams", "wigner", "resolvent"], "missing option '--order'; see 'planaria diagrams --help'"),
    ],
)
def test_usage_errors_are_one_sentence(run: Run, arguments: list[str], sentence: str) -> None:
    assert run(*arguments).refusal == sentence


def test_a_number_that_is_none_is_named(run: Run) -> None:
    outcome = run("diagrams", "wigner", "resolvent", "--order", "many")
    assert outcome.err.startswith("planaria: invalid value for '--order': ")
    assert (outcome.code, outcome.err.count("\n")) == (2, 1)


def test_an_unknown_model_is_answered_by_the_nearest(run: Run) -> None:
    sentence = "model: there is no model 'wignr'; did you mean 'wigner'?"
    assert run("derive", "wignr").refusal == sentence
    assert run("derive", "wignr", "--json").refusal == sentence


def test_an_unknown_quantity_is_answered_by_the_nearest(run: Run) -> None:
    sentence = "model wigner: there is no quantity 'resolvant'; did you mean 'resolvent'?"
    assert run("derive", "wigner", "resolvant").refusal == sentence
    assert run("evaluate", "wigner", "resolvant").refusal == sentence
    assert run("diagrams", "wigner", "resolvant", "--order", "2").refusal == sentence


@pytest.mark.parametrize(
    "command", [["derive"], ["evaluate", "f", "--set", "N=3", "--set", "P=4"], ["diagrams", "f", "--order", "1"]]
)
def test_an_expression_without_an_expansion_is_placed(run: Run, tmp_path: Path, command: list[str]) -> None:
    path = tmp_path / "singular.toml"
    path.write_text(
        '[spaces]\nN = ""\nP = ""\n[fields]\nx = { shape = ["N", "P"] }\n[quantities]\nf = "tr(inv(x*x.T))"\n'
    )
    sentence = run(command[0], str(path), *command[1:]).refusal
    assert sentence.startswith("model singular, quantity f: an inverse has no deterministic part")


def test_an_interrupt_is_said_quietly(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*, as_json: bool) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(listing, "list_models", interrupt)
    outcome = run("models")
    assert (outcome.code, outcome.out, outcome.err) == (130, "", "planaria: interrupted\n")


def test_other_errors_are_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*, as_json: bool) -> None:
        raise ValueError("a defect")

    monkeypatch.setattr(listing, "list_models", fail)
    with pytest.raises(ValueError, match="a defect"):
        app(["models"], prog_name="planaria")


@pytest.mark.skipif(os.name == "nt", reason="pipes of POSIX")
@pytest.mark.parametrize("arguments", [["models"], ["models", "--json"]])
def test_a_reader_that_is_gone_is_no_error(arguments: list[str]) -> None:
    code = f"import sys; sys.argv = ['planaria', *{arguments!r}]; from planaria.app.cli import main; main()"
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run([sys.executable, "-c", code], stdout=writer, stderr=subprocess.PIPE, check=False)
    os.close(writer)
    assert (done.returncode, done.stderr) == (141, b"")


def test_a_terminal_without_unicode_gets_ascii() -> None:
    code = (
        "import sys; sys.argv = 'planaria diagrams random-features resolvent --order 1'.split()\n"
        "from planaria.app.cli import main; main()"
    )
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, env=environment, check=False)
    assert done.returncode == 0
    assert b"chi" in done.stdout
    assert done.stdout.isascii()
