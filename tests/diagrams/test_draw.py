"""Pictures: well-formed, nothing overlaps, planar graphs have no crossings and twisted ribbons have one."""

import re
import shutil
import subprocess
import sys
from itertools import combinations, pairwise
from math import hypot
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Adjoint, Identity, MatrixSymbol, Trace, symbols

from planaria.diagrams import Gaussian, InputError, Model, RibbonGraph
from planaria.diagrams.expansion import expand
from planaria.diagrams.expressions.expression import prepare, read
from planaria.diagrams.expressions.words import close, words
from planaria.diagrams.graphs.wick import all_contractions
from planaria.writing.emitters.shapes import Dot, Fill, Label, Stroke
from planaria.writing.emitters.tikz import standalone
from planaria.writing.pictures import lay_out, sheet, to_svg, to_tikz
from planaria.writing.pictures.style import AREAS, BACK, WHITE

N, P, M, gamma = symbols("N P M gamma", positive=True)
x, u = MatrixSymbol("x", M, P), MatrixSymbol("u", N, M)
Lambda = MatrixSymbol("Lambda", M, M)
MODEL = Model([Gaussian(x, rows=Lambda), Gaussian(u)])
Q = (gamma * Identity(P) + x.T * u.T * u * x).inv()
r = (gamma * Identity(M) + Lambda + x * x.T).inv()


h = MatrixSymbol("h", N, N)
z = MatrixSymbol("z", N, P)
C, D = MatrixSymbol("C", N, N), MatrixSymbol("D", P, P)
HERMITIAN = Model([Gaussian(h, kind="hermitian")])
SYMMETRIC = Model([Gaussian(h, kind="symmetric")])
COMPLEX = Model([Gaussian(z, kind="complex")])


def joint(model, *matrices):
    """The contractions of several traces together."""
    setting = prepare([Trace(one) for one in matrices], model)
    found = [word for one in matrices for word in close(words(read(one, setting), setting, 0), setting)]
    return list(all_contractions(tuple(found), setting))


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
ORDER_4 = [*list(expand(Trace(Q), MODEL, 4))[::7], *list(expand(Trace(Q), MODEL, 4, euler=-3))[::311]]
SEVERAL = [
    *joint(MODEL, x.T * u.T * u * x, x.T * u.T * u * x)[::8],
    *joint(HERMITIAN, h**3, h**3),
    *joint(HERMITIAN, h**2, h**2, h**2),
    *joint(HERMITIAN, h**3, h**2, h, h**2)[::9],
]
KINDS = [
    *expand(Trace(h**4), SYMMETRIC, 0, euler=None),
    *expand(Trace((z * Adjoint(z)) ** 3), COMPLEX, 0, euler=None),
]
GRAPHS = [*PLANAR, *OTHERS, *ORDER_4, *SEVERAL, *KINDS]


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


def edges_of_ribbons(picture):
    """The edges of ribbons, two by two in drawing order: the strokes of their width, without the legend's."""
    strokes = [s for s in picture.shapes if isinstance(s, Stroke) and s.width == 1.8]
    drawn = strokes[: len(strokes) - 2 * len(fields_of_legend(picture))]
    return list(zip(drawn[::2], drawn[1::2], strict=True))


def fields_of_legend(picture):
    """The names of fields in the legend: labels that start on the right of an area with a 1.8 line."""
    shapes = picture.shapes
    return [
        c.text.plain
        for a, b, c in zip(shapes, shapes[1:], shapes[2:], strict=False)
        if isinstance(c, Label) and c.start and all(isinstance(s, Stroke) and s.width == 1.8 for s in (a, b))
    ]


def labels_of_letters(picture):
    return [s for s in picture.shapes if isinstance(s, Label) and s.size == 15.0]


@pytest.mark.parametrize("graph", PLANAR)
def test_a_planar_graph_is_drawn_without_crossings(graph):
    edges = [edge for pair in edges_of_ribbons(lay_out(graph)) for edge in pair]
    assert len(edges) == 2 * len(graph.ribbons)
    assert not any(crossings(a.path, b.path) for a, b in combinations(edges, 2))


@pytest.mark.parametrize("graph", PLANAR)
def test_every_closed_face_of_a_planar_graph_is_tinted_once(graph):
    shapes = lay_out(graph).shapes
    # Faces come first, before the first ribbon or line.
    fills = shapes[: next(k for k, s in enumerate(shapes) if not isinstance(s, Fill))]
    assert len(fills) == sum(not face.is_open for face in graph.faces)


@pytest.mark.parametrize("graph", GRAPHS)
def test_the_edges_of_a_ribbon_cross_once_if_it_is_twisted(graph):
    picture = lay_out(graph)
    edges = edges_of_ribbons(picture)
    assert len(edges) == len(graph.ribbons)
    crossed = [crossings(one.path, other.path) for one, other in edges]
    assert sorted(crossed) == [0] * (len(edges) - len(graph.twisted)) + [1] * len(graph.twisted)
    # The other side of the band shows behind the twist, and one edge passes over the other.
    backs = sum(isinstance(s, Fill) and s.colour == BACK for s in picture.shapes)
    assert backs == len(graph.twisted) + bool(graph.twisted)  # one more explains it
    explained = [s for s in picture.shapes if isinstance(s, Label) and "its back" in s.text.plain]
    assert len(explained) == bool(graph.twisted)


@pytest.mark.parametrize("graph", GRAPHS)
def test_every_edge_ends_where_index_lines_of_its_colour_begin(graph):
    """The picture is the graph: each of the four ends of a ribbon meets one index line, of the same space."""
    picture = lay_out(graph)
    ends: dict[tuple[int, int], list[str]] = {}
    lines = [s for s in picture.shapes if isinstance(s, Stroke) and s.width == 2.4]
    for stroke in [edge for pair in edges_of_ribbons(picture) for edge in pair] + lines:
        for px, py in (stroke.path.start, stroke.path.end):
            # Points that are equal up to rounding, whichever side of a cell they fall on.
            key = next((k for k in ends if abs(k[0] - px) < 1e-3 and abs(k[1] - py) < 1e-3), (px, py))
            ends.setdefault(key, []).append(stroke.colour)
    shared = [colours for colours in ends.values() if len(colours) > 1]
    assert len(shared) >= 4 * len(graph.ribbons)
    assert all(len(colours) == 2 and len(set(colours)) == 1 for colours in shared)
    assert len(labels_of_letters(picture)) == len(graph.letters)


def overlapping(picture):
    """Pairs of labels whose boxes overlap, boxes estimated without the code that places them."""
    boxes = []
    for label in (s for s in picture.shapes if isinstance(s, Label)):
        width = label.size * sum(0.5 if level == 0 else 0.4 for piece, level in label.text.pieces for _ in piece)
        left = label.at[0] if label.start else label.at[0] - width / 2
        boxes.append((left, label.at[1] - 0.45 * label.size, left + width, label.at[1] + 0.45 * label.size))
    pairs = combinations(boxes, 2)
    return boxes, [(p, q) for p, q in pairs if p[0] < q[2] and q[0] < p[2] and p[1] < q[3] and q[1] < p[3]]


@pytest.mark.parametrize("graph", GRAPHS)
def test_labels_do_not_overlap_and_everything_is_on_the_canvas(graph):
    check_labels(lay_out(graph))


@settings(max_examples=40)
@given(st.data())
def test_labels_of_any_contraction_do_not_overlap(data):
    """A random contraction of a word of order 1 to 4, with every pairing and twist that its letters allow."""
    matrix, model = data.draw(st.sampled_from([(x.T * u.T * u * x, MODEL), (h * h, SYMMETRIC)]))
    order = data.draw(st.integers(1, 4))
    setting = prepare([Trace(matrix)], model)
    (word,) = close(words(read(matrix**order, setting), setting, 0), setting)
    pairing, twisted = [-1] * len(word.letters), set()
    for i, letter in enumerate(word.letters):
        if pairing[i] < 0:
            kind = setting.fields[letter.field].law
            choices = [
                (j, twist)
                for j in range(i + 1, len(pairing))
                for twist, pairs in ((False, letter.pairs_untwisted), (True, letter.pairs_twisted))
                if pairing[j] < 0 and pairs(word.letters[j], kind)
            ]
            j, twist = data.draw(st.sampled_from(choices))
            pairing[i], pairing[j] = j, i
            if twist:
                twisted.add(i)
    check_labels(lay_out(RibbonGraph(setting, (word,), tuple(pairing), frozenset(twisted))))


def check_labels(picture):
    boxes, both = overlapping(picture)
    assert not both
    for left, top, right, bottom in boxes:
        assert 0 <= left < right <= picture.width
        assert 0 <= top < bottom <= picture.height
    for shape in picture.shapes:
        if isinstance(shape, (Stroke, Fill)):
            assert all(0 <= px <= picture.width and 0 <= py <= picture.height for px, py in points(shape.path))
        if isinstance(shape, Stroke) and shape.colour != WHITE:
            # no line runs through a label
            for px, py in points(shape.path, 20):
                assert not any(a < px < c and b < py < d for a, b, c, d in boxes)


@pytest.mark.parametrize("graph", SEVERAL)
def test_ribbons_between_traces_keep_off_the_other_words(graph):
    """All ribbons of traces that are joined run above the line on which the letters stand."""
    if len(graph.components) > 1:
        return
    picture = lay_out(graph)
    lowest = max(s.at[1] for s in labels_of_letters(picture)) - 17.0
    for pair in edges_of_ribbons(picture):
        assert all(py <= lowest + 1e-6 for edge in pair for _, py in points(edge.path))


def test_a_planar_correlator_of_two_traces_has_no_crossings():
    graphs = [g for g in joint(HERMITIAN, h**3, h**3) if g.is_connected and g.is_planar]
    assert len(graphs) == 12  # nine with one ribbon between the traces, three with three
    for graph in graphs:
        edges = [edge for pair in edges_of_ribbons(lay_out(graph)) for edge in pair]
        assert not any(crossings(a.path, b.path) for a, b in combinations(edges, 2))


def test_where_ribbons_cross_the_upper_one_hides_the_lower_one():
    for graph in OTHERS:
        picture = lay_out(graph)
        wide = [s for s in picture.shapes if isinstance(s, Stroke) and s.colour == WHITE and s.width > 15]
        crossing = [
            (p, q)
            for p, q in combinations(graph.ribbons, 2)
            if p[0] < q[0] < p[1] < q[1] or q[0] < p[0] < q[1] < p[1]
        ]
        assert bool(wide) == bool(crossing)


def test_the_legend_names_every_space_and_field():
    (graph,) = expand(Trace(Q), MODEL, 1)
    picture = lay_out(graph)
    assert fields_of_legend(picture) == ["x", "u"]
    texts = [s.text.plain for s in picture.shapes if isinstance(s, Label) and s.start]
    assert texts == ["M", "P", "N", "x", "u", "χ = 2", "covariance of x: Λ"]
    areas = [s.colour for s in picture.shapes if isinstance(s, Stroke) and s.width == 11]
    assert len(set(areas)) == 2  # two fields are told apart without colours of lines


def test_an_arrow_tells_a_complex_field_from_its_conjugate():
    graph = expand(Trace((z * Adjoint(z)) ** 2), COMPLEX, 0)[0]
    real = expand(Trace((z * z.T) ** 2), Model([Gaussian(z)]), 0)[0]
    fills = [sum(isinstance(s, Fill) for s in lay_out(g).shapes) for g in (graph, real)]
    assert fills[0] - fills[1] == len(graph.ribbons)


ELLIPTIC = Model([Gaussian(h, kind="real-elliptic", rho=symbols("rho"), rows=C)])
COVARIANT = [
    *(g for g in GRAPHS if g.setting.model is MODEL),
    *expand(Trace(h * h * h.T * h.T), ELLIPTIC, 0, euler=None),
    *expand(Trace(z * z.T) ** 2, Model([Gaussian(z, rows=C, cols=D)]), 0, euler=None),
]


@pytest.mark.parametrize("graph", COVARIANT)
def test_the_dot_of_a_covariance_sits_on_its_own_line(graph):
    shapes = lay_out(graph).shapes
    in_legend = sum("covariance" in s.text.plain for s in shapes if isinstance(s, Label))
    dots = [s for s in shapes if isinstance(s, Dot) and s.radius == 2.8]
    edges = [s for s in shapes if isinstance(s, Stroke) and s.width == 1.8]
    for dot in dots[: len(dots) - in_legend]:
        away, colour = min((distance(dot.centre, points(edge.path, 40)), edge.colour) for edge in edges)
        assert away < 0.3
        assert colour == dot.colour
    fields = [graph.setting.fields[graph.letters[i].field] for i, _ in graph.ribbons]
    assert len(dots) == sum((not one.rows.is_one) + (not one.cols.is_one) for one in fields) + in_legend


def distance(point, line):
    return min(
        abs((point[0] - ax) * (by - ay) - (point[1] - ay) * (bx - ax)) / (hypot(bx - ax, by - ay) or 1)
        if (point[0] - ax) * (bx - ax) + (point[1] - ay) * (by - ay) >= 0
        and (point[0] - bx) * (ax - bx) + (point[1] - by) * (ay - by) >= 0
        else min(hypot(point[0] - ax, point[1] - ay), hypot(point[0] - bx, point[1] - by))
        for (ax, ay), (bx, by) in pairwise(line)
    )


def luminance(colour):
    """The relative luminance of a colour, as WCAG defines it."""
    parts = (int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5))
    linear = [one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts]
    return sum(weight * one for weight, one in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one, other):
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_ribbons_stand_out_from_paper_from_a_dark_page_and_from_their_backs():
    for area in AREAS:
        assert contrast(area, WHITE) > 1.15
        assert contrast(area, "#0D1117") > 7
        assert contrast(area, BACK) > 1.6
    assert contrast(BACK, WHITE) > 2.5
    assert contrast(BACK, "#0D1117") > 4.5


def test_a_blob_takes_the_place_of_letters():
    graph = next(g for g in expand(Q, MODEL, 1) if g.pairing == (3, 2, 1, 0))
    picture = lay_out(graph, blobs=[(1, 3, "Sigma")], dressed=[1])
    assert [s.text.plain for s in labels_of_letters(picture)] == ["xT", "x"]
    assert [s.text.plain for s in picture.shapes if isinstance(s, Label)].count("Σ") == 1
    assert len(edges_of_ribbons(picture)) == 1
    assert sum(isinstance(s, Stroke) and s.width == 5.5 for s in picture.shapes) == 1
    check_faces = [s for s in picture.shapes if isinstance(s, Fill)]
    assert len(check_faces) == 1 + 2  # the M-face passes through the blob, and the legend has two areas


@pytest.mark.parametrize(
    ("blobs", "sentence"),
    [
        ([(1, 1, "S")], r"\(1, 1\) is no interval"),
        ([(3, 9, "S")], r"\(3, 9\) is no interval"),
        ([(0, 2, "S")], r"letter 0 of \(0, 2\) is joined to 3"),
        ([(0, 4, "S"), (1, 3, "T")], r"\(1, 3\) overlaps"),
    ],
)
def test_a_blob_is_closed_under_the_pairing(blobs, sentence):
    graph = next(g for g in expand(Q, MODEL, 1) if g.pairing == (3, 2, 1, 0))
    with pytest.raises(InputError, match=sentence):
        lay_out(graph, blobs=blobs)


def test_pictures_are_small_and_always_the_same():
    for graph in ORDER_4:
        assert graph.svg() == to_svg(lay_out(graph))
        assert len(graph.svg()) < 15_000
    assert all(len(g.svg()) < 11_500 for g in expand(Trace(Q), MODEL, 4))


@pytest.mark.parametrize("graph", [*PLANAR[::5], *OTHERS])
def test_svg_is_well_formed_and_says_what_it_shows(graph):
    picture = lay_out(graph)
    root = ElementTree.fromstring(graph.svg())
    tag = "{http://www.w3.org/2000/svg}"
    assert root.tag == f"{tag}svg"
    assert f"Euler characteristic {graph.euler_characteristic}" in root.find(f"{tag}title").text
    assert re.search(r"Ribbons: ", root.find(f"{tag}desc").text)
    assert len(list(root.iter(f"{tag}path"))) == sum(isinstance(s, (Stroke, Fill)) for s in picture.shapes)
    assert len(list(root.iter(f"{tag}circle"))) == sum(isinstance(s, Dot) for s in picture.shapes)
    texts = ["".join(node.itertext()) for node in root.iter(f"{tag}text")]
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
    head, body = text.split("\n}\n")
    assert head.splitlines()[1:3] == [r"\begin{tikzpicture}[x=1pt, y=-1pt]", r"\tikzset{"]
    styles = re.findall(r"^  (planaria \w+)/\.style=\{.*\},$", head, re.MULTILINE)
    assert len(styles) == len(set(styles)) == len(head.splitlines()) - 3
    lines = body.splitlines()
    assert lines[-1] == r"\end{tikzpicture}"
    assert all(line.startswith(r"\definecolor") or line.endswith(";") for line in lines[:-1])
    # Every shape has a style with a name and a colour, and every style is used.
    drawn = [one for one in lines[:-1] if not one.startswith((r"\definecolor", r"\path (0,0)"))]
    assert {re.match(r"\\\w+\[(planaria \w+), planaria[A-Z]", one)[1] for one in drawn} == set(styles)
    wanted = {"ribbon", "edge", "line", "letter"} if graph.letters else {"line"}
    assert {f"planaria {one}" for one in wanted} <= set(styles)
    # Nothing but tikz, and amsmath in labels: these commands, and paths of these words.
    commands = {"begin", "end", "tikzset", "definecolor", "path", "draw", "fill", "filldraw", "node"}
    bare = re.sub(r"\{\$.*\$\};", "", text.split("\n", 1)[1])
    assert set(re.findall(r"\\([a-zA-Z]+)", bare)) <= {*commands, "small", "normalsize", "footnotesize"}
    point = r"\(-?[\d.]+,-?[\d.]+\)"
    path = rf"{point}(?: \.\. controls {point} and {point} \.\. {point})+"
    for one in drawn:
        if one.startswith((r"\draw", r"\fill[")) and "circle" not in one:
            assert re.fullmatch(rf"\\(draw|fill)\[[^\]]*\] {path}(?: -- cycle)?;", one)


def test_a_latex_document_needs_no_more_than_tikz_and_amsmath():
    picture = lay_out(OTHERS[0])
    for shown in (picture, picture.to_width(300)):
        text = standalone(shown)
        assert to_tikz(picture) in text
        packages = re.findall(r"\\(?:documentclass|usepackage)(?:\[[^\]]*\])?\{(\w+)\}", text)
        assert packages == ["article", "geometry", "amsmath", "tikz"]
    assert "paperwidth=308pt" in text
    assert r"\scalebox" in text


@pytest.mark.parametrize("engine", ["pdflatex", "lualatex"])
def test_latex_makes_one_page_of_the_size_of_the_picture(engine, tmp_path):
    if shutil.which(engine) is None:
        pytest.skip(f"there is no {engine} here: install texlive-latex-recommended and texlive-pictures")
    weighted = list(expand(Trace(h * h * h.T * h.T), ELLIPTIC, 0, euler=None))
    for number, picture in enumerate((sheet(weighted), lay_out(OTHERS[0]).to_width(700), lay_out(SEVERAL[3]))):
        (tmp_path / f"{number}.tex").write_text(standalone(picture), encoding="utf-8")
        done = subprocess.run(
            [engine, "-interaction=nonstopmode", "-halt-on-error", f"{number}.tex"],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
        )
        assert done.returncode == 0, done.stdout[-2000:]
        assert "(1 page," in done.stdout
        assert "Overfull" not in done.stdout
        assert "Missing character" not in done.stdout


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
        "import sys, planaria.diagrams.graphs.wick;"
        "print([m for m in ('matplotlib', 'networkx', 'planaria.writing.pictures') if m in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


def test_long_names_have_room():
    long = MatrixSymbol("Phi_hidden", N, P)
    model = Model([Gaussian(long)])
    for graph in (*expand(Trace((long * long.T) ** 3), model, 0), *joint(model, long * long.T, long * long.T)):
        check_labels(lay_out(graph))
