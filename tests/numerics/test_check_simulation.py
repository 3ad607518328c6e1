"""The simulation check: it passes what is right, fails what is slightly wrong, and says when it cannot tell."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest
from sympy import Expr, Identity, Integer, MatrixSymbol, Rational, Trace, symbols

from planaria.derivations import Derivation, derive
from planaria.ensembles.estimate import Estimate, Simulation
from planaria.ensembles.evidence import Check, Outcome
from planaria.ensembles.library import load_model
from planaria.ensembles.model import Gaussian, Model
from planaria.ensembles.spectra import Eigenvalues, Spectrum
from planaria.numerics.evidence import check_simulation as module
from planaria.numerics.evidence.check_simulation import check_simulation
from planaria.numerics.points.problem import Problem, to_mpf
from planaria.numerics.simulation.approach import Effort
from planaria.numerics.simulation.extrapolation import Comparison, compare
from planaria.numerics.solving.solve import solve

N, P, M, GAMMA = symbols("N P M gamma", positive=True)
X, H = MatrixSymbol("x", M, P), MatrixSymbol("h", N, N)
A, B = MatrixSymbol("A", M, M), MatrixSymbol("B", M, M)


def silent(text: str, done: int, total: int) -> None:
    return None


def check(result: Derivation, seed: int = 0, seconds: float = 2.0, factor: Expr = Integer(1)) -> Check:
    """The check of a number that is wrong by a factor: evaluation itself would not give it out."""

    def wrong(problem: Problem, digits: int) -> Estimate:
        right = solve(problem, digits)
        return replace(right, value=right.value * to_mpf(factor.subs(dict(problem.values))))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "solve", wrong)
        return check_simulation(result, seed, seconds, silent)


def built_in(model: str, quantity: str) -> Derivation:
    file = load_model(model)
    return derive(file.quantity(quantity).expression, file.model)


def listed(values: list[Any], kind: str = "real") -> Derivation:
    spectra: Mapping[MatrixSymbol, Spectrum] = {A: Eigenvalues.of(values)}
    model = Model([Gaussian(X, variance=1 / P, rows=A, kind=kind)], spectra)  # type: ignore[arg-type]
    dagger = X.T if kind == "real" else X.adjoint()
    return derive(Trace((GAMMA * Identity(M) + X * dagger).inv()) / M, model)


SHARP = [
    ("marchenko-pastur", "resolvent"),
    ("product-of-wisharts", "resolvent"),
    ("random-features", "gram_resolvent"),
    ("complex-wishart", "resolvent"),
    ("ridge-regression", "resolvent"),
]


@pytest.mark.parametrize(("model", "quantity"), SHARP)
def test_two_per_cent_are_seen(model: str, quantity: str) -> None:
    right = built_in(model, quantity)
    assert check(right).outcome is Outcome.PASSED
    for factor in (Rational(102, 100), Rational(98, 100), Rational(2), Rational(-1)):
        assert check(right, factor=factor).outcome is Outcome.FAILED, factor


@pytest.mark.parametrize("quantity", ["loss", "noise_loss", "training_loss"])
def test_a_loss_that_is_wrong_by_a_quarter_is_seen(quantity: str) -> None:
    right = built_in("random-features", quantity)
    assert not check(right).failed
    assert check(right, factor=Rational(5, 4)).outcome is Outcome.FAILED


def test_a_wrong_power_of_a_size_is_seen() -> None:
    right = built_in("marchenko-pastur", "resolvent")
    by_name = {str(s): s for s in right.closed_form.ring.generators}
    assert check(right, factor=by_name["N"] / by_name["P"]).outcome is Outcome.FAILED
    assert check(right, factor=1 + 1 / by_name["N"]).outcome is Outcome.FAILED  # a value of finite size


def test_a_short_list_of_eigenvalues_is_made_long() -> None:
    """Three eigenvalues are drawn 18 times and more: an error of a few per cent cannot hide in 1/3."""
    right = listed([1, "1/2", 2])
    found = check(right)
    assert found.outcome is Outcome.PASSED
    assert "smallest space 18" in found.detail
    assert check(right, factor=Rational(103, 100)).outcome is Outcome.FAILED
    assert check(listed([3])).outcome is Outcome.PASSED
    assert check(listed([1, 0, "0.1"], kind="complex")).outcome is Outcome.PASSED


def test_a_space_whose_size_is_a_number() -> None:
    y = MatrixSymbol("y", 2, M)
    model = Model([Gaussian(X, variance=1 / P), Gaussian(y, variance=1 / M)])
    right = derive(Trace(y * (GAMMA * Identity(M) + X * X.T + y.T * y).inv() * y.T), model)
    assert check(right).outcome is Outcome.PASSED
    assert check(right, factor=Rational(105, 100)).outcome is Outcome.FAILED


def test_other_models_pass() -> None:
    h = Gaussian(H, variance=1 / N, kind="symmetric")
    products = derive(
        Trace(X * X.T) ** 2 / M**2 / Trace(X * X.T * X * X.T) * M, Model([Gaussian(X, variance=1 / P)])
    )
    both = Model([Gaussian(X, variance=1 / P, rows=A + B)], {A: Eigenvalues.of([1, 2]), B: Eigenvalues.of([3, 1])})
    for expression, model in (
        (Trace((GAMMA * Identity(N) + H * H).inv()) / N, Model([h])),
        (Trace(H**4) / N, Model([h])),
        (Trace(A * (GAMMA * Identity(M) + X * X.T).inv()) / M, both),
    ):
        right = derive(expression, model)
        assert check(right).outcome is Outcome.PASSED
        assert check(right, factor=Rational(11, 10)).outcome is Outcome.FAILED
    assert check(products).outcome is Outcome.PASSED


def test_too_few_draws_are_inconclusive_and_never_passed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_RUNS", 3)
    found = check(built_in("random-features", "loss"))
    assert found.outcome is Outcome.INCONCLUSIVE
    assert not found.passed
    assert "inconclusive: " in found.detail


def test_the_check_says_what_the_comparison_says(monkeypatch: pytest.MonkeyPatch) -> None:
    """By a hair inside of the band it passes, a little outside it fails, and no more is asked."""
    right = built_in("marchenko-pastur", "resolvent")
    offsets = {
        0.0: Outcome.PASSED,
        0.9: Outcome.PASSED,
        1.6: Outcome.FAILED,
        -0.9: Outcome.PASSED,
        9.0: Outcome.FAILED,
    }
    asked: list[tuple[Effort, ...]] = []

    def drawn(offset: float) -> Callable[..., Comparison]:
        def approach(
            expression: Expr, model: Model, values: Any, planar: Any, efforts: tuple[Effort, ...], **options: Any
        ) -> Comparison:
            asked.append(efforts)
            error = abs(planar) / 1000
            band = 4.9 * 5**0.5 * error
            mean = planar + offset * band
            return compare(planar, [(s, Simulation(mean, error, 4000, 0, 900.0, 4.0)) for s in (1, 2, 4)], 1)

        return approach

    for offset, outcome in offsets.items():
        monkeypatch.setattr(module, "approach", drawn(offset))
        assert check(right, seconds=2.0).outcome is outcome
    assert len(asked) == len(offsets)
    for efforts in asked:
        assert [one.scale // efforts[0].scale for one in efforts] == [1, 2, 4]
        assert sum(one.seconds or 0 for one in efforts) == pytest.approx(2.0)
        assert all(one.runs == module.MOST_RUNS for one in efforts)


def test_what_is_inconclusive_is_looked_at_again(monkeypatch: pytest.MonkeyPatch) -> None:
    right = built_in("marchenko-pastur", "resolvent")
    seconds: list[float] = []

    def approach(
        expression: Expr, model: Model, values: Any, planar: Any, efforts: Any, **options: Any
    ) -> Comparison:
        seconds.append(sum(one.seconds for one in efforts))
        error = abs(planar) / (5 if len(seconds) == 1 else 1000)
        return compare(planar, [(s, Simulation(planar, error, 4000, 0, 900.0, 4.0)) for s in (1, 2, 4)], 1)

    monkeypatch.setattr(module, "approach", approach)
    assert check(right, seconds=1.0).outcome is Outcome.PASSED
    assert seconds == [pytest.approx(1.0), pytest.approx(4.0)]


def test_the_band_that_is_printed_is_the_band_that_is_used() -> None:
    right = built_in("marchenko-pastur", "gram_resolvent")
    found = check(right)
    band = float(found.detail.split("band ")[1].split("%")[0]) / 100
    offset = float(found.detail.split("extrapolated ")[1].split(",")[0])
    planar = float(found.detail.split("planar ")[1].split(",")[0])
    assert band < 0.01
    far = Rational(repr(round((offset + 3 * band * planar) / planar, 6)))
    assert check(right, factor=far).outcome is Outcome.FAILED
