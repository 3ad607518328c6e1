"""Formulas over lines: no line is too wide, and without the breaks the tokens are those from before."""

import random
import re
from functools import cache

import pytest
from matplotlib.mathtext import MathTextParser
from tests.typesetting import derivations
from tests.writing.test_metric import random_formula

from planaria.writing.latex.breaking import broken, unbroken
from planaria.writing.latex.derivation import latex_derivation
from planaria.writing.latex.metric import formula_width
from planaria.writing.latex.reading import Grid, read, tokens, written

ROOMS = (150.0, 180.0, 250.0, 310.0, 400.0)


@cache
def long_formulas():
    """Every right side that a built-in model prints without regard to a page."""
    found = set()
    shown = derivations().values()
    for derivation in (*shown, *(one.written_out() for one in shown)):
        (grid,) = read(latex_derivation(derivation))
        assert isinstance(grid, Grid)
        found |= {written(line[-1]) for line in grid.lines}
    # Nothing breaks a matrix: where it is too wide, the page shows none.
    return sorted(one for one in found if r"\text" not in one and "pmatrix" not in one)


def balanced(text):
    """Whether braces, brackets and environments are closed in the order in which they are opened."""
    opened = []
    for token in tokens(text):
        if token in ("{", r"\left") or token.startswith(r"\begin{"):
            opened.append(token)
        elif token in ("}", r"\right") or token.startswith(r"\end{"):
            closed = {"}": "{", r"\right": r"\left"}.get(token, token.replace("end", "begin"))
            if not opened or opened.pop() != closed:
                return False
    return not opened


def without_indents(formula):
    return [token for token in tokens(formula) if token != r"\quad"]


@pytest.mark.parametrize("room", ROOMS)
def test_no_line_is_too_wide_and_no_token_is_lost(room):
    for formula in long_formulas():
        lines = broken(formula, room)
        assert unbroken(lines) == without_indents(formula)
        assert all(formula_width(line) <= room for line in lines), formula
        assert all(balanced(line) for line in lines), formula
        assert len(lines) > 1 or formula_width(formula) <= room or r"\begin{aligned}" in lines[0]


@pytest.mark.parametrize("room", ROOMS)
def test_what_fits_stays_as_it_is(room):
    for formula in long_formulas():
        if formula_width(formula) <= room:
            assert broken(formula, room) == [formula]


@pytest.mark.parametrize("seed", range(200))
def test_no_token_of_invented_formulas_is_lost(seed):
    """However narrow: what cannot be broken stays whole."""
    rng = random.Random(seed)
    formula = random_formula(rng, depth=4)
    for room in (30.0, 60.0, 120.0, 240.0):
        lines = broken(formula, room)
        assert unbroken(lines) == without_indents(formula)
        assert all(balanced(line) for line in lines)


def test_lines_are_formulas_that_matplotlib_reads():
    """Another reader of LaTeX; it knows no alignments."""
    parser = MathTextParser("path")
    read_by_it = 0
    for formula in long_formulas():
        for line in broken(formula, 310.0):
            if r"\begin" not in line:
                parser.parse(f"${line}$")
                read_by_it += 1
    assert read_by_it > 60


def test_where_a_formula_is_broken():
    terms = " + ".join(rf"\mu_{k} N" for k in range(1, 7))
    assert broken(f"= {terms}", 80) == [
        r"= \mu_1 N + \mu_2 N",
        r"\quad + \mu_3 N + \mu_4 N",
        r"\quad + \mu_5 N + \mu_6 N",
    ]
    # A numerator; a denominator that holds no letter yet; the inside of a bracket.
    (line,) = broken(rf"\frac{{{terms}}}{{N}}", 80)
    assert line.startswith(r"\frac{\begin{aligned} & \mu_1 N")
    assert line.endswith(r"\end{aligned}}{N}")
    (line,) = broken(rf"\frac{{N}}{{{terms}}}", 80)
    assert line.startswith(r"\frac{N}{\begin{aligned} & \mu_1 N")
    (line,) = broken(rf"N \left({terms}\right)^2", 100)
    assert line.startswith(r"N \left(\begin{aligned} & \mu_1 N")
    assert line.endswith(r"\end{aligned}\right)^2")
    # Factors, none of which is most of the product.
    half = rf"\left({' + '.join(['N'] * 4)}\right)"
    assert broken(f"{half} {half}", 100) == [half, rf"\quad \cdot {half}"]


def test_what_is_not_torn_apart():
    """A minus and its term, a sum and its summand, a function and its argument, words and what they belong to."""
    for formula, apart in [
        (r"N P M - N P M", r"^-$|-$"),
        (r"N N N \sum_{I=1}^{M} \lambda_I", r"\\sum_\{I=1\}\^\{M\}$"),
        (r"N N N \operatorname{tr}\left[N P\right]", r"\\operatorname\{tr\}$"),
        (r"N N N \zeta\left(N P\right)", r"\\zeta$"),
        (r"N N N f{\left(P\right)}", r"f$"),
        (r"N N N \text{ for } I \le f", r"\\cdot \\text"),
    ]:
        for room in range(25, 90, 5):
            assert not any(re.search(apart, line) for line in broken(formula, room)), (formula, room)
