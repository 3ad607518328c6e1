"""Polynomials on nodes against arrays, and a verification that does not notice which of them it was done with."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from flint import arb
from mpmath import mp, mpf

from planaria.derivations import derive
from planaria.ensembles.library import load_model
from planaria.numerics.methods.node_functions import MOST_TERMS, Nodes, UnwieldyError
from planaria.numerics.points.at_point import loops_of
from planaria.numerics.points.problem import pose
from planaria.numerics.solving import verification
from planaria.numerics.solving.evaluate import evaluate

X = np.array([arb(n) / 7 for n in range(1, 90)], dtype=object)
Y = np.array([arb(90 - n) for n in range(1, 90)], dtype=object)
COUNTS = np.array([arb(1 + n % 3) for n in range(1, 90)], dtype=object)


@pytest.mark.parametrize("counts", [None, COUNTS])
def test_arithmetic_is_that_of_arrays(counts: Any) -> None:
    nodes = Nodes([X, Y], counts)
    x, y = nodes.variable(0), nodes.variable(1)
    pairs = [
        (x * y - 3 * x, X * Y - 3 * X),
        (2 - x + arb(5) * y * y, 2 - X + 5 * Y * Y),
        ((x + 1) / (x + y), (X + 1) / (X + Y)),
        (1 / (2 + x) / (1 / (y + 1) + x) * arb(3), 3 / (2 + X) / (1 / (Y + 1) + X)),
        ((x - y) ** 3 / 2, (X - Y) * (X - Y) * (X - Y) / 2),
        ((x + 2) ** -2, 1 / ((X + 2) * (X + 2))),
        (-(x - 1) - x, 1 - 2 * X),
    ]
    for function, array in pairs:
        total = array.sum() if counts is None else array.dot(counts)
        assert function.trace().overlaps(total)
        assert function.trace().rad() < 1e-3
        assert all(one.overlaps(other) for one, other in zip(function.array(), array, strict=True))


def test_what_is_not_worth_it_is_said() -> None:
    nodes = Nodes([X, Y], None)
    with pytest.raises(UnwieldyError):
        1 / (nodes.variable(0) - X[3])
    with pytest.raises(UnwieldyError):
        (nodes.variable(0) + nodes.variable(1) + 1) ** MOST_TERMS


def test_verification_by_polynomials_and_by_arrays(monkeypatch: pytest.MonkeyPatch) -> None:
    file = load_model("random-features")
    result = derive(file.quantity("loss").expression, file.model)
    names = ("sigma_u", "sigma_w", "lambda_plus", "C")
    values = {"N": 60, "P": 50, "M": 100, "alpha": 1, "gamma": "1e-3", **dict.fromkeys(names, 1)}
    problem = pose(result, values)
    found = evaluate(result, values, digits=30)
    bound = mpf(10) ** -20
    with mp.workdps(30):
        loops = loops_of(problem, list(found.unknowns.values()))
        quick = verification._by_polynomials(problem, loops, bound)
        assert quick is not None
        for name in ("_by_traces", "_by_polynomials"):
            monkeypatch.setattr(verification, name, lambda *_: None)
        slow = verification.verify(problem, loops, bound)
        assert quick.stable
        assert slow.stable
        assert abs(quick.value / slow.value - 1) < bound
        assert quick.radius == pytest.approx(slow.radius, rel=1e-12)


def test_a_wrong_loop_is_not_confirmed_by_polynomials() -> None:
    file = load_model("random-features")
    result = derive(file.quantity("resolvent").expression, file.model)
    values = {"N": 60, "P": 50, "M": 100, "alpha": 1, "gamma": "1e-3", "sigma_u": 1, "lambda_plus": 1}
    problem = pose(result, values)
    found = evaluate(result, values, digits=30)
    bound = mpf(10) ** -20
    with mp.workdps(30):
        loops = loops_of(problem, list(found.unknowns.values()))
        assert verification._by_polynomials(problem, loops, bound) is not None
        for symbol in loops:
            wrong = {**loops, symbol: loops[symbol] * (1 + mpf(10) ** -15)}
            assert verification._by_polynomials(problem, wrong, bound) is None
