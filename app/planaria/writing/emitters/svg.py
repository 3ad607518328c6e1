"""The SVG emitter."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from xml.sax.saxutils import escape

from planaria.ensembles.cleaning import clean
from planaria.writing.emitters.shapes import Dot, Fill, Label, Path, Picture, Shape, Stroke

__all__ = ["to_svg"]

_FONT = "'STIX Two Text', 'Latin Modern Roman', 'Times New Roman', 'DejaVu Serif', serif"


def to_svg(picture: Picture) -> str:
    """SVG text of a picture, with a white ground, and a title and a description for screen readers.

    >>> from planaria.writing.emitters.shapes import Dot
    >>> print(to_svg(Picture(20, 10, (Dot((5, 5), 2, "#000000"),), "a dot")))
    <svg xmlns="http://www.w3.org/2000/svg" width="20" height="10" viewBox="0 0 20 10" role="img">
    <title>a dot</title>
    <rect width="100%" height="100%" fill="#FFFFFF"/>
    <g fill="none" stroke-width="1.8">
    <circle cx="5" cy="5" r="2" fill="#000000"/>
    </g>
    </svg>
    """
    width, height = _number(picture.width), _number(picture.height)
    drawn = [shape for shape in picture.shapes if not isinstance(shape, Label)]
    labels = [shape for shape in picture.shapes if isinstance(shape, Label)]
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_number(picture.scale * picture.width)}"'
        f' height="{_number(picture.scale * picture.height)}" viewBox="0 0 {width} {height}" role="img">',
        f"<title>{_escaped(picture.title)}</title>",
    ]
    if picture.description:
        lines.append(f"<desc>{_escaped(picture.description)}</desc>")
    lines.append('<rect width="100%" height="100%" fill="#FFFFFF"/>')
    lines += ('<g fill="none" stroke-width="1.8">', *_grouped(drawn), "</g>")
    if labels:
        lines.append(f'<g font-family="{_FONT}" text-anchor="middle" fill="#222222" xml:space="preserve">')
        lines += (*map(_label, labels), "</g>")
    return "\n".join([*lines, "</svg>"])


def _grouped(shapes: Iterable[Shape]) -> Iterator[str]:
    """Shapes in order, lines with round ends in groups: not every reader lets a line undo what its group says."""
    inside = False
    for shape in shapes:
        if isinstance(shape, Stroke) and shape.is_round != inside:
            inside = shape.is_round
            yield '<g stroke-linecap="round">' if inside else "</g>"
        yield _shape(shape)
    if inside:
        yield "</g>"


def _shape(shape: Shape) -> str:
    match shape:
        case Stroke(path, colour, width):
            wide = "" if width == 1.8 else f' stroke-width="{_number(width)}"'
            dashes = ",".join(map(_number, shape.dashes))
            broken = f' stroke-dasharray="{dashes}"' if dashes else ""
            return f'<path d="{_path(path)}" stroke="{colour}"{wide}{broken}/>'
        case Fill(path, colour):
            return f'<path d="{_path(path)}Z" fill="{colour}"/>'
        case Dot((x, y), radius, colour, hollow):
            paint = f'fill="#FFFFFF" stroke="{colour}"' if hollow else f'fill="{colour}"'
            return f'<circle cx="{_number(x)}" cy="{_number(y)}" r="{_number(radius)}" {paint}/>'
        case Label():
            return _label(shape)


def _label(label: Label) -> str:
    x, y = label.at
    pieces, raised = [], 0
    is_variable = label.text.variables
    # A whole label is italic if its first piece is; the other pieces say what they are themselves.
    slanted = bool(is_variable) and is_variable[0]
    for (piece, level), variable in zip(label.text.pieces, is_variable, strict=True):
        # tspans move relative to one another, so each moves back from the level before it
        shift = (raised - level) * 0.35 * label.size
        size = f' font-size="{_number(label.size * 0.7)}"' if level else ""
        move = f' dy="{_number(shift)}"' if shift else ""
        style = f' font-style="{"italic" if variable else "normal"}"' if variable != slanted else ""
        attributes = move + size + style
        pieces.append(f"<tspan{attributes}>{_escaped(piece)}</tspan>" if attributes else _escaped(piece))
        raised = level
    anchor = ' text-anchor="start"' if label.start else ""
    paint = "" if label.colour == "#222222" else f' fill="{label.colour}"'
    italic = ' font-style="italic"' if slanted else ""
    return (
        f'<text x="{_number(x)}" y="{_number(y + 0.33 * label.size)}"'
        f' font-size="{_number(label.size)}"{anchor}{paint}{italic}>{"".join(pieces)}</text>'
    )


def _escaped(text: str) -> str:
    """Text for XML, which has no place for most controls, not even escaped."""
    return escape(clean(text))


def _path(path: Path) -> str:
    """Absolute start, relative curves: rounded so that the errors do not add up."""
    at = round(path.start[0], 2), round(path.start[1], 2)
    text = f"M{_number(at[0])},{_number(at[1])}"
    if path.curves:
        text += "c"
    steps = []
    for curve in path.curves:
        rounded = [(round(x, 2), round(y, 2)) for x, y in curve]
        steps.append(" ".join(f"{_number(x - at[0])},{_number(y - at[1])}" for x, y in rounded))
        at = rounded[-1]
    return text + " ".join(steps)


def _number(value: float) -> str:
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text
