"""What a terminal shows: consoles, headings, tables and progress."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from rich.box import Box
from rich.console import Console, ConsoleOptions, RenderableType
from rich.containers import Lines
from rich.padding import Padding
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeRemainingColumn,
)
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from planaria.ensembles.cleaning import clean, clean_line, is_clean

__all__ = [
    "INDENT",
    "assignments",
    "heading",
    "line",
    "messages",
    "note",
    "output",
    "paragraph",
    "plain_table",
    "print_json",
    "progress_bar",
    "quantity_head",
    "title",
    "working",
]

INDENT = 2
# Columns under a thin line, and nothing else that is drawn.
_RULED = Box("    \n    \n ── \n    \n    \n    \n    \n    \n")


class _Console(Console):
    """Writes nothing raw that another person wrote: see `planaria.ensembles.cleaning`."""

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        for segment in super().render(renderable, options):
            if segment.control or is_clean(segment.text):
                yield segment
            else:
                yield Segment(clean(segment.text), segment.style)

    def on_broken_pipe(self) -> None:
        """A reader that is gone is handled where the command ends, whoever wrote."""
        raise BrokenPipeError


def output() -> Console:
    """Standard output: results."""
    return _Console(markup=False, highlight=False, emoji=False)


def messages() -> Console:
    """Standard error: progress and remarks."""
    return _Console(stderr=True, markup=False, highlight=False, emoji=False)


def print_json(content: Mapping[str, Any]) -> None:
    """One JSON object on standard output."""
    text = json.dumps(content, ensure_ascii=False, indent=2)
    if not is_clean(text):  # what is not, stands inside of strings, where JSON has escapes of its own
        text = "".join(one if is_clean(one) else json.dumps(one)[1:-1] for one in text)
    sys.stdout.write(text + "\n")


def title(console: Console, text: str, about: str = "") -> None:
    console.print(Text(clean_line(text), style="bold"))
    if about.strip():
        note(console, clean_line(about))


def quantity_head(console: Console, name: str, model: str, about: str = "") -> None:
    """What is shown, of which model, and what it is."""
    console.print(Text.assemble((clean_line(name), "bold"), (f"  {clean_line(model)}", "dim")))
    if about:
        note(console, about)


def heading(console: Console, text: str, about: str = "") -> None:
    """The beginning of a section, after a blank line."""
    console.print()
    parts = Text(clean_line(text), style="bold cyan")
    if about:
        parts.append(f"  {clean_line(about)}", style="not bold dim")
    console.print(parts)


def line(console: Console, text: str | Text) -> None:
    """Indented text; its lines are neither wrapped nor cut, so that a copy of them is whole."""
    whole = Text(clean(text)) if isinstance(text, str) else text
    for one in whole.split("\n"):
        padded = Text(" " * INDENT)
        padded.append_text(one)
        console.print(padded, soft_wrap=True)


def note(console: Console, text: str) -> None:
    """Indented text in a quiet colour, wrapped."""
    console.print(Padding(Text(clean(text), style="dim"), (0, 0, 0, INDENT), expand=False))


def assignments(console: Console, items: Iterable[str]) -> None:
    """Numbers by their names, indented in a quiet colour; lines are broken between them and inside of none."""
    lines: list[str] = []
    for item in items:
        together = f"{lines[-1]}   {item}" if lines else item
        if lines and len(together) > console.width - INDENT:
            lines.append(item)
        else:
            lines[-1:] = [together]
    if lines:
        line(console, Text(clean("\n".join(lines)), style="dim"))


class _Formula(Text):
    """A formula of the grammar: broken before its signs, and not inside of a name."""

    def wrap(self, console: Console, width: int, *arguments: Any, **options: Any) -> Lines:
        found: list[str] = [""]
        for piece in _BEFORE_A_SIGN.split(self.plain):
            if found[-1] and len(found[-1]) + len(piece) > width:
                found.append("")
                piece = piece.lstrip()
            found[-1] += piece
        return Lines(one for line in found for one in Text(line).wrap(console, width, overflow="fold"))


# A power keeps its exponent: there is no break inside of **.
_BEFORE_A_SIGN = re.compile(r"(?<=[^*])(?=\*[^*])|(?=/)|(?= [+-] )")


def paragraph(console: Console, text: str) -> None:
    """Indented words, wrapped."""
    console.print(Padding(Text(clean(text)), (0, 0, 0, INDENT), expand=False))


def plain_table(
    columns: Iterable[str],
    rows: Iterable[Iterable[str | Text]],
    *,
    right: Iterable[str] = (),
    formulas: Iterable[str] = (),
) -> Padding:
    """A table with quiet column heads; without heads where all of them are empty.

    Parameters
    ----------
    right
        The heads of columns that are aligned at their right side.
    formulas
        The heads of columns of formulas, which are broken before signs where they are too wide.
    """
    heads, aligned = list(columns), set(right)
    broken = {place for place, head in enumerate(heads) if head in set(formulas)}
    table = Table(
        box=_RULED if any(heads) else None,
        show_header=any(heads),
        header_style="dim",
        border_style="dim",
        pad_edge=False,
        padding=(0, 2, 0, 0),
        show_edge=False,
    )
    for head in heads:
        table.add_column(head, justify="right" if head in aligned else "left", overflow="fold")
    for row in rows:
        table.add_row(
            *(
                cell if isinstance(cell, Text) else (_Formula if place in broken else Text)(clean(cell))
                for place, cell in enumerate(row)
            )
        )
    return Padding(table, (0, 0, 0, INDENT), expand=False)


def progress_bar(console: Console) -> Progress:
    """A bar that is gone when the work is done; none where nobody watches."""
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(24),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        # Older versions of rich end even a disabled bar with an empty line, unless the console is quiet.
        console=console if console.is_terminal else Console(quiet=True),
        transient=True,
        disable=not console.is_terminal,
    )


def working(console: Console, text: str) -> AbstractContextManager[object]:
    """A spinner while something of unknown length goes on; nothing where nobody watches."""
    return console.status(Text(clean_line(text))) if console.is_terminal else nullcontext()
