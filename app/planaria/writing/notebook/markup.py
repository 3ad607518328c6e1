r"""Elements of HTML: words, formulas and tables.

Text is escaped by the standard library's ElementTree. MathJax looks for formulas in all text of an output, so it
is told to leave all alone but what `formula` makes: the dollars of a title stay dollars. The second names of these
classes are those of MathJax 2, which other pages still have. Colours are those of the page, light or dark.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from xml.etree.ElementTree import Element, tostring

from planaria.ensembles.cleaning import clean
from planaria.writing.latex.breaking import broken
from planaria.writing.latex.metric import formula_width

__all__ = [
    "ROOM",
    "captioned",
    "details",
    "element",
    "faint",
    "formula",
    "heading",
    "page",
    "plural",
    "scrolled",
    "table",
]

Node = Element | str

ROOM = 400.0  # points of TeX for a formula on a line of its own; about 80 letters of the text around
_PIXELS = 1.7  # of a point of TeX, as JupyterLab typesets formulas
_IGNORED, _TYPESET = "mathjax_ignore tex2jax_ignore", "mathjax_process tex2jax_process"
_CELL = "text-align: left; vertical-align: baseline; padding: 0.25em 1em 0.25em 0"
_TABLE = "border-collapse: collapse; margin: 0.3em 0 0.6em 0; table-layout: auto"
_RULED = "; border-bottom: 1px solid #8888"


def element(tag: str, *children: Node | None, style: str = "", **attributes: str) -> Element:
    """An element with text and elements in it; None is left out.

    >>> tostring(element("b", "1 < 2", element("i", " & so on")), encoding="unicode")
    '<b>1 &lt; 2<i> &amp; so on</i></b>'
    """
    made = Element(tag, {**({"style": style} if style else {}), **attributes})
    last: Element | None = None
    for child in children:
        if isinstance(child, Element):
            made.append(child)
            last = child
        elif child is not None:
            text = clean(child)
            if last is None:
                made.text = (made.text or "") + text
            else:
                last.tail = (last.tail or "") + text
    return made


def page(*children: Node | None) -> str:
    """The HTML of a whole output, in which nothing is read as a formula that is none."""
    whole = element("div", *children, **{"class": _IGNORED})
    return tostring(whole, encoding="unicode", method="html")


def formula(latex: str, room: float | None = None) -> Element:
    r"""A formula, typeset as large as in a display; over several lines if it is wider than the room (points).

    What is too wide even so, as some denominators are, can be scrolled.

    >>> formula("N < P").text
    '\\(\\displaystyle N < P\\)'
    """
    if room is None:
        return _typeset(latex)
    lines = broken(latex, room)
    if max(map(formula_width, lines)) > room:
        return scrolled(latex, room)
    rows = r" \\ ".join(f"& {line}" for line in lines)
    return _typeset(rf"\begin{{aligned}} {rows} \end{{aligned}}" if len(lines) > 1 else lines[0])


def scrolled(latex: str, room: float) -> Element:
    """A formula on one line, which can be scrolled where it is wider than the room (points)."""
    if formula_width(latex) <= room:
        return _typeset(latex)
    style = f"display: inline-block; overflow-x: auto; overflow-y: hidden; max-width: {_PIXELS * room:.0f}px"
    return element("div", _typeset(latex), style=style)


def _typeset(latex: str) -> Element:
    return element("span", rf"\(\displaystyle {latex}\)", **{"class": _TYPESET})


def heading(text: str, *more: Node | None) -> Element:
    """A line that says what an output is."""
    return element("div", element("b", text), *more, style="margin: 0.3em 0")


def faint(*children: Node | None, width: int = 80) -> Element:
    """What is said beside, on a line of its own, of about so many letters."""
    return element("div", *children, style=f"opacity: 0.75; max-width: {width}ch; margin: 0.15em 0")


def table(header: Sequence[str], rows: Iterable[Sequence[Node]]) -> Element:
    """A table with its columns to the left; without a header if this is empty."""
    body = [
        element("tr", *(element("td", cell, style=_CELL) for cell in row), style="background: none")
        for row in rows
    ]
    head = element("tr", *(element("th", word, style=_CELL + _RULED) for word in header))
    return element(
        "table",
        element("thead", head) if header else None,
        element("tbody", *body),
        style=_TABLE,
    )


def captioned(title: str, inside: Element) -> Element:
    """A table or a picture under a line that says what it is."""
    return element("div", heading(title), inside)


def details(title: str, *inside: Element) -> Element:
    """What is shown when somebody opens it."""
    return element("details", element("summary", title, style="cursor: pointer"), *inside, style="margin: 0.3em 0")


def plural(number: int, word: str) -> str:
    """A number of things.

    >>> plural(1, "step"), plural(1234, "step")
    ('1 step', '1,234 steps')
    """
    return f"{number:,} {word}{'' if number == 1 else 's'}"
