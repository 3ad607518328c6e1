"""The TikZ emitter: a tikzpicture that needs tikz and amsmath, and nothing else."""

from __future__ import annotations

from planaria.ensembles.cleaning import clean_line
from planaria.writing.emitters.shapes import Dot, Fill, Label, Path, Picture, Point, Role, Shape, Stroke

__all__ = ["scaled", "standalone", "to_tikz"]

_BORDER = 4.0
# Hairlines look heavier in print: lines are three quarters as wide as on a screen.
_THIN = 0.75
_WIDTHS: dict[Role, float] = {"ribbon": 11.0, "edge": 1.8, "line": 2.4, "end": 1.8, "sign": 1.4}
_FLAT: frozenset[Role] = frozenset({"ribbon", "gap"})  # what hides something keeps its width


def to_tikz(picture: Picture) -> str:
    r"""A tikzpicture environment; its styles and its colours are named at its head, to be changed there.

    Labels need amsmath.

    >>> from planaria.writing.emitters.shapes import Dot
    >>> print(to_tikz(Picture(20, 10, (Dot((5, 5), 2, "#0072B2"),), "a dot")))
    % a dot
    \begin{tikzpicture}[x=1pt, y=-1pt]
    \tikzset{
      planaria dot/.style={},
    }
    \definecolor{planariaA}{HTML}{0072B2}
    \path (0,0) rectangle (20,10);
    \fill[planaria dot, planariaA] (5,5) circle[radius=2pt];
    \end{tikzpicture}
    """
    colours = dict.fromkeys(shape.colour for shape in picture.shapes)
    names = {colour: f"planaria{_letters(k)}" for k, colour in enumerate(colours)}
    roles = dict.fromkeys(shape.role for shape in picture.shapes)
    return "\n".join(
        [
            f"% {clean_line(picture.title)}",
            r"\begin{tikzpicture}[x=1pt, y=-1pt]",
            r"\tikzset{",
            *(f"  planaria {role}/.style={{{_style(role)}}}," for role in roles),
            "}",
            *(rf"\definecolor{{{name}}}{{HTML}}{{{colour[1:]}}}" for colour, name in names.items()),
            rf"\path (0,0) rectangle {_point((picture.width, picture.height))};",
            *(_shape(shape, f"planaria {shape.role}, {names[shape.colour]}") for shape in picture.shapes),
            r"\end{tikzpicture}",
        ]
    )


def _style(role: Role) -> str:
    """What a style says at first; a colour is named with each shape."""
    wide = _WIDTHS.get(role, 0.0)
    match role:
        case "ribbon" | "gap":
            return "line cap=butt" + (f", line width={_number(wide)}pt" if wide else "")
        case "edge" | "line" | "sign":
            return f"line cap=round, line width={_number(_THIN * wide)}pt"
        case "end":
            return f"fill=white, line width={_number(_THIN * wide)}pt"
        case "letter" | "label" | "caption" | "beginning":
            return r"font=\normalsize, inner sep=0pt"
        case "face" | "back" | "dot" | "blob":
            return ""


def scaled(picture: Picture) -> str:
    r"""The picture in the width that is asked for, to be read by a document with `\input`."""
    tikz = to_tikz(picture)
    return tikz if picture.scale == 1 else rf"\scalebox{{{picture.scale:.4f}}}{{%" + f"\n{tikz}%\n}}"


def standalone(picture: Picture) -> str:
    r"""A LaTeX document that holds nothing but a picture, on a page of its size.

    It needs what every LaTeX has (article, geometry, amsmath) and tikz.
    """
    width, height = (_number(picture.scale * one + 2 * _BORDER) for one in (picture.width, picture.height))
    return "\n".join(
        [
            r"\documentclass{article}",
            rf"\usepackage[paperwidth={width}pt, paperheight={height}pt, margin=0pt]{{geometry}}",
            r"\usepackage{amsmath}",
            r"\usepackage{tikz}",
            r"\pagestyle{empty}",
            r"\setlength{\parindent}{0pt}",
            r"\setlength{\topskip}{0pt}",
            r"\begin{document}",
            r"\null\vfill",
            r"\makebox[\paperwidth]{%",
            scaled(picture) + "%",
            "}",
            r"\vfill",
            r"\end{document}",
            "",
        ]
    )


def _shape(shape: Shape, style: str) -> str:
    """A shape with its style, and with what is not in the style."""
    match shape:
        case Stroke(path, _, width, is_round, role):
            if width != _WIDTHS.get(role):
                style += f", line width={_number(width if role in _FLAT else _THIN * width)}pt"
            if shape.dashes:
                parts = zip(("on", "off") * len(shape.dashes), shape.dashes, strict=False)
                style += ", dash pattern=" + " ".join(f"{word} {_number(length)}pt" for word, length in parts)
            if not is_round and role not in _FLAT:
                style += ", line cap=butt"
            return rf"\draw[{style}] {_path(path)};"
        case Fill(path):
            return rf"\fill[{style}] {_path(path)} -- cycle;"
        case Dot(centre, radius, _, hollow):
            if hollow:
                return rf"\filldraw[{style}, fill=white] {_point(centre)} circle[radius={_number(radius)}pt];"
            return rf"\fill[{style}] {_point(centre)} circle[radius={_number(radius)}pt];"
        case Label(at, text, size, _, start):
            font = _size(size)
            style += "" if font == r"\normalsize" else f", font={font}"
            style += ", anchor=west" if start else ""
            return rf"\node[{style}] at {_point(at)} {{${text.latex}$}};"


def _size(points: float) -> str:
    sizes = ((13, r"\normalsize"), (11, r"\small"), (0, r"\footnotesize"))
    return next(name for least, name in sizes if points >= least)


def _letters(number: int) -> str:
    """A, B, ..., Z, AA, AB, ...: names of colours without digits.

    >>> [_letters(k) for k in (0, 25, 26, 53)]
    ['A', 'Z', 'AA', 'BB']
    """
    first, last = divmod(number, 26)
    return ("" if first == 0 else _letters(first - 1)) + chr(ord("A") + last)


def _path(path: Path) -> str:
    curves = (f" .. controls {_point(a)} and {_point(b)} .. {_point(c)}" for a, b, c in path.curves)
    return _point(path.start) + "".join(curves)


def _point(point: Point) -> str:
    return f"({_number(point[0])},{_number(point[1])})"


def _number(value: float) -> str:
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
