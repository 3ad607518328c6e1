"""Scalars multiplied out into products of traces, against sympy's expansion in commuting symbols."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Add, Expr, Integer, MatrixSymbol, Mul, Poly, Rational, Trace, exp, expand, sqrt, symbols, sympify

from planaria.diagrams import Gaussian, InputError, Model
from planaria.diagrams.expressions.trace_products import linear_in_traces, products_of_traces, read_terms
from planaria.diagrams.moments.moment import moment
from planaria.ensembles.extent import MOST_PRODUCTS, MOST_TRACES

N, P = symbols("N P", positive=True)
X, Y, Lambda = (MatrixSymbol(name, N, N) for name in ("X", "Y", "Lambda"))
MODEL = Model([Gaussian(X), Gaussian(Y)])
TRACES = {Trace(matrix): symbols(f"t{k}") for k, matrix in enumerate((X, Y, X * Y.T, Lambda))}
COEFFICIENTS = [Integer(2), Rational(-1, 3), Integer(0), N, 1 / P, sqrt(P), N + P]


def written(products: dict[tuple[Trace, ...], Expr]) -> Expr:
    """The sum with a commuting symbol for each trace."""
    return Add(*(value * Mul(*(TRACES[one] for one in key)) for key, value in products.items()))


def scalars() -> st.SearchStrategy[Expr]:
    leaves = st.sampled_from([*TRACES, *COEFFICIENTS])
    return st.recursive(
        leaves,
        lambda parts: st.one_of(
            st.lists(parts, min_size=2, max_size=4).map(lambda some: Add(*some)),
            st.lists(parts, min_size=2, max_size=3).map(lambda some: Mul(*some)),
            st.tuples(parts, st.integers(1, 4)).map(lambda power: power[0] ** power[1]),
        ),
        max_leaves=6,
    )


@settings(max_examples=150)
@given(scalars())
def test_products_are_those_of_commuting_symbols(scalar: Expr) -> None:
    products = products_of_traces(scalar)
    assert expand(written(products) - scalar.xreplace(TRACES)) == 0
    assert [len(key) for key in products] == sorted(map(len, products))
    assert len({tuple(sorted(key, key=str)) for key in products}) == len(products)
    assert products == products_of_traces(scalar, MODEL)


@pytest.mark.parametrize("terms", [2, 5, 8])
def test_a_power_in_which_terms_collect(terms: int) -> None:
    """The multinomial theorem has more terms than remain: one factor after the other."""
    t = symbols("t")
    base = Add(*((-1) ** k * k * Trace(X) ** k for k in range(1, terms + 1)))
    found = products_of_traces(base**40)
    expected = Poly(base.xreplace({Trace(X): t}), t) ** 40
    assert {len(key): value for key, value in found.items()} == {n: c for (n,), c in expected.terms()}


def test_a_high_power_takes_no_time() -> None:
    start = time.process_time()
    found = products_of_traces((Trace(X * X.T) + Trace(Lambda)) ** 65, MODEL)
    assert len(found) == 66
    assert sum(found.values()) == 2**65
    assert time.process_time() - start < 2


def test_an_order_that_does_not_depend_on_how_it_is_written() -> None:
    a, b = Trace(X), Trace(Y)
    assert list(products_of_traces((b + a) ** 2 + b * a**2 + 3)) == [(), (a, a), (a, b), (b, b), (a, a, b)]


@pytest.mark.parametrize("one", [1 / Trace(Lambda), sqrt(Trace(Lambda)), exp(Trace(Lambda) + N)], ids=str)
def test_functions_of_traces_without_fields(one: Expr) -> None:
    assert products_of_traces(N * one * Trace(X), MODEL) == {(Trace(X),): N * one}
    with pytest.raises(InputError, match="no polynomial in traces"):
        products_of_traces(N * one * Trace(X))


@pytest.mark.parametrize(
    ("scalar", "problem"),
    [
        (1 / Trace(X), "no polynomial in traces"),
        (exp(Trace(X)), "no polynomial in traces"),
        (Trace(X) ** N, "no polynomial in traces"),
        (Trace(X) / (Trace(Lambda) + Trace(Y)), "no polynomial in traces"),
        (Trace(X) * X[0, 0], "a matrix outside of traces"),
        (sympify(True), "no scalar"),
        ("tr(X)", "no sympy expression"),
        ((Trace(X) + N) ** MOST_PRODUCTS, "more than 20,000 products of traces"),
        ((Trace(X) + Trace(Y) + N + 1) ** 200, "more than 20,000 products of traces"),
        (Trace(X) ** (MOST_TRACES + 1), "2,001 traces in a product"),
    ],
    ids=str,
)
@pytest.mark.parametrize("model", [None, MODEL], ids=["diagrams", "moments"])
def test_refusals_are_the_same_for_all(scalar: Any, problem: str, model: Model | None) -> None:
    with pytest.raises(InputError) as refused:
        products_of_traces(scalar, model)
    assert problem in refused.value.problem
    assert refused.value.remedy


def test_only_diagrams_bound_the_words() -> None:
    """Sixty-five traces are sixty-five words of a diagram; a moment contracts them one by one."""
    power = Trace(Lambda) ** 65
    with pytest.raises(InputError, match="too many factors, 65"):
        read_terms(power, MODEL)
    assert len(read_terms(Trace(Lambda) ** 64, MODEL)[0][0].factors) == 64
    assert moment(power, MODEL) == power
    with pytest.raises(InputError, match="contains a product of traces"):
        linear_in_traces(power)
