"""Diagrams on files: one picture by itself, several on a sheet, many on numbered sheets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil
from os import PathLike, fspath
from pathlib import Path as FilePath

from planaria.algebra.errors import InputError
from planaria.app.files import check_folder, check_target, write_whole
from planaria.diagrams.graphs.expansion import Diagrams
from planaria.diagrams.graphs.ribbon import RibbonGraph
from planaria.writing.emitters.shapes import Picture
from planaria.writing.emitters.tikz import standalone
from planaria.writing.pictures import lay_out, sheets, to_svg, to_tikz
from planaria.writing.pictures.sheet import PER_SHEET

__all__ = ["Target", "draw", "write_picture", "write_pictures"]

_SUFFIXES = (".svg", ".tex", ".png")
_MOST_SHEETS = 9999


@dataclass(frozen=True)
class Target:
    """A file to draw to, checked before any diagram is made."""

    path: FilePath

    @classmethod
    def of(cls, text: str) -> Target:
        """Raises InputError for another suffix, and for what `check_target` refuses."""
        path = FilePath(text)
        if path.suffix.lower() not in _SUFFIXES:
            suffix = path.suffix or "missing"
            raise InputError(f"--draw {text}", f"the suffix is {suffix}", "give a .svg, .tex or .png file")
        check_target(path, f"--draw {text}")
        target = cls(path)
        check_target(target.numbered(_MOST_SHEETS), f"--draw {text}")  # its name is longer
        return target

    def numbered(self, number: int) -> FilePath:
        return self.path.with_name(f"{self.path.stem}-{number}{self.path.suffix}")


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


def write_pictures(
    graphs: Sequence[RibbonGraph], target: Target, multiplicities: Sequence[int] | None = None
) -> Iterator[FilePath]:
    """Write the pictures of some graphs; the paths of the files, each as it is done."""
    if len(graphs) == 1:
        yield write_picture(lay_out(graphs[0]), target.path)
        return
    pages = ceil(len(graphs) / PER_SHEET)
    found = sheets(graphs, multiplicities=multiplicities) if graphs else ()
    for number, picture in enumerate(found, start=1):
        yield write_picture(picture, target.path if pages == 1 else target.numbered(number))


def draw(value: RibbonGraph | Diagrams, path: str | PathLike[str]) -> None:
    """Draw a diagram, or many on sheets, into a file whose ending says how.

    Raises InputError for another ending, and where the file cannot be written.
    """
    graphs = [value] if isinstance(value, RibbonGraph) else list(value)
    if not graphs:
        raise InputError("draw", "there are no diagrams", "take another order")
    for _ in write_pictures(graphs, Target.of(fspath(path))):
        pass


def write_picture(picture: Picture, path: FilePath) -> FilePath:
    """Write a picture as its suffix says; the path.

    Raises InputError if the file cannot be written.
    """
    if path.suffix.lower() == ".png":
        from planaria.writing.emitters.png import write_png  # matplotlib takes half a second

        return write_whole(path, f"--draw {path}", lambda file: write_png(picture, file))
    is_svg = path.suffix.lower() == ".svg"
    text = to_svg(picture) + "\n" if is_svg else standalone(to_tikz(picture))
    return write_whole(path, f"--draw {path}", lambda file: file.write_text(text, encoding="utf-8"))
