"""Diagrams on files: one picture by itself, several on a sheet, many on numbered sheets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import ceil, sqrt
from pathlib import Path as FilePath

from planaria.diagrams.draw import lay_out, to_svg, to_tikz
from planaria.diagrams.draw.shapes import Dot, Fill, Label, Path, Picture, Point, Shape, Stroke
from planaria.diagrams.draw.tikz import standalone
from planaria.diagrams.errors import InputError
from planaria.diagrams.ribbon import RibbonGraph

__all__ = ["PER_SHEET", "Target", "contact_sheet", "write_pictures"]

PER_SHEET = 100
_SUFFIXES = (".svg", ".tex", ".png")
_SPACE = 12.0


@dataclass(frozen=True)
class Target:
    """A file to draw to, checked before any diagram is made."""

    path: FilePath

    @classmethod
    def of(cls, text: str) -> Target:
        """Raises InputError for another suffix, a missing folder, or a folder in the place of the file."""
        path = FilePath(text)
        if path.suffix.lower() not in _SUFFIXES:
            suffix = path.suffix or "missing"
            raise InputError(f"--draw {text}", f"the suffix is {suffix}", "give a .svg, .tex or .png file")
        if "\0" in text or not path.parent.is_dir():
            raise InputError(f"--draw {text}", f"there is no folder {path.parent}", "make it first")
        if path.is_dir():
            raise InputError(f"--draw {text}", "this is a folder", "give the name of a file")
        return cls(path)

    def numbered(self, number: int) -> FilePath:
        return self.path.with_name(f"{self.path.stem}-{number}{self.path.suffix}")


def write_pictures(graphs: Sequence[RibbonGraph], target: Target) -> Iterator[FilePath]:
    """Write the pictures of some graphs; the paths of the files, each as it is done."""
    sheets = [graphs[start : start + PER_SHEET] for start in range(0, len(graphs), PER_SHEET)]
    for number, sheet in enumerate(sheets, start=1):
        path = target.path if len(sheets) == 1 else target.numbered(number)
        picture = contact_sheet([lay_out(graph) for graph in sheet])
        try:
            if path.suffix.lower() == ".png":
                from planaria.app.png import write_png  # matplotlib takes half a second

                write_png(picture, path)
            else:
                is_svg = path.suffix.lower() == ".svg"
                text = to_svg(picture) + "\n" if is_svg else standalone(to_tikz(picture))
                path.write_text(text, encoding="utf-8")
        except OSError as error:
            reason = error.strerror or str(error)
            raise InputError(f"--draw {path}", f"it cannot be written ({reason})", "choose another file") from None
        yield path


def contact_sheet(pictures: Sequence[Picture]) -> Picture:
    """Pictures in rows, about as wide as high; one picture is its own sheet.

    >>> pair = contact_sheet([Picture(100, 80, (), "a"), Picture(60, 90, (), "b")])
    >>> pair.width, pair.height, pair.title
    (212.0, 90.0, '2 diagrams')
    """
    if len(pictures) == 1:
        return pictures[0]
    columns = ceil(sqrt(len(pictures)))
    width = max(one.width for one in pictures)
    shapes: list[Shape] = []
    top = 0.0
    for start in range(0, len(pictures), columns):
        row = pictures[start : start + columns]
        height = max(one.height for one in row)
        for column, one in enumerate(row):
            left = column * (width + _SPACE) + (width - one.width) / 2
            shapes += (_moved(shape, left, top) for shape in one.shapes)
        top += height + _SPACE
    return Picture(
        columns * width + (columns - 1) * _SPACE, top - _SPACE, tuple(shapes), f"{len(pictures)} diagrams"
    )


def _moved(shape: Shape, right: float, down: float) -> Shape:
    def point(p: Point) -> Point:
        return p[0] + right, p[1] + down

    def path(one: Path) -> Path:
        return Path(point(one.start), tuple((point(a), point(b), point(c)) for a, b, c in one.curves))

    match shape:
        case Stroke() | Fill():
            return replace(shape, path=path(shape.path))
        case Dot():
            return replace(shape, centre=point(shape.centre))
        case Label():
            return replace(shape, at=point(shape.at))
