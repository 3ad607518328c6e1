"""In one block of LaTeX no letter stands for two things."""

from __future__ import annotations

import re

import pytest
from sympy import Identity, MatrixSymbol, Symbol, Trace, symbols

import planaria as pl
from planaria.derivations.analysis.limits import limit_branches
from planaria.writing.latex.abbreviations import free_stem
from planaria.writing.latex.derivation import latex_derivation, latex_value
from planaria.writing.latex.limits import latex_limit

N, P, gamma = symbols("N P gamma", positive=True)


def letters(block: str) -> dict[str, set[str]]:
    """By each letter that is defined or named on the left of a row: the names that are made of it."""
    found: dict[str, set[str]] = {}
    for left in re.findall(r"^(.*?) &", block, re.MULTILINE):
        match = re.fullmatch(r"(\\mathcal\{\w\}|[A-Za-z])(_\{?[\w,]+\}?)?", left)
        if match:
            found.setdefault(match[1], set()).add(left)
    return found


@pytest.mark.parametrize("quantity", ["loss", "noise_loss", "training_loss"])
def test_a_letter_of_the_quantity_is_none_of_a_sum(quantity: str) -> None:
    block = latex_derivation(pl.derive("random-features", quantity), name="f", width=345)
    assert "R_{12}" in block or "S_{" in block
    for letter, names in letters(block).items():
        assert letter not in names or names == {letter}


@pytest.mark.parametrize("name", ["R", "S"])
def test_a_sum_beside_a_matrix_of_its_letter(name: str) -> None:
    """The matrix has the letter, and the sum a calligraphic one, in formula, value and definition."""
    x, matrix = MatrixSymbol("x", N, P), MatrixSymbol(name, N, N)
    q = (gamma * Identity(N) + x * x.T).inv()
    result = pl.derive(Trace(q * q * matrix), pl.Model([pl.Gaussian(x, variance=1 / P, rows=matrix)]))
    assert any(str(symbol).startswith(f"{name}_") for symbol in result.spectral_sums)
    for text in (latex_derivation(result), latex_value(result)):
        assert rf"{name}_{{" not in text.replace(rf"\mathcal{{{name}}}_{{", "")
    assert rf"\mathcal{{{name}}}_{{" in latex_value(result)
    assert rf"\mathcal{{{name}}}_{{" in latex_derivation(result, width=345) + latex_value(result)


def test_letters_for_parts_leave_those_of_the_model_alone() -> None:
    assert free_stem("AH", {"A", "N"}) == "H"
    assert free_stem("AH", {"A_1", "N"}) == "H"
    assert free_stem("AH", {"alpha", "N"}) == "A"
    N_, A = symbols("N A", positive=True)
    h = MatrixSymbol("h", N_, N_)
    long = sum(A * Symbol(f"c_{k}", positive=True) for k in range(30))
    result = pl.derive(
        Trace((long * Identity(N_) - h).inv()) / N_, pl.Model([pl.Gaussian(h, variance=1 / N_, kind="hermitian")])
    )
    assert "A_" not in latex_derivation(result, width=240)


def test_a_limit_beside_a_matrix_of_its_letter() -> None:
    """The letters of a limit are B_1 and so on, where no name has a B."""
    result = pl.derive("random-features", "training_loss")
    branch = limit_branches(result.closed_form, result.symbols["gamma"])[1]
    plain = latex_limit(branch, result.symbols["gamma"], "f", {}, {}, 240)
    moved = latex_limit(branch, result.symbols["gamma"], "f", {}, {"N": "B"}, 240)
    assert "B_" not in moved
    assert ("B_" in plain) == ("J_" in moved)
