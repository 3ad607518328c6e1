"""Texts and expressions that stand for more than any memory holds are refused before they are multiplied out."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from sympy import Identity, MatrixSymbol, Symbol, Trace, expand, fraction, symbols, together
from sympy.polys.polytools import Poly

from planaria.derivations import derive
from planaria.diagrams import Gaussian, InputError, Model
from planaria.diagrams.duality import dualities
from planaria.diagrams.expansion import expand as diagrams_of
from planaria.diagrams.moments.moment import moment
from planaria.diagrams.weights.planar_sums import planar_sum_of
from planaria.ensembles.extent import MOST_TERMS, check_terms

N, P, gamma, s, t = symbols("N P gamma s t", positive=True)
x, h = MatrixSymbol("x", N, P), MatrixSymbol("h", N, N)
Lambda = MatrixSymbol("Lambda", N, N)
MODEL = Model([Gaussian(x, variance=1 / P), Gaussian(h, variance=1 / N, kind="symmetric")])
FIVE = gamma + s + N + P + 1

ROUTES: dict[str, Callable[[Any, Model], object]] = {
    "derive": derive,
    "diagrams": lambda expression, model: list(diagrams_of(expression, model, 1)),
    "weigh": lambda expression, model: planar_sum_of(expression, model, 1),
    "moment": moment,
    "dual": lambda expression, model: list(dualities(model, expression, order=1)),
}


def nested(base: Any, one: Any, times: int) -> Any:
    for _ in range(times):
        base = (base + one) ** 2
    return base


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize(
    ("expression", "problem"),
    [
        (FIVE**64 * Trace(h * h), "up to 814,385 terms"),
        (Trace(h * h) / FIVE**64, "up to 814,385 terms"),
        (Trace(h * (FIVE**64 * Lambda) * h), "up to 814,385 terms"),
        (Trace(h * (FIVE * Identity(N) + Lambda) ** 64 * h), "terms when it is multiplied out"),
        (nested(gamma + s, 1, 28) * Trace(h * h), "terms when it is multiplied out"),
        ((gamma + s) ** (2**40) * Trace(h * h), "more than 10^12 terms"),
        (Trace(nested(h, Identity(N), 10)), "1,024 matrices when its powers are written out"),
        ((Trace(h * h) + Trace(x * x.T) + Trace(h) + Trace(h**3) + s) ** 64, "when it is multiplied out"),
    ],
    ids=str,
)
def test_what_is_too_large_is_refused_at_once(route: str, expression: Any, problem: str) -> None:
    start = time.perf_counter()
    with pytest.raises(InputError) as refused:
        ROUTES[route](expression, MODEL)
    assert problem in refused.value.problem
    assert refused.value.remedy
    assert time.perf_counter() - start < 2


@pytest.mark.parametrize("law", [{"variance": FIVE**64}, {"rows": (FIVE * Identity(N) + Lambda) ** 64}], ids=str)
def test_the_law_of_a_field_is_bounded_too(law: dict[str, Any]) -> None:
    with pytest.raises(InputError, match=r"^field x: .* terms when it is multiplied out"):
        list(diagrams_of(Trace(x * x.T), Model([Gaussian(x, **law)]), 0))


@pytest.mark.parametrize(
    "scalar",
    [
        FIVE**5,
        (1 + s) ** 7 / (1 + s * t) ** 3,
        sum(1 / (gamma + k) for k in range(1, 9)),
        (s / (1 + t) + t / (1 + s)) ** 4,
        nested(s, t, 3),
        (s**2 + 1 / t) ** -3,
    ],
)
def test_the_bound_is_never_below_the_truth(scalar: Any) -> None:
    """The largest bound that refuses nothing is no smaller than the terms of numerator and denominator."""
    from planaria.ensembles import extent

    terms = [len(Poly(expand(part)).terms()) for part in fraction(together(scalar)) if part.free_symbols]
    found: dict[Any, Any] = {}
    for one in extent._from_the_leaves(scalar, into_traces=True):
        found[one] = extent._extent(one, found, lambda matrix: False)
    assert max(terms) <= found[scalar].largest <= MOST_TERMS


def test_forty_definitions_of_a_number_are_not_walked_over_twice() -> None:
    scalar: Any = Symbol("a")
    for _ in range(200):
        scalar = 1 / (1 + 1 / scalar)
    check_terms([scalar], lambda matrix: False)
