"""How wide a formula is, held against TeX; and formulas read and written back."""

import random
from functools import cache

import pytest
from tests.typesetting import derivations, needs_tex, widths

from planaria.writing.latex.derivation import latex_derivation
from planaria.writing.latex.metric import formula_width
from planaria.writing.latex.reading import Bracket, Fraction, Grid, Leaf, read, tokens, written
from planaria.writing.latex.rules import rules_on_pages

GREEK = (
    r"\alpha\beta\gamma\delta\epsilon\varepsilon\zeta\eta\theta\iota\kappa\lambda\mu\nu\xi\pi\rho\sigma\tau\upsilon"
    r"\phi\varphi\chi\psi\omega\Gamma\Delta\Theta\Lambda\Xi\Pi\Sigma\Upsilon\Phi\Psi\Omega\star\dagger\infty\dots"
)
SIGNS = (*tokens(GREEK), *"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")
# As TeX says; where it is, `test_widths_are_those_of_tex` has many more.
KNOWN = {
    r"\frac{N - S_{11}}{\gamma}": 38.4,
    r"= \left(\gamma \mathbf{1}_N + x x^{\mathsf{T}}\right)^{-1}": 81.5,
    r"\operatorname{E} \frac{1}{2 M} \operatorname{tr}\left[R \Lambda R^{\mathsf{T}}\right]": 75.7,
    r"\sum_{I=1}^{M} \frac{\lambda_I^2}{\left(\lambda_I + \Delta\right)^2}": 63.4,
}


@cache
def formulas():
    """Every cell of what the built-in models print on pages of two widths."""
    found = set()
    for derivation in derivations().values():
        for width in (240.0, 345.0):
            text = latex_derivation(derivation, width=width) + rules_on_pages(derivation.rules, width=width)
            grids = [node for node in read(text) if isinstance(node, Grid)]
            found |= {written(cell) for grid in grids for line in grid.lines for cell in line}
    return sorted(found - {""})


def random_formula(rng, depth=3):
    """Signs, numbers and words in fractions, brackets, scripts and sums."""
    kind = rng.randrange(8 if depth else 3)
    if kind <= 1:
        return rng.choice(SIGNS)
    if kind == 2:
        return rng.choice(
            [r"\mathrm{loss}", "12", "x^2", "S_{11}", r"x^{\mathsf{T}}", r"\mathbf{1}_N", r"\mu_1^2"]
        )
    inner = [random_formula(rng, depth - 1) for _ in range(rng.randrange(2, 5))]
    if kind == 3:
        return " ".join(inner)
    if kind == 4:
        return rf"\frac{{{inner[0]}}}{{{inner[1]}}}"
    if kind == 5:
        return rf"\left({inner[0]}\right)^2"
    if kind == 6:
        return rf"\operatorname{{tr}}\left[{' '.join(inner)}\right]"
    return rng.choice(["", "-"]) + rng.choice([" + ", " - ", " = "]).join(inner)


def test_what_is_read_is_written_back():
    rng = random.Random(1)
    for formula in [*formulas(), *(random_formula(rng) for _ in range(300))]:
        assert tokens(written(read(formula))) == tokens(formula)


def test_a_formula_is_read_as_it_is_seen():
    assert read(r"\frac{1}{N} x") == (Fraction((Leaf("1"),), (Leaf("N"),)), Leaf("x"))
    assert read(r"\left[x\right)") == (Bracket("[", (Leaf("x"),), ")"),)
    assert tokens(r"\text{to 3: \{\_} x_{12}") == [r"\text{to 3: \{\_}", "x", "_", "{", "12", "}"]
    with pytest.raises(ValueError, match="behind its end"):
        read("x } y")


@pytest.mark.parametrize(("formula", "width"), KNOWN.items())
def test_widths_that_are_known(formula, width):
    assert formula_width(formula) == pytest.approx(width, rel=0.04)


def test_what_is_longer_is_wider():
    rng = random.Random(2)
    for _ in range(100):
        one, other = random_formula(rng), random_formula(rng)
        assert formula_width(f"{one} {other}") > max(formula_width(one), formula_width(other))
        assert formula_width(rf"\frac{{{one}}}{{{other}}}") >= max(formula_width(one), formula_width(other)) * 0.7


@needs_tex
def test_widths_are_those_of_tex(tmp_path):
    rng = random.Random(3)
    letters = [*SIGNS, *(rf"\mathrm{{{sign}}}" for sign in SIGNS[-62:])]
    printed = [*letters, *KNOWN, *formulas()]
    invented = [random_formula(rng) for _ in range(400)]
    for place, (formula, width) in enumerate(
        zip(printed + invented, widths(printed + invented, tmp_path), strict=True)
    ):
        assert formula_width(formula) > (0.96 if place < len(printed) else 0.9) * width - 0.1, formula
        assert formula_width(formula) < (1.06 if place < len(printed) else 1.15) * width + 2, formula
    for formula, width in zip(KNOWN, widths(list(KNOWN), tmp_path), strict=True):
        assert KNOWN[formula] == pytest.approx(width, abs=0.1)
