"""Formulas for traces in balls, against the pencil node by node: the same verdict, and none for wrong loops."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from mpmath import mp, mpf

from planaria.derivations import Derivation, derive
from planaria.ensembles.library import load_model
from planaria.numerics.equations.ball_traces import zeros_return
from planaria.numerics.points.at_point import loops_of
from planaria.numerics.points.problem import parameters_of, pose
from planaria.numerics.solving import verification
from planaria.numerics.solving.evaluate import evaluate

NUMBERS = {"N": 60, "P": 50, "M": 70, "H": 55, "C": 3, "alpha": "0.8", "gamma": "1e-3", "z": 4, "theta": "0.4"}
QUANTITIES = (
    "marchenko-pastur resolvent",
    "random-features loss",
    "random-features noise_loss",
    "two-layer-random-features noise_loss",
    "nonlinear-random-features gram_resolvent",
    "signal-plus-noise signal_resolvent",
    "product-of-wisharts resolvent",
)
BOUND = mpf(10) ** -20


def _quantity(name: str) -> tuple[Derivation, Mapping[str, Any]]:
    model, quantity = name.split()
    file = load_model(model)
    derivation = derive(file.quantity(quantity).expression, file.model)
    values: dict[str, Any] = {str(p): NUMBERS.get(str(p), "0.7") for p in parameters_of(derivation)}
    for matrix, _ in derivation.rules.setting.matrices:
        if derivation.model.spectrum(matrix) is None:
            size = int(values[str(matrix.shape[0])])
            values[str(matrix.name)] = [f"1/{k * k}" for k in range(1, size + 1)]
    return derivation, values


@pytest.mark.parametrize("name", QUANTITIES)
def test_formulas_and_nodes_agree(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    derivation, values = _quantity(name)
    assert zeros_return(derivation)
    problem, found = pose(derivation, values), evaluate(derivation, values, digits=30)
    with mp.workdps(30):
        loops = loops_of(problem, list(found.unknowns.values()))
        quick = verification._by_traces(problem, loops, BOUND)
        assert quick is not None
        assert quick.stable
        for symbol in loops:
            wrong = {**loops, symbol: loops[symbol] * (1 + mpf(10) ** -15)}
            assert verification._by_traces(problem, wrong, BOUND) is None
        for way in ("_by_traces", "_by_polynomials"):
            monkeypatch.setattr(verification, way, lambda *_: None)
        slow = verification.verify(problem, loops, BOUND)
        assert slow.stable
        assert abs(quick.value / slow.value - 1) < BOUND
        assert quick.radius == pytest.approx(slow.radius, rel=1e-9)


def test_many_loops_have_no_formulas() -> None:
    derivation, values = _quantity("random-features training_loss")
    problem, found = pose(derivation, values), evaluate(derivation, values, digits=30)
    with mp.workdps(30):
        loops = loops_of(problem, list(found.unknowns.values()))
        assert verification._by_traces(problem, loops, BOUND) is None
        assert verification._by_polynomials(problem, loops, BOUND) is not None
