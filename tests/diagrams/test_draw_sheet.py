"""Contact sheets and pairs of diagrams: everything is there, in its place, in corresponding colours."""

import re
from itertools import pairwise
from math import hypot, prod
from xml.etree import ElementTree

import pytest
from sympy import Identity, MatrixSymbol, Rational, Trace, symbols

from planaria.diagrams import Gaussian, InputError, Model, dualities
from planaria.diagrams.expansion import expand
from planaria.writing.emitters.shapes import Dot, Label, Stroke
from planaria.writing.emitters.typeset import formula, weight_text
from planaria.writing.pictures import beside, dual_sheets, lay_out, sheet, sheets, to_svg, to_tikz
from planaria.writing.pictures.readings import untwisted

N, P, M, gamma, s = symbols("N P M gamma sigma_u", positive=True)
x, u = MatrixSymbol("x", M, P), MatrixSymbol("u", N, M)
Lambda = MatrixSymbol("Lambda", M, M)
H = MatrixSymbol("H", N, N)
MODEL = Model([Gaussian(x, rows=Lambda), Gaussian(u, variance=s**2 / M)])
Q = (gamma * Identity(P) + x.T * u.T * u * x).inv()
ORDER_2 = list(expand(Trace(Q), MODEL, 2, euler=None))
ORDER_3 = list(expand(Trace(Q), MODEL, 3))


def texts(picture):
    return [shape.text.plain for shape in picture.shapes if isinstance(shape, Label)]


def test_a_sheet_shows_every_diagram_with_number_weight_and_euler_characteristic():
    picture = sheet(ORDER_2, multiplicities=[1, 2, *[1] * 7])
    found = texts(picture)
    assert [text for text in found if re.fullmatch(r"\d\.", text)] == [f"{k}." for k in range(1, 10)]
    assert found.count("χ = 2") == found.count("χ = 1") == found.count("χ = 0") == 3
    assert [text for text in found if "×" in text] == ["× 2"]
    # The three planar weights: gamma^-3 (sigma_u^2/M)^2 times N P^2 t2, N^2 P t1^2 / ..., in one order or another.
    for rest in ("N2 P2 tr Λ2", "N P2 (tr Λ)2", "N2 P (tr Λ)2"):
        assert found.count(f"γ−3 σu4 M−2 {rest}") == 1
    assert found.count("N") == found.count("P") == found.count("M") == 1  # one legend
    assert picture.title == "9 diagrams"


def test_nothing_overlaps_on_a_sheet():
    for picture in (sheet(ORDER_2), sheet(ORDER_3), sheet(list(expand(Q, MODEL, 2)))):
        boxes = []
        for label in (one for one in picture.shapes if isinstance(one, Label)):
            width = label.size * sum(0.5 if level == 0 else 0.4 for one, level in label.text.pieces for _ in one)
            left = label.at[0] if label.start else label.at[0] - width / 2
            top, bottom = label.at[1] - 0.45 * label.size, label.at[1] + 0.45 * label.size
            assert 0 <= left < left + width <= picture.width
            assert 0 <= top < bottom <= picture.height
            assert not any(a < left + width and left < c and b < bottom and top < d for a, b, c, d in boxes)
            boxes.append((left, top, left + width, bottom))


def test_sheets_are_numbered_through_and_hold_all():
    pages = list(sheets(ORDER_3, most=5))
    assert [page.title for page in pages] == ["5 diagrams", "5 diagrams", "2 diagrams"]
    numbers = [text for page in pages for text in texts(page) if re.fullmatch(r"\d+\.", text)]
    assert numbers == [f"{k}." for k in range(1, 13)]
    captions = list(sheets(ORDER_3, [f"caption {k}" for k in range(12)], most=7))
    assert [t for page in captions for t in texts(page) if t.startswith("caption")] == [
        f"caption {k}" for k in range(12)
    ]


def circles(picture):
    """The radii of the circles of a sheet, from their index lines: three points of each."""
    found = set()
    for stroke in (s for s in picture.shapes if isinstance(s, Stroke) and s.width == 2.4):
        (ax, ay), (bx, by), (cx, cy) = stroke.path.start, stroke.path.at(0.5), stroke.path.end
        sides = [hypot(ax - bx, ay - by), hypot(bx - cx, by - cy), hypot(ax - cx, ay - cy)]
        area = abs((bx - ax) * (cy - ay) - (cx - ax) * (by - ay)) / 2
        found.add(round(prod(sides) / (4 * area), 1))
    return found


def test_all_circles_of_a_sheet_have_one_size():
    assert len(circles(sheet(ORDER_2))) == 1
    several_orders = [*expand(Trace(Q), MODEL, 1), *ORDER_3]
    assert len(circles(sheet(several_orders))) == 1
    assert circles(sheet(ORDER_3[:1])) != circles(sheet(ORDER_2[:1]))


def test_a_word_starts_at_the_same_letter_at_the_same_place():
    two = (expand(Trace(word), MODEL, 0)[0] for word in (x * x.T * u.T * u, u.T * u * x * x.T))
    picture = sheet(list(two), columns=1)
    letters = [s for s in picture.shapes if isinstance(s, Label) and s.size == 15.0]
    assert [s.text.plain for s in letters] == ["x", "xT", "uT", "u"] * 2
    for one, other in zip(letters[:4], letters[4:], strict=True):
        assert one.at[0] == pytest.approx(other.at[0])
        assert other.at[1] - one.at[1] == pytest.approx(letters[4].at[1] - letters[0].at[1])


REAL = [
    *expand(Trace(x * x.T) ** 3, MODEL, 0),
    *expand(Trace((x * x.T) ** 2) * Trace(x.T * u.T * u * x) * Trace(u * u.T), MODEL, 0),
    *expand(Trace(H**3) ** 2, Model([Gaussian(H, kind="symmetric")]), 0, connected=True),
    *expand(Trace(H**4) * Trace(H**2), Model([Gaussian(H, kind="antisymmetric")]), 0, connected=True),
    *expand(Trace(H**2) ** 2, Model([Gaussian(H, kind="real-elliptic", rho=Rational(1, 3))]), 0),
]


@pytest.mark.parametrize("graph", REAL)
def test_planar_diagrams_of_several_traces_are_drawn_without_twists(graph):
    read = untwisted(graph)
    assert not read.graph.twisted
    assert (read.graph.weight - graph.weight).expand() == 0
    assert read.graph.canonical_form == graph.canonical_form
    assert [read.graph.pairing[read.places[k]] for k in range(len(graph.letters))] == [
        read.places[k] for k in graph.pairing
    ]
    assert not any("its back" in text for text in texts(lay_out(graph)))


def test_some_planar_diagrams_have_twists_as_they_are_written():
    assert sum(bool(graph.twisted) for graph in REAL) > 20


def test_turning_words_over_never_twists_more():
    for graph in expand(Trace(x * x.T) * Trace((x * x.T) ** 2), MODEL, 0, euler=None):
        read = untwisted(graph).graph
        assert len(read.twisted) <= len(graph.twisted)
        assert not (read.is_orientable and read.twisted)


def test_columns_can_be_chosen():
    narrow, wide = sheet(ORDER_3, columns=2), sheet(ORDER_3, columns=6)
    assert narrow.width < wide.width
    assert narrow.height > wide.height


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"graphs": []}, "there are no diagrams"),
        ({"graphs": ORDER_2, "captions": ["one"]}, "there are 1 for 9 diagrams"),
        ({"graphs": ORDER_2, "multiplicities": [1, 2]}, "there are 2 for 9 diagrams"),
        ({"graphs": ORDER_2, "columns": 0}, "0 diagrams are no row"),
    ],
)
def test_bad_sheets(arguments, sentence):
    with pytest.raises(InputError, match=sentence):
        sheet(**arguments)


def rotations(left, right):
    """Rotations and reflections of the letters that take the ribbons of one graph to those of another."""
    n = len(left.letters)
    maps = [tuple((sign * k + turn) % n for k in range(n)) for sign in (1, -1) for turn in range(n)]
    return [m for m in maps if all(right.pairing[m[i]] == m[j] for i, j in left.ribbons)]


def badges(picture):
    """The numbers on ribbons, each with its place."""
    return [
        (int(label.text.plain), dot.centre)
        for dot, label in pairwise(picture.shapes)
        if isinstance(dot, Dot) and dot.radius == 7.5 and isinstance(label, Label)
    ]


def test_ribbons_that_correspond_have_the_same_number():
    left, right = ORDER_3[0], ORDER_3[9]
    (half_edges, *_) = rotations(left, right)
    picture = beside(left, right, half_edges, ("here", "there"))
    assert {"here", "there", "ribbons that correspond"} <= set(texts(picture))
    middle = picture.width / 2
    *drawn, in_legend = badges(picture)
    assert in_legend[0] == 1
    numbers = range(1, len(left.ribbons) + 1)
    assert sorted(k for k, (x, _) in drawn if x < middle) == list(numbers)
    assert sorted(k for k, (x, _) in drawn if x > middle) == list(numbers)
    # Fields follow: under a number, the area of the ribbon is that of its field, here and there.
    areas = [s for s in picture.shapes if isinstance(s, Stroke) and s.role == "ribbon"]
    for number, (i, _) in enumerate(left.ribbons, start=1):
        here, there = (
            min(areas, key=lambda area, at=at: min(hypot(px - at[0], py - at[1]) for px, py in along(area.path)))
            for at in sorted(at for k, at in drawn if k == number)
        )
        same = left.letters[i].field == right.letters[half_edges[i]].field
        assert (here.colour == there.colour) == same


def along(path):
    return [path.at(k / 20) for k in range(21)]


DUAL_MODEL = Model([Gaussian(x, rows=Lambda), Gaussian(u, variance=s**2 / M)])
q = (gamma * Identity(N) + u * x * x.T * u.T).inv()
(DUALITY,) = dualities(DUAL_MODEL, Trace(q) / N)
PLANAR = [graph for n in (1, 2, 3) for graph in expand(Trace(q) / N, DUAL_MODEL, n)]


def test_a_sheet_of_duals_tells_what_is_exchanged():
    (picture,) = dual_sheets(DUALITY, PLANAR, "resolvent")
    found = texts(picture)
    assert picture.title == "16 diagrams beside their duals"
    assert [text for text in found if re.fullmatch(r"\d+\.", text)] == [f"{k}." for k in range(1, 17)]
    assert found.count("↔") == 2  # N and P, x and u
    (factor,) = [text for text in found if "covariant" in text]
    assert factor == (
        "resolvent, covariant: the weight of a diagram, exchanged, is that of its dual times "
        + weight_or_ratio(DUALITY.factor)
    )
    (remainder,) = [text for text in found if "one term more" in text]
    assert remainder.endswith(weight_or_ratio(DUALITY.remainder))
    assert len(circles(picture)) == 1


def weight_or_ratio(expression):
    setting = PLANAR[0].setting
    return formula(setting.ring(expression), setting).plain


def test_a_quotient_says_what_is_below():
    assert weight_or_ratio((P - N) / (gamma * P)) == "(P − N) / (γ P)"
    assert weight_or_ratio(N / P) == "N / P"


def test_exchanged_lines_are_told_apart_without_colours():
    (picture,) = dual_sheets(DUALITY, PLANAR)
    lines = [s for s in picture.shapes if isinstance(s, Stroke) and s.role in ("edge", "line")]
    patterns = {}
    for one in lines:
        patterns.setdefault(one.colour, set()).add(one.dashes)
    named = {name: colour for colour, name in legend_colours(picture)}
    assert {name: len(patterns[colour]) for name, colour in named.items()} == {"N": 1, "P": 1, "M": 1}
    dashes = {name: patterns[colour].pop() for name, colour in named.items()}
    assert dashes["M"] == ()
    assert len({dashes["N"], dashes["P"], ()}) == 3
    svg, tikz = to_svg(picture), to_tikz(picture)
    broken = sum(bool(s.dashes) for s in lines)
    assert svg.count("stroke-dasharray") == tikz.count("dash pattern") == broken


def legend_colours(picture):
    """The colour of each space in the legend: lines of the width 3 before a name."""
    return [
        (one.colour, other.text.plain)
        for one, other in pairwise(picture.shapes)
        if isinstance(one, Stroke) and one.width == 3.0 and isinstance(other, Label)
    ]


@pytest.mark.parametrize("graph", PLANAR)
def test_a_dual_is_drawn_as_the_mirror_image(graph):
    picture = beside(graph, *graph.dual(DUALITY), duality=DUALITY)
    letters = [s for s in picture.shapes if isinstance(s, Label) and s.role == "letter"]
    n = len(graph.letters)
    assert len(letters) == 2 * n
    *drawn, _ = badges(picture)
    arrows = [s for s in picture.shapes if isinstance(s, Stroke) and s.role == "sign"]
    middle = sum(x for x, _ in (arrows[0].path.start, arrows[0].path.end)) / 2
    for number in range(1, len(graph.ribbons) + 1):
        (ax, ay), (bx, by) = sorted(at for k, at in drawn if k == number)
        assert ay == pytest.approx(by, abs=3)
        assert middle - ax == pytest.approx(bx - middle, abs=12)


@pytest.mark.parametrize("half_edges", [(0, 1), (0, 0, *range(2, 12)), (1, 0, *range(2, 12))])
def test_a_map_takes_ribbons_to_ribbons(half_edges):
    with pytest.raises(InputError, match="half_edges"):
        beside(ORDER_3[0], ORDER_3[0], half_edges)


def test_emitters_write_sheets():
    for picture in (sheet(ORDER_2), beside(ORDER_3[0], ORDER_3[0], tuple(range(12)))):
        root = ElementTree.fromstring(to_svg(picture))
        found = ["".join(one.itertext()) for one in root.iter("{http://www.w3.org/2000/svg}text")]
        assert found == texts(picture)
        text = to_tikz(picture)
        assert text.count("{") == text.count("}")
        assert text.count(r"\node") == len(found)
        commands = set(re.findall(r"\\([a-zA-Z]+)", "".join(re.findall(r"\$.*\$", text))))
        known = "gamma sigma chi Lambda mathsf operatorname mbox left right times leftrightarrow"
        assert commands <= set(known.split())


def test_svg_raises_and_lowers_with_tspans():
    svg = to_svg(sheet(ORDER_2))
    assert not re.search("[⁰¹²³⁴⁵⁶⁷⁸⁹⁻₀-₉ᵀᵤ]", svg)
    root = ElementTree.fromstring(svg)
    tag = "{http://www.w3.org/2000/svg}"
    (weight, *_) = [one for one in root.iter(f"{tag}text") if "".join(one.itertext()) == "γ−3 σu4 M−2 N P2 tr Λ2"]
    height, levels = 0.0, {weight.text: {0}}
    for one in weight:
        height += float(one.get("dy", "0"))
        for text in (one.text, one.tail):
            levels.setdefault(text, set()).add(round(height))
    assert all(level < 0 for text in ("−3", "4", "−2", "2") for level in levels[text])
    assert all(level > 0 for level in levels["u"])
    assert levels["γ"] == levels["σ"] == levels["M"] == {0}


@pytest.mark.parametrize(
    ("weight", "plain", "latex"),
    [
        (N * P**2, "N P2", "N P^{2}"),
        (-N / (2 * gamma), "−½ γ−1 N", r"- {\textstyle\frac{1}{2}} \gamma^{-1} N"),
        (N + P, "N + P", "N + P"),
        (N * (1 - P), "N (1 − P)", r"N \left(1 - P\right)"),
        (Rational(2, 3) * s, "2/3 σu", r"{\textstyle\frac{2}{3}} \sigma_u"),
        ((P * s) * Lambda**2, "σu P Λ2", r"\sigma_u P \Lambda^{2}"),
        (P * Identity(M), "P", "P"),
        (Trace(Lambda * Lambda), "tr Λ2", r"\operatorname{tr} \Lambda^{2}"),
    ],
)
def test_weights_are_typeset(weight, plain, latex):
    text = weight_text(weight)
    assert text.plain == plain
    assert text.latex == latex
