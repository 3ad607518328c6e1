"""Words of the command line: help, examples, completion, and what is refused before anything is imported."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
import typer
from tests.app.conftest import Outcome
from typer.testing import CliRunner

from planaria.app.cli import app
from planaria.app.words.early import KINDS
from planaria.app.words.examples import EXAMPLES
from planaria.ensembles.library import load_model, model_names
from planaria.ensembles.library.outline import outline
from planaria.ensembles.spectra.known import SPECTRA

Run = Callable[..., Outcome]
COMMANDS = [name for name in EXAMPLES if name]


def examples_in(text: str) -> list[list[str]]:
    """The commands behind "Examples:" in a help text, as a shell would read them."""
    _, _, end = text.partition("Examples:")
    joined = re.sub(r"\\\s*\n", " ", end)
    return [shlex.split(one.strip()) for one in joined.splitlines() if one.strip()]


def test_every_command_has_examples() -> None:
    group = typer.main.get_command(app)
    assert set(COMMANDS) == set(group.commands)  # type: ignore[attr-defined]
    assert all(2 <= len(some) <= 5 for some in EXAMPLES.values())


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_h_is_help_and_its_examples_are_whole(run: Run, monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    words = [command] if command else []
    for columns in ("80", "200"):
        monkeypatch.setenv("COLUMNS", columns)
        short, long = (
            subprocess.run(
                [sys.executable, "-m", "planaria", *words, flag], capture_output=True, text=True, check=True
            ).stdout
            for flag in ("-h", "--help")
        )
        assert short == long
        assert max(map(len, short.splitlines())) <= int(columns)
        assert examples_in(short) == [shlex.split(one.replace("\\\n", "")) for one in EXAMPLES[command]]


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_examples_work(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    monkeypatch.chdir(tmp_path)
    help_text = run(*([command] if command else []), "-h").out
    found = examples_in(help_text)
    assert found
    for name, *words in found:
        assert name == "planaria"
        outcome = run(*words)
        assert outcome.code == 0, outcome.err
        assert outcome.out or list(tmp_path.iterdir())
        for option, file in pairwise(words):
            if option in ("--draw", "--csv"):
                assert (tmp_path / file).exists(), f"{words} promise {file}"


def completed(words: list[str], incomplete: str) -> list[str]:
    """What bash is offered; in this process, as the shell asks for it."""
    line = shlex.join(["planaria", *words, incomplete] if incomplete else ["planaria", *words]) + " " * (
        not incomplete
    )
    environment = {
        "_PLANARIA_COMPLETE": "complete_bash",
        "COMP_WORDS": line,
        "COMP_CWORD": str(len(words) + 1),
    }
    result = CliRunner().invoke(app, [], prog_name="planaria", env=environment)
    return result.output.split()


@pytest.mark.parametrize(
    ("words", "incomplete", "some"),
    [
        ([], "di", ["diagrams"]),
        (["derive"], "rand", ["random-features"]),
        (["derive", "random-features"], "lo", ["loss"]),
        (["derive", "random-features", "loss"], "gram", ["gram_resolvent"]),
        (["evaluate", "random-features", "loss", "--set"], "g", ["gamma="]),
        (["evaluate", "random-features", "loss", "--limit"], "g", ["gamma=0"]),
        (["derive", "random-features", "--symbols"], "La", ["Lambda="]),
        (["derive", "random-features", "--spectrum"], "", [*KINDS, "Lambda="]),
        (["derive", "random-features", "--spectrum"], "Lambda=po", ["Lambda=power-law"]),
        (["diagrams", "wigner", "resolvent", "--euler"], "", ["planar", "all", "2", "1", "0"]),
        (["diagrams", "wigner", "resolvent", "--irreducible"], "", ["1", "2"]),
        (["derive", "no-such-model"], "lo", []),
    ],
)
def test_completion(words: list[str], incomplete: str, some: list[str]) -> None:
    assert completed(words, incomplete) == some


def test_completion_knows_all_quantities_of_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("own.toml").write_text('[quantities]\nfirst = "1"\nsecond = { expression = "2", about = "two" }\n')
    Path("broken.toml").write_text("[quantities")
    assert completed(["derive"], "ow") == ["own.toml"]
    assert completed(["derive", "own.toml"], "") == ["first", "second"]
    assert completed(["derive", "broken.toml"], "") == []


@pytest.mark.parametrize("name", model_names())
def test_an_outline_has_the_names_of_the_model(name: str) -> None:
    file, quick = load_model(name), outline(name)
    assert quick is not None
    assert quick.quantities == tuple(one.name for one in file.quantities)
    assert set(quick.names) <= set(file.names)
    assert dict(quick.about) == {one.name: one.about for one in file.quantities}


def test_spectra_are_called_as_they_call_themselves(run: Run) -> None:
    assert {word: one.kind for word, one in SPECTRA.items()} == {word: word for word in SPECTRA}
    shown = " ".join(run("derive", "--help").out.replace("│", " ").split())
    assert f"{', '.join(SPECTRA)} or symbolic" in shown


LIGHT = [
    (["derive", "random-featurs", "loss"], "there is no model 'random-featurs'; did you mean 'random-features'?"),
    (["derive", "random-features", "los"], "there is no quantity 'los'; did you mean 'loss'?"),
    (["derive", "random-features", "loss", "resolvnt"], "did you mean 'resolvent'?"),
    (["derive", "random-features", "--spectrum", "power"], "did you mean 'power-law'?"),
    (["evaluate", "wigner", "resolvent", "--set", "z=1:2"], "is no grid; write FROM:TO:POINTS"),
    (["evaluate", "wigner"], "missing argument 'QUANTITY'; wigner has resolvent"),
    (["moment", "wignr", "tr(h)"], "did you mean 'wigner'?"),
    (["dual", "wignr"], "did you mean 'wigner'?"),
    (["diagrams", "wigner", "resolvnt", "--order", "1"], "did you mean 'resolvent'?"),
]


@pytest.mark.parametrize(("words", "sentence"), LIGHT)
def test_misspelt_words_are_refused_without_sympy(words: list[str], sentence: str) -> None:
    code = (
        "import atexit, sys\n"
        "from planaria.app.cli import app\n"
        "heavy = {'sympy', 'numpy', 'lark', 'matplotlib', 'flint'}\n"
        "atexit.register(lambda: print('loaded:', *sorted(heavy & set(sys.modules))))\n"
        f"app({words!r}, prog_name='planaria')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert sentence in done.stderr
    assert done.stderr.count("\n") == 1
    assert done.stdout.strip() == "loaded:"


def test_a_misspelt_model_is_refused_before_options_are_converted() -> None:
    code = (
        "import atexit, sys\n"
        "from planaria.app.cli import app\n"
        "atexit.register(lambda: print('typer._adapters' in sys.modules))\n"
        "app(['derive', 'random-featurs', 'loss'], prog_name='planaria')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.strip()) == (2, "False")


def test_help_of_a_command_is_shown_whatever_stands_beside_it(run: Run) -> None:
    assert "Usage:" in run("derive", "random-featurs", "-h").out


@pytest.mark.skipif(os.name == "nt", reason="shells of unix")
def test_completion_is_installed_for_bash(tmp_path: Path) -> None:
    command = f"{shlex.quote(sys.executable)} -m planaria --install-completion; echo $?"
    environment = {**os.environ, "HOME": str(tmp_path), "_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": ""}
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, env=environment, check=True)
    assert done.stdout.split()[-1] == "0"
    (script,) = (tmp_path / ".bash_completions").iterdir()
    assert "_PLANARIA_COMPLETE=complete_bash" in script.read_text()


def test_formulas_in_tables_are_broken_before_signs(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    words = ["diagrams", "random-features", "resolvent", "--order", "3", "--classes"]
    monkeypatch.setenv("COLUMNS", "400")
    weights = [one["weight"] for one in run(*words, "--json").json["classes"]]
    wide = run(*words).out
    narrow = on_columns("70", *words)
    assert max(map(len, narrow.splitlines())) <= 70
    for one in weights:
        assert one in wide
        assert one.replace(" ", "") in "".join(narrow.split())
    assert not re.search(r"(gamm|lambd|sigm|Lambd|\*\*)\s*$", narrow, re.MULTILINE)


def on_columns(columns: str, *words: str) -> str:
    """What a command writes into a pipe, for a terminal of some width."""
    environment = {**os.environ, "COLUMNS": columns}
    command = [sys.executable, "-m", "planaria", *words]
    return subprocess.run(command, capture_output=True, text=True, check=True, env=environment).stdout
