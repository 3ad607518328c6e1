"""What other people wrote never reaches a terminal raw, nor a comment of LaTeX, nor the inside of a picture."""

from __future__ import annotations

import io
import json
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from rich.console import Console
from rich.progress import Progress
from rich.text import Text

from planaria.app import display
from planaria.ensembles.cleaning import clean, clean_line, is_clean
from planaria.writing.emitters.shapes import Label, Picture
from planaria.writing.emitters.shapes import Text as LabelText
from planaria.writing.emitters.svg import to_svg
from planaria.writing.emitters.text import name_text
from planaria.writing.emitters.tikz import to_tikz

Run = Callable[..., Any]  # see conftest.py

# An escape sequence, a C1 one, a bell, a carriage return, bidirectional overrides and isolates, a zero width, a
# line separator, a next line, a tag and a byte order mark.
NASTY = "\x1b[31m\x9b1mA\a\r\u202eB\u2066\u200bC\u2028D\x85E\U000e0041\ufeff\x7f\v\f\b"
BAD = frozenset(NASTY) - frozenset("[31mABCDE")
MARKUP = "[bold]x[/] [/] [link=file:///etc/passwd]y[/link] [red"


def is_raw(text: str) -> bool:
    return any(unicodedata.category(one) in ("Cc", "Cf", "Cs", "Zl", "Zp") and one != "\n" for one in text)


def toml(text: str) -> str:
    """A basic string of TOML."""
    return json.dumps(text)


def model(tmp_path: Path, text: str) -> str:
    path = tmp_path / "m.toml"
    said = toml(text)
    path.write_text(
        f"title = {said}\nabout = {said}\ncitations = [{said}]\n[spaces]\nN = {said}\nP = {said}\n"
        f"[parameters]\ngamma = {said}\n"
        f'[fields]\nx = {{ shape = ["N", "P"], variance = "1/P", about = {said} }}\n'
        f'[quantities]\nf = {{ expression = "tr(inv(gamma*I(N) + x*x.T))", about = {said} }}\n',
        encoding="utf-8",
    )
    return str(path)


COMMANDS = [
    ["derive", "MODEL", "f", "--no-simulation"],
    ["derive", "MODEL", "f", "--no-simulation", "--latex"],
    ["evaluate", "MODEL", "f", "--set", "N=3", "--set", "P=4", "--set", "gamma=1"],
    ["evaluate", "MODEL", "f", "--set", "N=3"],
    ["diagrams", "MODEL", "f", "--order", "1"],
    ["moment", "MODEL", "tr(x*x.T)"],
    ["dual", "MODEL", "f"],
]


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_titles_and_descriptions_are_written_out(run: Run, tmp_path: Path, arguments: list[str]) -> None:
    path = model(tmp_path, NASTY)
    outcome = run(*(path if one == "MODEL" else one for one in arguments))
    assert outcome.code in (0, 2)
    assert not is_raw(outcome.out)
    assert not is_raw(outcome.err)


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_markup_of_the_table_library_is_text(run: Run, tmp_path: Path, arguments: list[str]) -> None:
    path = model(tmp_path, MARKUP)
    outcome = run(*(path if one == "MODEL" else one for one in arguments))
    assert outcome.code in (0, 2)
    if "moment" not in arguments and outcome.code == 0:
        assert MARKUP in " ".join(outcome.out.split())


@pytest.mark.parametrize("separator", ["\n", "\r", "\v", "\f", "\x85", "\u2028", "\u2029", "\x1c"])
def test_a_comment_of_latex_does_not_end_early(run: Run, tmp_path: Path, separator: str) -> None:
    path = model(tmp_path, f"innocent{separator}\\input{{secrets}}")
    outcome = run("derive", path, "f", "--no-simulation", "--latex")
    assert outcome.code == 0
    lines = [line for line in outcome.out.splitlines() if "secrets" in line]
    assert lines
    assert all(line.startswith("% ") for line in lines)


@pytest.mark.parametrize(
    "arguments",
    [
        ["derive", NASTY],
        ["derive", f"{NASTY}.toml"],
        ["derive", "wigner", NASTY],
        ["derive", "wigner", f"--{NASTY}"],
        [NASTY],
        ["derive", "wigner", "--limit", f"{NASTY}=0"],
        ["derive", "wigner", "--limit", f"z={NASTY}"],
        ["derive", "wigner", "--symbols", f"N={NASTY}"],
        ["derive", "wigner", "--spectrum", NASTY],
        ["evaluate", "wigner", "resolvent", "--set", NASTY],
        ["evaluate", "wigner", "resolvent", "--set", f"z={NASTY}"],
        ["evaluate", "random-features", "resolvent", "--spectrum-file", f"Lambda={NASTY}.csv"],
        ["diagrams", "wigner", "resolvent", "--order", NASTY],
        ["diagrams", "wigner", "resolvent", "--order", "1", "--euler", NASTY],
        ["diagrams", "wigner", "resolvent", "--order", "1", "--draw", NASTY],
        ["diagrams", "wigner", f"tr({NASTY})", "--order", "1"],
        ["moment", "wigner", f"tr({NASTY})"],
        ["dual", "wigner", NASTY],
    ],
    ids=ascii,
)
def test_arguments_are_written_out_in_refusals(run: Run, arguments: list[str]) -> None:
    sentence = run(*arguments).refusal
    assert not is_raw(sentence)


@pytest.mark.parametrize(
    "text",
    [
        f"[spaces]\n{toml(NASTY)} = 'x'\n",
        f"[spaces]\nN = {{ {toml(NASTY)} = 1 }}\n",
        f"[spaces]\nN = ''\n[fields]\nx = {{ shape = [{toml(NASTY)}, 'N'] }}\n",
        f"[spaces]\nN = ''\n[fields]\nx = {{ shape = ['N', 'N'], kind = {toml(NASTY)} }}\n",
        f"[spaces]\nN = ''\n[fields]\nx = {{ shape = ['N', 'N'] }}\n[quantities]\nf = {toml(NASTY)}\n",
        f"{toml(NASTY)} = 1\n",
    ],
)
def test_files_are_quoted_clean(run: Run, tmp_path: Path, text: str) -> None:
    (tmp_path / "m.toml").write_text(text, encoding="utf-8")
    assert not is_raw(run("derive", str(tmp_path / "m.toml")).refusal)


def test_a_picture_is_announced_clean(run: Run, tmp_path: Path) -> None:
    target = tmp_path / "a\x1b[31m\u202eb.svg"
    outcome = run("diagrams", "wigner", "resolvent", "--order", "2", "--draw", str(target))
    assert outcome.code == 0
    assert target.exists()
    assert "wrote" in outcome.err
    assert not is_raw(outcome.err)


def test_json_stays_what_it_says_and_is_clean(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    display.print_json({"title": NASTY, "more": ["Δ", {"x": "\ud800"}]})
    text = capsys.readouterr().out
    assert not is_raw(text)
    assert "Δ" in text
    assert json.loads(text) == {"title": NASTY, "more": ["Δ", {"x": "\ud800"}]}


@pytest.mark.parametrize(
    "show",
    [
        lambda console, text: console.print(text),
        lambda console, text: console.print(Text(text, style="bold")),
        lambda console, text: console.print(Text.assemble((text, "bold"), text)),
        lambda console, text: console.print(display.plain_table((text, ""), [(text, Text(text))])),
        lambda console, text: console.rule(Text(text)),
        lambda console, text: display.title(console, text, text),
        lambda console, text: display.heading(console, text, text),
        lambda console, text: display.line(console, text),
        lambda console, text: display.line(console, Text(text)),
        lambda console, text: display.note(console, text),
    ],
)
def test_no_way_of_printing_lets_anything_through(
    show: Callable[[Console, str], None], capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever prints, and however: the consoles themselves clean, on a terminal with colours, too."""
    show(display.output(), NASTY)
    assert not is_raw(capsys.readouterr().out)
    coloured = type(display.output())(file=io.StringIO(), force_terminal=True, markup=False, highlight=False)
    show(coloured, NASTY)
    written = coloured.file.getvalue()  # type: ignore[attr-defined]
    assert not BAD - {"\x1b"} & set(written)
    assert "\x1b[31m" not in written


def test_progress_and_spinners_take_no_markup() -> None:
    console = type(display.output())(file=io.StringIO(), force_terminal=True, markup=False, width=200)
    progress: Progress = display.progress_bar(console)
    with progress:
        progress.add_task(MARKUP, total=1)
    with display.working(console, MARKUP):
        pass
    assert console.file.getvalue().count("[link=file:///etc/passwd]y[/link]") >= 2  # type: ignore[attr-defined]


def test_pictures_hold_clean_text() -> None:
    label = Label((1, 1), LabelText(((NASTY, 0),), "x"), 10, "#222222")
    picture = Picture(10, 10, (label,), f"a title\n\\input{{secrets}} <b>{NASTY}", NASTY)
    svg = to_svg(picture)
    assert not is_raw(svg)
    ElementTree.fromstring(svg)
    first, second, *_ = to_tikz(picture).splitlines()
    assert not is_raw(first)
    assert "secrets" in first
    assert second.startswith(r"\begin{tikzpicture}")


def test_the_name_of_a_field_stays_on_one_line() -> None:
    name = name_text("x\n\\input{secrets}\u202e")
    assert not is_raw(name.latex + name.plain)
    assert "\n" not in name.latex


def test_cleaning_is_idempotent_and_leaves_languages_alone() -> None:
    for text in ("Δ ≤ é", "日本語", "שלום", "a\nb", "naïve – “quoted”"):
        assert is_clean(text)
        assert clean(text) == text
    assert clean(clean(NASTY)) == clean(NASTY)
    assert is_clean(clean(NASTY))
    assert "\n" not in clean_line("a\nb\r\nc")
