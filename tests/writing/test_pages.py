"""LaTeX that fits a page: nothing runs off it, and it says what was derived."""

import random
import re
from functools import cache

import pytest
from sympy import Add, Eq, Rational, Symbol, symbols
from tests.derivations.test_latex import SLOW, check_against
from tests.typesetting import derivations, log_of, needs_tex
from tests.writing.test_breaking import balanced

from planaria.derivations.analysis.limits import limit_branches
from planaria.diagrams import InputError
from planaria.writing.latex.abbreviations import narrowed
from planaria.writing.latex.breaking import unbroken
from planaria.writing.latex.derivation import latex_derivation, latex_summary
from planaria.writing.latex.limits import latex_limit
from planaria.writing.latex.metric import box, formula_width
from planaria.writing.latex.page import AlignedRow, environment, fitted, points
from planaria.writing.latex.printing import FormulaPrinter, tidy
from planaria.writing.latex.reading import Grid, read, tokens, written
from planaria.writing.latex.rules import latex_rules, rules_on_pages

WIDTHS = (240.0, 345.0)  # the narrowest, which is that of two columns, and that of article


@cache
def pages(width):
    """All that the command prints of the built-in models, limits of the quick ones included."""
    found = []
    for name, derivation in derivations().items():
        quantity = name.split()[1]
        found.append(rules_on_pages(derivation.rules, width=width))
        found.append(latex_derivation(derivation, name=quantity, width=width))
        found.append(derivation.latex(width=width))
        gamma = next((one for one in derivation.rules.setting.ring.generators if str(one) == "gamma"), None)
        if gamma is not None and quantity == "resolvent":
            for branch in limit_branches(derivation.closed_form, gamma):
                sums = dict(branch.closed_form.spectral_sums)
                found.append(latex_limit(branch, gamma, quantity, sums, width=width))
    return found


def grids(text):
    return [node for node in read(text) if isinstance(node, Grid)]


@pytest.mark.parametrize("width", WIDTHS)
def test_no_line_is_wider_than_nine_tenths_of_the_page(width):
    for text in pages(width):
        assert balanced(text)
        for grid in grids(text):
            assert box((grid,)).width <= 0.9 * width + 0.01


@needs_tex
@pytest.mark.parametrize("width", WIDTHS)
def test_tex_finds_nothing_too_wide_or_too_high(width, tmp_path):
    # On a page of 0.92 of the width, as the metric may be off by some points.
    log = log_of("\n\n".join(pages(width)), tmp_path, 0.92 * width)
    assert "Overfull" not in log
    assert "Output written" in log


@needs_tex
def test_tex_would_say_so(tmp_path):
    (name, derivation) = next(one for one in derivations().items() if one[0] == "two-layer-random-features loss")
    assert r"Overfull \hbox" in log_of(latex_derivation(derivation, name=name), tmp_path)


def test_a_derivation_prints_pages_of_a_width():
    for derivation in (derivations()["random-features loss"], derivations()["wigner resolvent"]):
        for width in WIDTHS:
            block = latex_derivation(derivation, width=width)
            assert derivation.latex(width=width) == derivation.latex(f"{width}pt") == block
            with_rules = derivation.latex(width=width, rules=True)
            assert with_rules == f"{rules_on_pages(derivation.rules, width=width)}\n{block}"
        assert derivation.latex() == latex_summary(derivation, width=345)
        assert derivation.latex(rules=True) == derivation.latex(width=345, rules=True)
    for wrong in (100, "wide", "1cm", True, [345], float("nan")):
        with pytest.raises(InputError, match=r"^width: "):
            derivation.latex(width=wrong)
    with pytest.raises(InputError, match=r"^rules: "):
        derivation.latex(rules="yes")


def joined(block):
    """A block of one line for each row: what was broken is put together again, and remarks are taken off."""
    (grid,) = grids(block)
    rows = []
    for cells in grid.lines:
        before, behind = (written(cell) for cell in cells)
        if not before and r"\text" in behind:
            continue
        if not before and behind.startswith(r"\quad"):
            rows[-1] += f" {behind}"
        elif not before and behind.startswith(r"\qquad"):
            rows[-1] = f"{rows[-1].removeprefix('& ')} & {behind.removeprefix(chr(92) + 'qquad ')}"
        else:
            rows.append(f"{before} & {behind}")
    lines = []
    for row in rows:
        before, _, behind = re.split(r" \\qquad \\text", row)[0].partition("&")
        lines.append(f"{before} &{' '.join(unbroken([behind]))}")
    text = " \\\\\n".join(lines).replace(r"\sum _ { I = 1 }", r"\sum_{I=1}")
    return f"\\begin{{align*}}\n{text}\n\\end{{align*}}"


@pytest.mark.parametrize("width", [240.0, 345.0])
def test_what_is_on_a_page_is_what_was_derived(width):
    broken_ones = 0
    for name, derivation in derivations().items():
        if name.split()[0] in SLOW:
            continue
        block = latex_derivation(derivation, name="F", width=width)
        broken_ones += r"\quad" in block
        check_against(derivation, joined(block))
    assert broken_ones >= 3


def test_what_fits_does_not_change():
    unchanged = 0
    for derivation in derivations().values():
        text, whole = latex_derivation(derivation, name="F", width=345), latex_derivation(derivation, name="F")
        if box(read(whole)).width <= 0.9 * 345 and r"\allowdisplaybreaks" not in text:
            assert text == whole
            unchanged += 1
        assert latex_derivation(derivation, width=16000).count(r"\quad +") == 0
    assert unchanged > 15


def test_notebooks_know_no_page():
    for derivation in derivations().values():
        assert "aligned}\n" in latex_summary(derivation)
        assert r"\cdot" not in latex_summary(derivation)
        assert r"\begin{array}" in latex_rules(derivation.rules)


def test_rules_are_those_of_the_array():
    """The same cells, in the same order."""
    for derivation in derivations().values():
        array = re.findall(
            r"\\begin\{array\}\{l+\}\n(\\text.*?|\\operatorname.*?)\n\\end", latex_rules(derivation.rules), re.S
        )
        shown = grids(rules_on_pages(derivation.rules, width=345))
        assert len(array) == len(shown)
        for text, grid in zip(array, shown, strict=True):
            mine = unbroken(written(cell) for line in grid.lines for cell in line)
            cells = re.sub(r"\\hline|\\quad", "", text)
            assert [t for t in mine if t not in "{3}{1}"] == [t for t in unbroken([cells]) if t not in "{3}{1}"]


def numbers(expressions, seed):
    rng = random.Random(seed)
    names = sorted({s for one in expressions for s in one.free_symbols}, key=str)
    return {one: Rational(rng.randrange(1, 50), rng.randrange(1, 50)) for one in names}


@pytest.mark.parametrize("seed", range(3))
def test_factoring_and_letters_keep_the_value(seed):
    """Exact, at random points: common factors that are pulled out, and letters for wide denominators."""
    lettered = 0
    for derivation in derivations().values():
        for formula in (derivation.value, *(one.lhs - one.rhs for one in derivation.equations)):
            values = numbers([formula], seed)
            meant = formula.xreplace(values)
            tidied = tidy(formula)
            assert tidied.xreplace(values) == meant
            (short,), parts = narrowed([tidied], [], FormulaPrinter(), set(), 60.0)
            for letter, meaning in reversed(parts):
                values[letter] = meaning.xreplace(values)
            assert short.xreplace(values) == meant
            lettered += bool(parts)
    assert lettered > 10


def test_letters_for_denominators():
    N, P, M, x = symbols("N P M x")
    long = Add(*symbols("a_1:20"))
    printer, taken = FormulaPrinter(), {"A_1"}
    (one, other), parts = narrowed(
        [x / long + x / (N * long**2), Eq(x, N / -long, evaluate=False)], [], printer, taken, 100.0
    )
    A = Symbol("A_2")
    assert parts == [(A, long)]
    assert one == x / A + x / (N * A**2)
    assert other.rhs == -N / A
    assert "A_2" in taken
    # A meaning may have a wide denominator, too; a wide numerator is broken and needs no letter.
    (one, other), parts = narrowed([x / (P + M / long), long / N], [], printer, set(), 20.0)
    assert other == long / N
    assert one.subs(dict(parts)).subs(dict(parts)) == x / (P + M / long)
    assert len(parts) == 2


def test_rows_that_do_not_fit():
    terms = " + ".join(rf"\mu_{k} N" for k in range(1, 9))
    rows = fitted([AlignedRow("N", f"= {terms}", r"\text{so it is}"), AlignedRow(terms, "= N")], 240.0)
    assert [bool(row.left) for row in rows] == [True, False, False, False, False, False, False][: len(rows)]
    assert max(formula_width(row.left) + formula_width(row.right) for row in rows) <= 216
    assert rows[-1].right == r"\qquad = N"  # a left side that is too wide stands above
    assert any(r"\text{so it is}" in row.right for row in rows)
    assert environment("align*", rows).count(r"\\") == len(rows) - 1


@pytest.mark.parametrize(
    ("text", "width"),
    [("345pt", 345), ("345", 345), ("12 cm", 341.43), ("120mm", 341.43), ("5in", 361.35), ("250.5", 250.5)],
)
def test_lengths(text, width):
    assert points(text, "--width") == pytest.approx(width, abs=0.01)


@pytest.mark.parametrize("width", [0, -1, 239.9, 1e6, float("nan"), float("inf")])
def test_widths_that_are_refused(width):
    derivation = derivations()["wigner resolvent"]
    for show in (latex_derivation, lambda one, width: rules_on_pages(one.rules, width=width)):
        with pytest.raises(InputError, match=r"width: .*(too narrow|wider than any page)"):
            show(derivation, width=width)


def test_a_high_block_may_be_broken_over_pages():
    high = latex_derivation(derivations()["two-layer-random-features training_loss"], width=345)
    assert high.startswith("\\begingroup\\allowdisplaybreaks\n\\begin{align*}")
    assert high.endswith("\\end{align*}\n\\endgroup")
    assert tokens(high).count(r"\begingroup") == 1
