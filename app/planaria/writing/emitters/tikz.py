"""The TikZ emitter: a tikzpicture that needs tikz and nothing else."""

from __future__ import annotations

from planaria.ensembles.cleaning import clean_line
from planaria.writing.emitters.shapes import Dot, Fill, Label, Path, Picture, Point, Shape, Stroke

__all__ = ["standalone", "to_tikz"]

_BORDER = 4.0


def to_tikz(picture: Picture) -> str:
    r"""A tikzpicture environment; its colours are defined inside.

    >>> from planaria.writing.emitters.shapes import Dot
    >>> print(to_tikz(Picture(20, 10, (Dot((5, 5), 2, "#0072B2"),), "a dot")))
    % a dot
    \begin{tikzpicture}[x=1pt, y=-1pt, line cap=round]
    \definecolor{planariaA}{HTML}{0072B2}
    \fill[planariaA] (5,5) circle[radius=2pt];
    \end{tikzpicture}
    """
    colours = dict.fromkeys(shape.colour for shape in picture.shapes)
    names = {colour: f"planaria{_letters(k)}" for k, colour in enumerate(colours)}
    return "\n".join(
        [
            f"% {clean_line(picture.title)}",
            r"\begin{tikzpicture}[x=1pt, y=-1pt, line cap=round]",
            *(rf"\definecolor{{{name}}}{{HTML}}{{{colour[1:]}}}" for colour, name in names.items()),
            *(_shape(shape, names[shape.colour]) for shape in picture.shapes),
            r"\end{tikzpicture}",
        ]
    )


def standalone(picture: Picture) -> str:
    r"""A LaTeX document that holds nothing but a picture, on a page of its size.

    It needs what every LaTeX has (article, geometry, amsmath) and tikz.
    """
    tikz = to_tikz(picture)
    if picture.scale != 1:
        tikz = rf"\scalebox{{{picture.scale:.4f}}}{{%" + f"\n{tikz}%\n}}"
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
            tikz + "%",
            "}",
            r"\vfill",
            r"\end{document}",
            "",
        ]
    )


def _shape(shape: Shape, colour: str) -> str:
    match shape:
        case Stroke(path, _, width, is_round):
            # Hairlines look heavier in print; what hides something below keeps its width.
            thick = f"line width={_number(width * 0.75 if is_round else width)}pt"
            return rf"\draw[{colour}, {thick}{'' if is_round else ', line cap=butt'}] {_path(path)};"
        case Fill(path):
            return rf"\fill[{colour}] {_path(path)} -- cycle;"
        case Dot(centre, radius, _, hollow):
            paint = f"draw={colour}, fill=white, line width=1.2pt" if hollow else colour
            command = r"\filldraw" if hollow else r"\fill"
            return f"{command}[{paint}] {_point(centre)} circle[radius={_number(radius)}pt];"
        case Label(at, text, size, _, start):
            options = f"{colour}, font={_size(size)}, inner sep=0pt" + (", anchor=west" if start else "")
            return rf"\node[{options}] at {_point(at)} {{${text.latex}$}};"


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
