"""The SVG emitter."""

from __future__ import annotations

from xml.sax.saxutils import escape

from planaria.diagrams.draw.shapes import Dot, Fill, Label, Path, Picture, Shape, Stroke

__all__ = ["to_svg"]

_FONT = "'STIX Two Text', 'Latin Modern Roman', 'Times New Roman', Georgia, serif"


def to_svg(picture: Picture) -> str:
    """SVG text of a picture, with a white ground and a title for screen readers.

    >>> from planaria.diagrams.draw.shapes import Dot
    >>> print(to_svg(Picture(20, 10, (Dot((5, 5), 2, "#000000"),), "a dot")))
    <svg xmlns="http://www.w3.org/2000/svg" width="20" height="10" viewBox="0 0 20 10" role="img">
    <title>a dot</title>
    <rect width="100%" height="100%" fill="#FFFFFF"/>
    <circle cx="5" cy="5" r="2" fill="#000000"/>
    </svg>
    """
    width, height = _number(picture.width), _number(picture.height)
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}"'
            f' viewBox="0 0 {width} {height}" role="img">',
            f"<title>{escape(picture.title)}</title>",
            '<rect width="100%" height="100%" fill="#FFFFFF"/>',
            *(_shape(shape) for shape in picture.shapes),
            "</svg>",
        ]
    )


def _shape(shape: Shape) -> str:
    match shape:
        case Stroke(path, colour, width):
            return f'<path d="{_path(path)}" fill="none" stroke="{colour}" stroke-width="{_number(width)}"/>'
        case Fill(path, colour, opacity):
            return f'<path d="{_path(path)}Z" fill="{colour}" fill-opacity="{_number(opacity)}"/>'
        case Dot((x, y), radius, colour, hollow):
            paint = f'fill="#FFFFFF" stroke="{colour}" stroke-width="1.8"' if hollow else f'fill="{colour}"'
            return f'<circle cx="{_number(x)}" cy="{_number(y)}" r="{_number(radius)}" {paint}/>'
        case Label():
            return _label(shape)


def _label(label: Label) -> str:
    x, y = label.at
    anchor = "start" if label.start else "middle"
    pieces, raised = [], 0
    for piece, level in label.text.pieces:
        # tspans move relative to one another, so each moves back from the level before it
        shift = (raised - level) * 0.35 * label.size
        size = f' font-size="{_number(label.size * 0.7)}"' if level else ""
        move = f' dy="{_number(shift)}"' if shift else ""
        pieces.append(f"<tspan{move}{size}>{escape(piece)}</tspan>" if move or size else escape(piece))
        raised = level
    return (
        f'<text x="{_number(x)}" y="{_number(y + 0.33 * label.size)}" font-family="{_FONT}"'
        f' font-size="{_number(label.size)}" text-anchor="{anchor}" fill="{label.colour}"'
        f' xml:space="preserve">{"".join(pieces)}</text>'
    )


def _path(path: Path) -> str:
    curves = ("C" + " ".join(f"{_number(x)},{_number(y)}" for x, y in curve) for curve in path.curves)
    return f"M{_number(path.start[0])},{_number(path.start[1])}" + "".join(curves)


def _number(value: float) -> str:
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
