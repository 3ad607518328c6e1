"""Models of the literature: what planaria derives is what their papers say, and what drawn matrices give."""

from __future__ import annotations

import pytest
from mpmath import mpf
from sympy import Expr, Symbol, fraction, simplify, solve, together
from tests.literature.published import FOLDER, Published, derived
from tests.literature.table import CLAIMS, PAGE, formula_lines, row, rows_of_page

import planaria as pl
from planaria.ensembles.library import load_model

RUNS = 120
BAND = 4.5  # standard errors
REMAINDER = 0.02  # what corrections of relative order 1/size may leave at sizes of about 50


@pytest.mark.parametrize("one", CLAIMS, ids=str)
def test_the_formula_of_a_paper_is_proved_and_drawn_matrices_agree(one: Published) -> None:
    found = derived(one).equals(one.formula, one.let)
    assert found.verdict.value == "proved", found.reason
    assert rows_of_page()[one.model, one.quantity] == row(one, "proved")
    if one.at:
        planar = float(derived(one).evaluate(one.at, digits=15).value)
        drawn = pl.simulate(one.path, one.simulated or one.quantity, one.at, runs=RUNS, seed=3)
        assert abs(drawn.mean - planar) < BAND * drawn.standard_error + REMAINDER * abs(planar)


def test_the_page_has_every_formula_and_no_other_one() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert [one for one in CLAIMS if f"{formula_lines(one)}\n" not in text] == []
    assert list(rows_of_page()) == [(one.model, one.quantity) for one in CLAIMS]


def test_every_file_is_held_against_a_paper_and_a_simulation() -> None:
    files = {path.stem for path in FOLDER.glob("*.toml")}
    assert files <= {one.model for one in CLAIMS if one.at}
    for name in files:
        loaded = load_model(str(FOLDER / f"{name}.toml"))
        assert loaded.title
        assert loaded.about
        assert loaded.citations


# A slip of the pen for each kind: what is not the formula is not proved.
@pytest.mark.parametrize(
    ("model", "quantity", "right", "wrong"),
    [
        ("kernel-regression", "loss", "(1 - q/P)", "(1 - z/P)"),
        ("strong-model-collapse", "collapse", "p*u*c1", "u*c1"),
        ("bagging", "cross", "A*q/n**2)/", "q/n)/"),
        ("deep-features", "loss", "t1*a*(z - q)", "t1*a*(z - q)/k"),
        ("correlated-samples", "loss", "(1 - g)", "(1 + g)"),
        ("data-sketching", "loss", "(1 - g)", "(1 - q/P)"),
    ],
)
def test_a_slip_is_refuted(model: str, quantity: str, right: str, wrong: str) -> None:
    (one,) = (each for each in CLAIMS if (each.model, each.quantity) == (model, quantity))
    assert right in one.formula
    found = derived(one).equals(one.formula.replace(right, wrong), one.let)
    assert found.verdict.value == "refuted"


def test_double_descent_and_the_best_ridge() -> None:
    # arXiv:1903.08560: the ridgeless risk on both sides of M = P; arXiv:1507.03003: the best ridge, c sigma^2/r^2
    risk = pl.derive(str(FOLDER / "ridge-risk.toml"), "risk")
    names = {str(one): one for one in risk.value.free_symbols | risk.equations[0].free_symbols}
    M, P, r, sigma = (names[one] for one in ("M", "P", "r", "sigma"))
    many, few = r**2 * (1 - P / M) + sigma**2 * P / (M - P), sigma**2 * M / (P - M)
    found = {str(one.holds): one.value for one in risk.series(gamma=0)}
    assert set(found) == {"(P < M,)", "(M < P,)"}
    assert simplify(found["(P < M,)"] - many) == 0
    assert simplify(found["(M < P,)"] - few) == 0
    best = risk.optimum("gamma", values={"M": 60, "P": 80, "r": 2, "sigma": "0.7"})
    assert best.at is not None
    assert abs(best.at.value - mpf("0.49") * 60 / (80 * 4)) < mpf(10) ** -14


def test_infinitely_many_random_features_are_a_kernel() -> None:
    features = pl.derive(str(FOLDER / "random-feature-ridge.toml"), "loss")
    kernel = pl.derive(str(FOLDER / "kernel-regression.toml"), "loss")
    (limit,) = features.series(N="oo")
    names = {str(one): one for one in limit.value.free_symbols | limit.conditions[0].free_symbols}
    value, equation = (one.xreplace(_by_name(one, names)) for one in (kernel.value, kernel.equations[0]))
    value = value.subs(Symbol("R_112"), names["S_111"] - names["S_212"])  # Delta = (lambda + Delta) - lambda
    assert simplify(limit.value - value) == 0
    (solved,) = solve(equation, names["S_101"])
    assert limit.conditions[0].lhs == names["S_101"]
    assert simplify(limit.conditions[0].rhs - solved) == 0


@pytest.mark.parametrize(("model", "quantity"), [("weak-to-strong", "strong_loss"), ("fine-tuning", "loss")])
def test_a_value_has_no_difference_of_poles_below(model: str, quantity: str) -> None:
    (one,) = (each for each in CLAIMS if (each.model, each.quantity) == (model, quantity))
    found = derived(one)
    first, *others = found.unknowns
    assert others
    below = fraction(together(found.value))[1].subs(dict.fromkeys(others, first))
    assert simplify(below) != 0


def _by_name(expression: Expr, names: dict[str, Symbol]) -> dict[Symbol, Symbol]:
    return {one: names.get(str(one), Symbol(str(one))) for one in expression.free_symbols}
