"""Diagrams on files: one picture by itself, several on a sheet, many on numbered sheets."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from math import ceil
from os import PathLike, fspath
from os.path import isdir  # of a name that cannot be, it says no
from pathlib import Path as FilePath
from typing import TYPE_CHECKING

from planaria.algebra.errors import InputError, described
from planaria.app.files import check_folder, check_target, write_whole
from planaria.app.inputs import check_count
from planaria.diagrams.expansion import Diagrams
from planaria.diagrams.graphs.ribbon import RibbonGraph
from planaria.diagrams.networks.reading import Node, given
from planaria.writing.emitters.shapes import Picture
from planaria.writing.emitters.tikz import scaled, standalone
from planaria.writing.latex.page import length
from planaria.writing.pictures import lay_out, sheets, to_svg
from planaria.writing.pictures.pages.sheet import PER_SHEET

if TYPE_CHECKING:
    from networkx import Graph

__all__ = [
    "SUFFIXES",
    "Drawing",
    "Folder",
    "Target",
    "by_euler",
    "draw",
    "target_of",
    "write_pages",
    "write_picture",
    "write_pictures",
]

SUFFIXES = (".svg", ".tex", ".tikz", ".png", ".pdf")
_OTHERS = frozenset({".jpg", ".jpeg", ".gif", ".webp", ".bmp", ".tif", ".tiff", ".eps", ".ps"})  # none of ours
_MOST_SHEETS = 9999
_MOST_PICTURES = 2000
_MOST_COLUMNS = 1000
_INCH = 72.0  # points of a picture
_WIDTHS = (50, 14_400)  # points; the largest page that readers of PDF take has 200 inches
_TEX = 16_000  # points; the largest length of TeX is 16,383
_RANGE = re.compile(r"(\d{1,9})(?:\s*[-–]\s*(\d{1,9}))?")


@dataclass(frozen=True)
class Target:
    """A file to draw to, checked before any diagram is made."""

    path: FilePath

    @classmethod
    def of(cls, text: str) -> Target:
        """Raises InputError for another suffix, and for what `check_target` refuses."""
        path = FilePath(text)
        if path.suffix.lower() not in SUFFIXES:
            suffix = path.suffix or "missing"
            remedy = "give a .svg, .tex, .tikz, .png or .pdf file"
            raise InputError(f"--draw {text}", f"the suffix is {suffix}", remedy)
        check_target(path, f"--draw {text}")
        target = cls(path)
        check_target(target.numbered(_MOST_SHEETS), f"--draw {text}")  # its name is longer
        return target

    def numbered(self, number: int) -> FilePath:
        return self.path.with_name(f"{self.path.stem}-{number}{self.path.suffix}")


@dataclass(frozen=True)
class Drawing:
    """What is drawn of a list of diagrams, where to, and how; checked before any diagram is made.

    Attributes
    ----------
    ranges
        First and last number of what is drawn; None for all.
    """

    target: Target
    ranges: tuple[tuple[int, int], ...] | None = None
    columns: int | None = None
    width: float | None = None

    @classmethod
    def of(
        cls, draw: str | None, select: str | None, columns: int | None, width: float | str | None
    ) -> Drawing | None:
        """Read the options; None if nothing is to be drawn.

        Raises InputError for what they cannot be, and if they say how, but not where to.
        """
        for option, value in (("--select", select), ("--columns", columns), ("--width", width)):
            if draw is None and value is not None:
                raise InputError(option, "it says what a picture is like, and there is none", "add --draw FILE")
        if draw is None:
            return None
        if columns is not None:
            check_count("--columns", columns, 1, _MOST_COLUMNS)
        wide = None if width is None else _width(width)
        return cls(Target.of(draw), None if select is None else _ranges(select), columns, wide)

    @property
    def highest(self) -> int:
        """No diagram of a higher number is drawn; one more than may be drawn if all are wanted."""
        return _MOST_PICTURES + 1 if self.ranges is None else max(last for _, last in self.ranges)

    def numbers(self, count: int) -> tuple[int, ...]:
        """The numbers of the diagrams to draw, of so many.

        Raises InputError for a number that none has, and for more diagrams than anyone looks at.
        """
        for first, last in self.ranges or ():
            if last > count:
                number = last if first <= count else first
                there = "there are none" if count == 0 else f"the last one is {count:,}"
                remedy = f"give numbers from 1 to {count}" if count > 1 else "leave it out"
                raise InputError("--select", f"there is no diagram {number}: {there}", remedy)
        found = sorted({k for first, last in self.ranges or ((1, count),) for k in range(first, last + 1)})
        if len(found) > _MOST_PICTURES:
            place, remedy = (
                ("--draw", "choose some with --select, or give a lower order")
                if self.ranges is None
                else ("--select", "choose fewer")
            )
            raise InputError(place, f"there are more than {_MOST_PICTURES:,} diagrams to draw", remedy)
        return tuple(found)


def _width(given: float | str) -> float:
    """The width of a picture in its points."""
    if isinstance(given, str):
        width = length(given, "--width", _INCH)
    elif isinstance(given, (int, float)) and not isinstance(given, bool):
        width = float(given)
    else:
        raise InputError("--width", f"{described(given)} is not a length", "give a number of points, or '8cm'")
    least, most = _WIDTHS
    if not least <= width <= most:
        raise InputError("--width", f"{given} is out of range", f"give points from {least} to {most}")
    return width


def _ranges(text: str) -> tuple[tuple[int, int], ...]:
    """Numbers and ranges of numbers, first and last of each.

    >>> _ranges("3,5"), _ranges("3-5, 9")
    (((3, 3), (5, 5)), ((3, 5), (9, 9)))
    """
    found = []
    for part in text.split(","):
        match = _RANGE.fullmatch(part.strip())
        if match is None:
            said = f"'{part.strip()}' is no number and no range"
            raise InputError("--select", said, "give numbers of diagrams, such as 3,5 or 3-5")
        first, last = int(match[1]), int(match[2] or match[1])
        if first == 0:
            raise InputError("--select", "there is no diagram 0", "diagrams are numbered from 1")
        if last < first:
            raise InputError("--select", f"{first}-{last} is no range", f"give {last}-{first}")
        found.append((first, last))
    return tuple(found)


def by_euler(graphs: Iterable[RibbonGraph]) -> list[RibbonGraph]:
    """Graphs as lists and sheets show them: the highest Euler characteristic first."""
    return sorted(graphs, key=lambda graph: -graph.euler_characteristic)


@dataclass(frozen=True)
class Folder:
    """A folder for pictures, made if it is missing, before any work is done."""

    path: FilePath

    @classmethod
    def of(cls, text: str) -> Folder:
        """Raises InputError for a file in the place of the folder, and where it cannot be made."""
        path = FilePath(text)
        check_folder(path, f"--draw {text}")
        try:
            path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            reason = error.strerror or str(error)
            raise InputError(f"--draw {text}", f"it cannot be made ({reason})", "choose another folder") from None
        return cls(path)

    def check_name(self, name: str) -> None:
        """Raises InputError for a file name that the folder cannot hold."""
        check_target(self.path / name, f"--draw {self.path}")


def target_of(text: str) -> Target | Folder:
    """A file if its name ends as one of a picture, else a folder, also one that is there and ends so.

    Raises InputError for other kinds of pictures, and where neither can be.
    """
    path = FilePath(text)
    suffix = path.suffix.lower()
    if not isdir(path) and (suffix in SUFFIXES or suffix in _OTHERS):
        return Target.of(text)
    return Folder.of(text)


def write_pictures(
    graphs: Sequence[RibbonGraph],
    drawing: Drawing,
    numbers: Sequence[int],
    multiplicities: Sequence[int] | None = None,
) -> Iterator[FilePath]:
    """Write the pictures of some graphs of these numbers; the paths of the files, each as it is done."""
    target, width = drawing.target, drawing.width
    if len(graphs) == 1:
        picture = lay_out(graphs[0])
        yield write_picture(picture if width is None else picture.to_width(width), target.path)
        return
    if graphs:
        yield from write_pages(
            sheets(graphs, multiplicities=multiplicities, columns=drawing.columns, width=width, numbers=numbers),
            target,
            ceil(len(graphs) / PER_SHEET),
        )


def write_pages(pages: Iterable[Picture], target: Target, count: int | None = None) -> Iterator[FilePath]:
    """Write pictures, to numbered files if there are several; the paths of the files, each as it is done."""
    if count is None:
        pages = list(pages)
        count = len(pages)
    for number, picture in enumerate(pages, start=1):
        yield write_picture(picture, target.path if count == 1 else target.numbered(number))


def draw(
    value: RibbonGraph | Graph[Node] | Diagrams,
    path: str | PathLike[str],
    *,
    select: str | None = None,
    columns: int | None = None,
    width: float | str | None = None,
) -> None:
    """Draw a diagram, or many on sheets, into a file whose ending says how; the options are those of the command.

    Raises InputError for another ending or option, and where the file cannot be written.
    """
    if isinstance(path, bytes) or not isinstance(path, (str, PathLike)):
        raise InputError("draw", f"{described(path)} is no path", "give the name of a file, such as d.svg")
    if not (select is None or isinstance(select, str)):
        raise InputError("select", f"{described(select)} is no text", "give numbers of diagrams, such as '3,5-7'")
    try:
        drawing = Drawing.of(fspath(path), select, columns, width)
        assert drawing is not None  # there is a path
        if isinstance(value, Diagrams):
            graphs = list(islice(value, drawing.highest))
        else:
            graphs = [given(value, RibbonGraph)]
        if not graphs:
            raise InputError("--draw", "there are no diagrams", "take another order")
        numbers = drawing.numbers(len(graphs))
        for _ in write_pictures([graphs[k - 1] for k in numbers], drawing, numbers):
            pass
    except InputError as error:  # the place and the remedy are the command's
        place = f"draw {fspath(path)}" if error.place.startswith("--draw") else error.place.removeprefix("--")
        raise InputError(place, error.problem, error.remedy.replace("--", "")) from None


def write_picture(picture: Picture, path: FilePath) -> FilePath:
    """Write a picture as its suffix says; the path.

    Raises InputError if the file cannot be written, and for a sheet that is larger than TeX can hold.
    """
    largest = max(picture.width, picture.height) * max(1.0, picture.scale)
    if path.suffix.lower() in (".tex", ".tikz") and largest > _TEX:
        remedy = "choose more columns, or fewer diagrams, or another kind of file"
        raise InputError(f"--draw {path}", f"a sheet of {largest:,.0f} points is more than TeX can hold", remedy)

    def write(file: FilePath) -> None:
        match path.suffix.lower():
            case ".png":
                from planaria.writing.emitters.png import write_png  # matplotlib takes half a second

                write_png(picture, file)
            case ".pdf":
                from planaria.writing.emitters.pdf import write_pdf

                write_pdf(picture, file)
            case ".tex":
                file.write_text(standalone(picture), encoding="utf-8")
            case ".tikz":
                file.write_text(scaled(picture) + "\n", encoding="utf-8")
            case ".svg":
                file.write_text(to_svg(picture) + "\n", encoding="utf-8")
            case other:
                raise ValueError(f"no emitter writes {other}")

    return write_whole(path, f"--draw {path}", write)
