"""Pictures: well-formed, nothing overlaps, planar graphs have no crossings and twisted ribbons have one."""

import re
import subprocess
import sys
from itertools import combinations, pairwise
from xml.etree import ElementTree

import pytest
from sympy import Identity, MatrixSymbol, Trace, symbols

from planaria.diagrams import Gaussian, Model
from planaria.diagrams.draw import lay_out, to_svg, to_tikz
from planaria.diagrams.draw.shapes import Dot, Fill, Label, Stroke
from planaria.diagrams.draw.tikz import standalone
from planaria.diagrams.wick import expand

N, P, M, gamma = symbols("N P M gamma", positive=True)
x, u = MatrixSymbol("x", M, P), MatrixSymbol("u", N, M)
Lambda = MatrixSymbol("Lambda", M, M)
MODEL = Model([Gaussian(x, rows=Lambda), Gaussian(u)])
Q = (gamma * Identity(P) + x.T * u.T * u * x).inv()
r = (gamma * Identity(M) + Lambda + x * x.T).inv()


def planar_graphs():
    for order in range(4):
        yield from expand(Trace(Q), MODEL, order)
        yield from expand(Trace(r * Lambda), MODEL, order)
    for order in range(3):
        yield from expand(Q, MODEL, order)
        yield from expand(r, MODEL, order)


def other_graphs():
    for euler in (1, 0):
        yield from expand(Trace(Q), MODEL, 2, euler=euler)
        yield from expand(Q, MODEL, 2, euler=euler)


PLANAR = list(planar_graphs())
OTHERS = list(other_graphs())


def points(path, steps=12):
    """The path as a polyline."""
    found, start = [path.start], path.start
    for a, b, c in path.curves:
        for k in range(1, steps + 1):
            t = k / steps
            weights = (1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3
            found.append(
                tuple(sum(w * p[d] for w, p in zip(weights, (start, a, b, c), strict=True)) for d in (0, 1))
            )
        start = c
    return found


def rounded(point):
    return round(point[0], 6), round(point[1], 6)


def curves(path):
    """The curves of a path, each with its start; a jump inside of a path makes a curve drawn nowhere."""
    starts = (path.start, *(end for _, _, end in path.curves))
    return [tuple(map(rounded, (start, *curve))) for start, curve in zip(starts, path.curves, strict=False)]


def crossings(one, other):
    """How often two polylines cross, common end points left out."""

    def side(a, b, c):
        return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])

    # A nudge: two edges that cross in a point of both polylines cross once, whatever the rounding.
    p, q = points(one), [(x + 1.1e-7, y + 1.7e-7) for x, y in points(other)]
    return sum(
        side(a, b, c) * side(a, b, d) < 0 and side(c, d, a) * side(c, d, b) < 0
        for a, b in pairwise(p)
        for c, d in pairwise(q)
    )


def ribbon_edges(graph, picture):
    """The strokes of the index lines along ribbons: after halos and before corners, two for each ribbon."""
    strokes = [s for s in picture.shapes if isinstance(s, Stroke) and s.width == 1.8]
    assert len(strokes) == 2 * len(graph.ribbons)
    return strokes


@pytest.mark.parametrize("graph", PLANAR)
def test_a_planar_graph_is_drawn_without_crossings(graph):
    edges = ribbon_edges(graph, lay_out(graph))
    assert not any(crossings(a.path, b.path) for a, b in combinations(edges, 2))


@pytest.mark.parametrize("graph", PLANAR)
def test_every_closed_face_of_a_planar_graph_is_one_closed_region(graph):
    picture = lay_out(graph)
    fills = [s for s in picture.shapes if isinstance(s, Fill)]
    assert len(fills) == sum(not face.is_open for face in graph.faces)
    drawn = {curve for s in picture.shapes if isinstance(s, Stroke) for curve in curves(s.path)}
    for fill in fills:
        assert rounded(fill.path.start) == rounded(fill.path.end)
        assert all(curve in drawn or curve[::-1] in drawn for curve in curves(fill.path))


@pytest.mark.parametrize("graph", OTHERS)
def test_the_edges_of_a_ribbon_cross_once_if_it_is_twisted(graph):
    edges = ribbon_edges(graph, lay_out(graph))
    for number, (i, _) in enumerate(sorted(graph.ribbons, key=lambda pair: pair[0] - pair[1])):
        one, other = edges[2 * number : 2 * number + 2]
        assert crossings(one.path, other.path) == (1 if i in graph.twisted else 0)


@pytest.mark.parametrize("graph", [*PLANAR, *OTHERS])
def test_labels_do_not_overlap_and_everything_is_on_the_canvas(graph):
    picture = lay_out(graph)
    boxes = []
    for label in (s for s in picture.shapes if isinstance(s, Label)):
        width = label.size * sum(0.5 if level == 0 else 0.4 for piece, level in label.text.pieces for _ in piece)
        left = label.at[0] if label.start else label.at[0] - width / 2
        boxes.append((left, label.at[1] - 0.45 * label.size, left + width, label.at[1] + 0.45 * label.size))
    for (a, b, c, d), (e, f, g, h) in combinations(boxes, 2):
        assert c <= e or g <= a or d <= f or h <= b
    for left, top, right, bottom in boxes:
        assert 0 <= left < right <= picture.width
        assert 0 <= top < bottom <= picture.height
    for shape in picture.shapes:
        if isinstance(shape, (Stroke, Fill)):
            assert all(0 <= px <= picture.width and 0 <= py <= picture.height for px, py in points(shape.path))
            # no index line runs through a label
            for px, py in points(shape.path, 40) if isinstance(shape, Stroke) else ():
                assert not any(a < px < c and b < py < d for a, b, c, d in boxes)


@pytest.mark.parametrize("graph", [*PLANAR[::5], *OTHERS])
def test_svg_is_well_formed_and_says_what_it_shows(graph):
    picture = lay_out(graph)
    root = ElementTree.fromstring(graph.svg())
    tag = "{http://www.w3.org/2000/svg}"
    assert root.tag == f"{tag}svg"
    assert f"Euler characteristic {graph.euler_characteristic}" in root.find(f"{tag}title").text
    assert len(root.findall(f"{tag}path")) == sum(isinstance(s, (Stroke, Fill)) for s in picture.shapes)
    assert len(root.findall(f"{tag}circle")) == sum(isinstance(s, Dot) for s in picture.shapes)
    texts = ["".join(node.itertext()) for node in root.findall(f"{tag}text")]
    assert texts == [s.text.plain for s in picture.shapes if isinstance(s, Label)]
    assert graph._repr_svg_() == graph.svg() == to_svg(picture)


@pytest.mark.parametrize("graph", [*PLANAR[::5], *OTHERS])
def test_tikz_is_balanced_and_defines_its_colours(graph):
    text = graph.tikz()
    assert text == to_tikz(lay_out(graph))
    assert text.count("{") == text.count("}")
    assert text.count("$") % 2 == 0
    used = set(re.findall(r"planaria[A-Z]", text))
    assert used == set(re.findall(r"\\definecolor\{(planaria[A-Z])\}", text))
    lines = text.splitlines()
    assert lines[1].startswith(r"\begin{tikzpicture}")
    assert lines[-1] == r"\end{tikzpicture}"
    assert all(line.startswith(r"\definecolor") or line.endswith(";") for line in lines[2:-1])
    assert text in standalone(text)


def test_a_space_keeps_its_colour_in_every_diagram():
    (bare,) = expand(Trace(Q), MODEL, 0)
    (first,) = expand(Trace(Q), MODEL, 1)

    def colour(graph, name):
        shapes = lay_out(graph).shapes
        place = next(k for k, s in enumerate(shapes) if isinstance(s, Label) and s.text.plain == name)
        return shapes[place - 1].colour

    assert colour(bare, "P") == colour(first, "P")
    assert len({colour(first, name) for name in "NPM"}) == 3


def test_making_graphs_loads_nothing_that_draws():
    program = (
        "import sys, planaria.diagrams.wick;"
        "print([m for m in ('matplotlib', 'networkx', 'planaria.diagrams.draw') if m in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
