"""Every way of eliminating gives the same quantity; work has a bound, and what is vanishing is decided rightly."""

from __future__ import annotations

import pytest
from mpmath import mpf
from sympy import MatrixSymbol, Trace, symbols
from sympy.matrices.expressions import Identity

from planaria.algebra.errors import InputError
from planaria.algebra.work import WorkLimitError, charge, limited
from planaria.derivations import derive
from planaria.derivations import resummation as module
from planaria.derivations.elimination.reduced import Strategy
from planaria.derivations.equations.equal_loops import schwinger_dyson
from planaria.derivations.equations.schwinger_dyson import STRENGTH
from planaria.derivations.equations.zero_test import Witness
from planaria.diagrams import Gaussian, Model
from planaria.diagrams.expressions.expression import prepare, read
from planaria.diagrams.rules.pencil import linearise
from planaria.ensembles.library import load_model
from planaria.numerics.solving.evaluate import evaluate

M, N, P, gamma, f, g = symbols("M N P gamma f g", positive=True)
SCALES = {"sigma_u": 1, "sigma_w": 1, "C": 1, "alpha": "0.8", "lambda_plus": 1}
POINT = {"N": 6, "P": 9, "M": 12, "gamma": "0.1", **SCALES}


@pytest.mark.parametrize(
    "strategy",
    [
        Strategy(rewrite=False),
        Strategy(rewrite=False, largest=100, move=0.1),
        Strategy(rewrite=False, largest=0, move=0.01),
    ],
    ids=["no rewriting", "small", "nothing large"],
)
def test_every_strategy_gives_the_same_loss(strategy: Strategy, monkeypatch: pytest.MonkeyPatch) -> None:
    file = load_model("random-features")
    expression = file.quantity("loss").expression
    shortest = evaluate(derive(expression, file.model), POINT, digits=20)
    monkeypatch.setattr(module, "STRATEGIES", (strategy,))
    other = evaluate(derive(expression, file.model), POINT, digits=20)
    assert abs(shortest.value / other.value - 1) < mpf(10) ** -19


def test_a_small_budget_keeps_more_unknowns_and_says_so() -> None:
    y = MatrixSymbol("y", N, N)
    model = Model([Gaussian(y, variance=1 / N, kind="symmetric")])
    inner = (f * Identity(N) + y * y * y * y).inv()
    quantity = Trace((g * Identity(N) + y * inner * y).inv()) / N
    free, tight = derive(quantity, model), derive(quantity, model, budget=0.3)
    assert len(tight.unknowns) > len(free.unknowns)
    assert any(step.rule == module.STOPPED and "0.3 s" in step.reason for step in tight.steps)
    point = {"N": 5, "f": 1, "g": 1}
    values = [evaluate(one, point, digits=15).value for one in (free, tight)]
    assert abs(values[0] / values[1] - 1) < mpf(10) ** -14


@pytest.mark.parametrize("budget", [0, -1, float("nan"), float("inf")])
def test_a_budget_that_is_no_time_is_refused(budget: float) -> None:
    x = MatrixSymbol("x", N, P)
    with pytest.raises(InputError, match="is no time"):
        derive(Trace((gamma * Identity(N) + x * x.T).inv()), Model([Gaussian(x)]), budget=budget)


def test_what_no_budget_covers_is_refused_before_it_is_begun() -> None:
    file = load_model("random-features")
    with pytest.raises(InputError, match="more work than the budget of about 1e-05 s"):
        derive(file.quantity("loss").expression, file.model, budget=1e-5)


def test_an_inner_limit_spends_what_the_outer_one_has() -> None:
    with limited(1.0):
        with limited(0.5):
            charge(4e6)
            with pytest.raises(WorkLimitError):
                charge(4e6)
        charge(5e6)
        with pytest.raises(WorkLimitError):
            charge(2e6)
    charge(1e12)  # without a limit everything goes


def witness(exact: bool) -> tuple[Witness, object]:
    x = MatrixSymbol("x", N, P)
    expression = (gamma * Identity(N) + x * x.T).inv()
    setting = prepare([Trace(expression)], Model([Gaussian(x, variance=1 / P)]), extra=[STRENGTH])
    system = schwinger_dyson(linearise([read(expression, setting)], setting))
    return Witness(system, exact=exact), system


@pytest.mark.parametrize("exact", [True, False])
def test_the_witness_knows_the_equation_of_marchenko_and_pastur(exact: bool) -> None:
    solution, system = witness(exact)
    ring = system.ring
    equations = []
    for symbol in system.unknowns:
        loop = system.representative(symbol)
        equations.append((ring.generator(symbol), loop))
    # with G_N = T_N/N: gamma G_N + s G_N G_P/... ; each loop solves its own equation, and no multiple of it
    traces = {loop.space: value for value, loop in equations}
    n, p = traces[N], traces[P]
    one, s = ring.one, ring.generator(STRENGTH)
    size_n, size_p, ridge = ring.generator(N), ring.generator(P), ring.generator(gamma)
    first = n * (ridge * size_p + s * p) - size_n * size_p
    second = p * (size_p + s * n) - size_p * size_p
    candidates = [first, second, n * (ridge * size_p - s * p) - size_n * size_p]
    verdicts = [solution.vanishes(one_) for one_ in candidates]
    assert verdicts[2] is False
    assert solution.vanishes(first * second) == (verdicts[0] or verdicts[1])
    assert solution.regular(one / n)


def test_a_constant_is_no_unknown() -> None:
    """Two noises in one matrix: the other coefficient of the denominator is 1, as two equations say together."""
    z, n = MatrixSymbol("z", M, P), MatrixSymbol("n", M, P)
    left, right = MatrixSymbol("A", M, M), MatrixSymbol("B", M, M)
    both = left * z + right * n
    quantity = Trace((gamma * Identity(M) + both * both.T).inv())
    assert [str(symbol) for symbol in derive(quantity, Model([Gaussian(z), Gaussian(n)])).unknowns] == ["kappa"]


@pytest.mark.parametrize(
    ("w", "value"), [("0.4", "5.09629819265998"), ("3", "0.909530749782922"), ("9", "0.321870270026978")]
)
def test_that_two_poles_coincide_may_be_the_equation(w: str, value: str) -> None:
    """The numbers are those of the oracle."""
    a, covariance = MatrixSymbol("a", N, N), MatrixSymbol("L", N, N)
    inner = (Identity(N) + a * a).inv()
    model = Model([Gaussian(a, variance=1 / N, kind="symmetric", rows=covariance)])
    result = derive(Trace((f * Identity(N) + a * inner * a).inv()), model)
    found = evaluate(result, {"f": w, "L": [0, 1, 3]}, digits=15)
    assert abs(found.value - mpf(value)) < mpf(10) ** -13
