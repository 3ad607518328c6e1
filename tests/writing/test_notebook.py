"""How values look in notebooks: HTML that is well formed and escaped, tuples and lists that show themselves."""

from __future__ import annotations

import pickle
import re
import subprocess
import sys
from html.parser import HTMLParser
from typing import Any

import pytest
from mpmath import mpf
from sympy import Identity, MatrixSymbol, Trace, symbols

import planaria as pl
from planaria.ensembles.evidence import Outcome
from planaria.ensembles.shown import Shown
from planaria.ensembles.verdicts.statuses import Status
from planaria.writing.latex.derivation import latex_summary
from planaria.writing.latex.metric import formula_width
from planaria.writing.notebook.markup import formula, scrolled

N, P, gamma = symbols("N P gamma", positive=True)
x, Lambda = MatrixSymbol("x", N, P), MatrixSymbol("Lambda", N, N)
MODEL = pl.Model([pl.Gaussian(x, variance=1 / P, rows=Lambda)], {Lambda: pl.TwoLevel()})
RESOLVENT = Trace((gamma * Identity(N) + x * x.T).inv()) / N


class Page(HTMLParser):
    """What a browser would make of HTML: words apart from formulas, rows of tables, images."""

    def __init__(self, html: str | None) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[tuple[str, str]] = []
        self.words, self.formulas = "", ""
        self.rows: list[int] = []
        self.images: list[dict[str, str | None]] = []
        assert html is not None
        self.feed(html)
        assert not self.open, "an element is left open"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "img":
            self.images.append(found)
            return
        self.open.append((tag, found.get("class") or ""))
        if tag == "tr":
            self.rows.append(0)
        if tag in ("td", "th"):
            self.rows[-1] += 1

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop()[0] == tag

    def handle_data(self, data: str) -> None:
        if "mathjax_process" in self.open[-1][1]:
            assert re.fullmatch(r"\\\(\\displaystyle .*\\\)", data, re.DOTALL)
            self.formulas += data
        else:
            self.words += data + " "


@pytest.fixture(scope="module")
def result() -> pl.Derivation:
    return pl.derive(RESOLVENT, MODEL)


@pytest.fixture(scope="module")
def loss() -> pl.Derivation:
    return pl.derive("random-features", "loss")


def test_a_model_shows_fields_and_laws() -> None:
    page = Page(MODEL._repr_html_())
    assert page.rows == [4, 4, 2, 2]
    assert "real" in page.words
    assert r"\operatorname{E} x_{ij} x_{kl} = \frac{1}{P} \Lambda_{ik} \delta_{jl}" in page.formulas
    assert r"N \times P" in page.formulas
    assert r"\lambda_I = " in page.formulas
    given = pl.Model(MODEL.fields, {Lambda: pl.Eigenvalues.of(list(range(1, 10)))})
    assert "9 that are given" in Page(given._repr_html_()).words


def test_a_model_file_shows_what_it_says() -> None:
    file = pl.load_model("random-features")
    page = Page(file._repr_html_())
    for said in (file.title, *file.citations, *(one.about for one in file.quantities + file.spaces)):
        assert said in page.words, said
    for one in file.quantities:
        assert one.name in page.words


def test_a_derivation_shows_rules_equations_and_value(loss: pl.Derivation) -> None:
    page = Page(loss._repr_html_())
    assert (
        r"\gamma &= \frac{\sigma_u^2 \Delta \left(N - S_{11}\right) \left(P - S_{11}\right)}{M}" in page.formulas
    )
    assert "&\\simeq " in page.formulas
    assert "the renormalised ridge" in page.words
    assert f"Feynman rules, {loss.rules.size} index lines" in page.words
    assert f"{len(loss.steps)} steps" in page.words
    assert page.rows.count(3) >= loss.rules.size + 2  # the rules, and their headers


def test_steps_are_a_table_of_before_and_after(loss: pl.Derivation) -> None:
    assert Page(loss.steps._repr_html_()).rows == [4] * (len(loss.steps) + 1)
    step = next(one for one in loss.steps if one.rule == "use an equation")
    page = Page(step._repr_html_())
    assert page.rows == [4, 4]
    for said in ("before", "after", step.rule):
        assert said in page.words
    assert r"\displaystyle \gamma" in page.formulas
    assert r"\frac{\sigma_u^2 \Delta \left(N - S_{11}\right) \left(P - S_{11}\right)}{M}" in page.formulas


def test_the_middle_of_many_steps_is_left_out(result: pl.Derivation) -> None:
    many = Shown(result.steps * 20)
    page = Page(many._repr_html_())
    assert len(page.rows) == 120 + 2
    assert f"{len(many) - 120} more" in page.words


def test_limits_are_a_table(loss: pl.Derivation) -> None:
    page = Page(loss.limit(gamma=0)._repr_html_())
    assert len(page.rows) == 1 + 3
    assert r"S_{11} = P" in page.formulas
    assert "the numbers decide" in page.words


def test_an_estimate_shows_its_evidence(result: pl.Derivation) -> None:
    estimate = pl.derive("marchenko-pastur", "resolvent").evaluate(N=1, P=1, gamma=2, digits=20)
    page = Page(estimate._repr_html_())
    for said in ("0.36602540378443864676", "verified: ", estimate.method, "residual", "below 1"):
        assert said in page.words
    assert page.words.count("e-") == 2
    bare = pl.Estimate(mpf("inf"), mpf(0), (), Status.INFINITE, {}, mpf(0), 10)
    assert "the limit diverges" in Page(bare._repr_html_()).words
    assert "ladder" not in Page(bare._repr_html_()).words


def test_a_simulation_shows_its_draws() -> None:
    run = pl.Simulation(1.25, 0.01, 1000, 3, 250.0, 0.0)
    page = Page(run._repr_html_())
    for said in ("1.25 ± 0.01", "1,000, seed 3", "250.0"):
        assert said in page.words
    assert "tail" not in page.words


@pytest.mark.parametrize(("outcome", "sign"), list(zip(Outcome, "✓✗?", strict=True)))
def test_a_check_shows_how_it_ended(outcome: Outcome, sign: str) -> None:
    check = pl.Check("one is one", "residual", outcome, "by looking")
    page = Page(check._repr_html_())
    for said in (sign, "one is one", "residual", "by looking"):
        assert said in page.words
    assert Page(Shown([check] * 3)._repr_html_()).rows == [3] * 4


def test_dualities_show_what_changes_places() -> None:
    found = pl.dualities("random-features", "resolvent", order=1)
    for value in (found, found[:1], found[0]):
        page = Page(value._repr_html_())
        assert r"N \leftrightarrow P,\; u \leftrightarrow x^{\mathsf{T}}" in page.formulas or (
            r"N \leftrightarrow P,\; u \leftrightarrow x" in page.formulas
        )
        assert r"\operatorname{E}' f = \frac{N}{P} \, \operatorname{E} f" in page.formulas
        assert "covariant" in page.words
        assert "identity" in page.words
    none = pl.dualities("random-features", "noise_loss", order=1)
    for refuted in (none, none.refuted, none.refuted[0]):
        page = Page(refuted._repr_html_())
        assert "No duality" in page.words
        assert r"\sigma_\varepsilon^2" in page.formulas
    nothing = pl.dualities(pl.Model([pl.Gaussian(MatrixSymbol("h", N, N), kind="hermitian")]), Trace(Identity(N)))
    assert "no exchange" in Page(nothing._repr_html_()).words


def test_diagrams_are_pictures_on_sheets() -> None:
    found = pl.expand(Trace((x * x.T) ** 3), pl.Model([pl.Gaussian(x)]), order=0, euler=None)
    one = Page(found[0]._repr_html_())
    assert len(one.images) == 1
    assert r"\chi = " in one.formulas
    for several, words in ((found, "15 diagrams"), (found[2:5], "3 diagrams"), (found.by_euler()[1], "diagrams")):
        page = Page(several._repr_html_())
        assert len(page.images) == 1
        assert page.images[0]["src"].startswith("data:image/svg+xml;base64,")  # type: ignore[union-attr]
        assert words in page.words
    two = Page(Shown([found[0], pl.expand(RESOLVENT, MODEL, order=1)[0]])._repr_html_())
    assert len(two.images) == 2  # of two models, which have a legend each
    none = pl.expand(Trace(x * x.T), pl.Model([pl.Gaussian(x)]), order=1)
    assert Page(none._repr_html_()).images == []


def test_no_more_diagrams_are_made_than_are_shown() -> None:
    page = Page(pl.expand("random-features", "gram_resolvent", order=12)._repr_html_())
    assert "the first 60 diagrams" in page.words


def test_text_is_escaped_and_is_no_formula() -> None:
    hostile = 'a <script>alert("1")</script> & $x$ \\(y\\) \x1b[1m'
    html = pl.Check(hostile, "residual", False, hostile)._repr_html_()
    assert "<script" not in html
    page = Page(html)
    assert hostile.replace("\x1b", "\\x1b") in page.words
    assert page.formulas == ""
    assert re.match(r'<div class="[^"]*\bmathjax_ignore\b', html)


def test_formulas_are_no_wider_than_their_room() -> None:
    sums = " + ".join(rf"\sigma_{{{k}}}^2 \lambda_{k}" for k in range(40))
    (broken,) = formula(sums, 200).itertext()
    lines = broken[len("\\(\\displaystyle \\begin{aligned} ") : -len(" \\end{aligned}\\)")].split(r" \\ ")
    assert len(lines) > 5
    assert all(formula_width(line.removeprefix("& ")) <= 200 for line in lines)
    wide = formula(rf"\text{{{'long' * 40}}}", 200)
    assert "overflow-x: auto" in wide.attrib["style"]
    assert "style" not in scrolled("x", 200).attrib


def test_latex_of_a_derivation_is_no_wider_than_a_page() -> None:
    result = pl.derive("nonlinear-random-features", "loss")
    for line in result.latex().split("\n")[2:-2]:
        left, _, right = line.removesuffix(r" \\").partition("&")
        assert formula_width(left) + formula_width(right) <= 345, line
    assert result.latex() != latex_summary(result)


# -- tuples and lists -----------------------------------------------------------------------------------------


def test_what_shows_itself_is_a_tuple(result: pl.Derivation) -> None:
    steps = result.steps
    assert steps == tuple(steps)
    assert tuple(steps) == steps
    assert hash(steps) == hash(tuple(steps))
    assert type(steps[1:3]) is type(steps[::-1]) is Shown
    assert steps[-1] is tuple(steps)[-1]
    assert repr(steps[:1]) == repr(tuple(steps)[:1])
    assert type(pickle.loads(pickle.dumps(steps))) is Shown
    first, *_ = steps
    assert first == steps[0]


@pytest.mark.parametrize("value", [(), (1, 2), (MODEL, MODEL), (pl.Check("", "residual", True, ""), 1)])
def test_a_tuple_of_other_things_stays_text(value: tuple[Any, ...]) -> None:
    assert Shown(value)._repr_html_() is None


_LISTS = """
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
before = object()
import planaria as pl
show = shell.display_formatter.formatters["text/html"]
checks = [pl.Check("one", "residual", True, "two")]
from collections import namedtuple
Named = namedtuple("Named", "one")
class Own(list):
    def _repr_html_(self):
        return "own"
for value in (checks, tuple(checks), [], [1], [*checks, 1], Named(checks[0]), Own(checks), [checks]):
    found = show(value)
    print(None if found is None else found if len(found) < 9 else "table" if "<table" in found else found)
"""


def test_lists_of_results_show_themselves_in_notebooks() -> None:
    pytest.importorskip("IPython", reason="ipykernel is of the extra 'test'")
    done = subprocess.run([sys.executable, "-c", _LISTS], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["table", "table", "None", "None", "None", "None", "own", "None"]


def test_who_has_said_how_lists_look_is_heard() -> None:
    pytest.importorskip("IPython", reason="ipykernel is of the extra 'test'")
    said = 'shell.display_formatter.formatters["text/html"].for_type(list, lambda value: "said")'
    code = _LISTS.replace("before = object()", said)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split()[:2] == ["said", "table"]
