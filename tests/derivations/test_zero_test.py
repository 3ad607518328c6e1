"""The witness: an exact power series at a random point, that tells zero from what only looks like it."""

from __future__ import annotations

from typing import Any

import pytest
from flint import fmpq
from hypothesis import given, settings
from hypothesis import strategies as st
from mpmath import mpf
from sympy import Identity, Integer, MatrixSymbol, Symbol, Trace
from tests.systems import CORRELATED, FEATURES, PLAIN, Lambda, N, P, features, gamma, q, system_of

from planaria.algebra.laurent import Laurent
from planaria.algebra.rational import Ratio
from planaria.algebra.work import WorkLimitError, limited
from planaria.derivations import derive
from planaria.derivations.equations import zero_test as module
from planaria.derivations.equations.propagator import Propagators
from planaria.derivations.equations.schwinger_dyson import STRENGTH, SchwingerDyson
from planaria.derivations.equations.spectral_sums import Factor, SpectralSum
from planaria.derivations.equations.zero_test import PRIME, Witness
from planaria.diagrams import Gaussian, Model
from planaria.models.spectra import eigenvalue
from planaria.numerics.solving.evaluate import evaluate

SYSTEM = system_of(q, model=PLAIN)
RING = SYSTEM.ring
T_N = next(t for t in SYSTEM.unknowns if SYSTEM.representative(t).space == N)
T_P = next(t for t in SYSTEM.unknowns if SYSTEM.representative(t).space == P)
n, p, ridge, strength = (RING.generator(g) for g in (N, P, gamma, STRENGTH))
t_n, t_p = RING.generator(T_N), RING.generator(T_P)
LAM = eigenvalue(Lambda)


def closing(system: SchwingerDyson, symbol: Symbol) -> Ratio:
    """Loop minus trace of the propagator, in a space without matrices: zero on the solution."""
    loop = system.representative(symbol)
    entry = Propagators(system).entry(loop.space, loop.column, loop.row)
    space = system.ring.generator(loop.space)
    return system.ring.generator(symbol) - space * loop.weight.to(system.ring) * entry


def top(value: Ratio) -> Ratio:
    return value.ring.from_mpoly(value.numerator)


def constant(number: Any) -> Ratio:
    return RING.from_mpoly(RING.context.constant(number))


@pytest.mark.parametrize("exact", [True, False])
@pytest.mark.parametrize("seed", [7, 8])
def test_every_loop_closes(exact: bool, seed: int) -> None:
    for system in (SYSTEM, system_of(features, model=FEATURES)):
        witness = Witness(system, seed=seed, exact=exact)
        for symbol in system.unknowns:
            equation = top(closing(system, symbol))
            assert witness.vanishes(equation)
            assert witness.vanishes(equation * equation * witness_free(system))
            assert not witness.vanishes(equation + system.ring.one)
            assert not witness.vanishes(equation + system.ring.generator(STRENGTH) ** 9)


def witness_free(system: SchwingerDyson) -> Ratio:
    return system.ring.generator(N) + system.ring.constant(3)


def test_the_series_is_that_of_the_planar_diagrams() -> None:
    """tr (gamma + x x^T)^-1 with variance 1/P: N/gamma (1 - s/gamma + s^2 (1 + N/P)/gamma^2 - ...)."""
    witness = Witness(SYSTEM, exact=True)
    values = witness.point.values
    size, samples, g = values[N], values[P], values[gamma]
    found = witness.series[T_N].coefficients()
    sign = 1 if found[0] > 0 else -1
    ratio = size / samples
    loop = SYSTEM.representative(T_N)
    assert loop.space == N
    weight = sign * fmpq(1)
    narayana = [1, 1, 1 + ratio, 1 + 3 * ratio + ratio**2, 1 + 6 * ratio + 6 * ratio**2 + ratio**3]
    for order, number in enumerate(narayana):
        assert found[order] == weight * (-1) ** order * size / g ** (order + 1) * number
    assert witness.orders == 12
    assert max(found) == 11


def test_residues_are_those_of_the_rational_numbers() -> None:
    exact, modular = Witness(SYSTEM, exact=True), Witness(SYSTEM)
    assert exact.prime is None
    assert modular.prime == PRIME == 2**61 - 1
    for value in (t_n, t_p * t_n - ridge, (t_n + n) / (t_p + ridge * strength), ridge / p, n**3):
        series, residues = exact.evaluate(value).coefficients(), modular.evaluate(value).coefficients()
        assert set(series) == set(residues)
        for order, number in series.items():
            assert int(residues[order]) == int(number.p) * pow(int(number.q), -1, PRIME) % PRIME


monomials = st.lists(st.tuples(st.integers(-3, 3), st.tuples(*[st.integers(0, 2)] * 6)), min_size=1, max_size=4)


def polynomial(terms: list[tuple[int, tuple[int, ...]]]) -> Ratio:
    total = RING.zero
    for number, exponents in terms:
        term = RING.constant(number)
        for one, exponent in zip((n, p, ridge, strength, t_n, t_p), exponents, strict=True):
            term = term * one**exponent
        total = total + term
    return total


EXACT, MODULAR = Witness(SYSTEM, exact=True), Witness(SYSTEM)


@settings(max_examples=40)
@given(monomials, monomials)
def test_series_are_a_homomorphism(one: list[Any], other: list[Any]) -> None:
    first, second = polynomial(one), polynomial(other)
    for witness in (EXACT, MODULAR):
        a, b = witness.evaluate(first), witness.evaluate(second)
        assert (witness.evaluate(first + second) - a - b).vanishes()
        assert (witness.evaluate(first * second) - a * b).vanishes()
    equation = top(closing(SYSTEM, T_N))
    for witness in (EXACT, MODULAR):
        assert witness.vanishes(first * equation)
        # the solution is no root of a polynomial in the parameters and one loop of low degree by chance
        assert witness.vanishes(first) == EXACT.vanishes(first)
    if first and second and not MODULAR.vanishes(second):
        quotient = first / second
        assert (MODULAR.evaluate(quotient) * MODULAR.evaluate(second) - MODULAR.evaluate(first)).vanishes()


def series_of_t_n(orders: int) -> list[Any]:
    long = Witness(SYSTEM, orders=16, exact=True)
    return [long.series[T_N].coefficient(k) for k in range(orders)]


def matched(orders: int) -> Ratio:
    """T_N less its own series to some order: it is as small as that order on the solution."""
    total = t_n
    for k, number in enumerate(series_of_t_n(orders)):
        total = total - constant(number) * strength**k
    return total


@pytest.mark.parametrize("exact", [True, False])
@pytest.mark.parametrize("orders", [1, 2, 3])
def test_too_few_orders_are_never_called_zero(exact: bool, orders: int) -> None:
    """What agrees to as many orders as are known must be looked at further: four beyond the leading one."""
    for matching in range(orders, 4):
        witness = Witness(SYSTEM, orders=orders, exact=exact)
        assert not witness.vanishes(matched(matching))
        assert witness.orders > matching
    witness = Witness(SYSTEM, orders=orders, exact=exact)
    assert witness.vanishes(top(closing(SYSTEM, T_N)))
    assert witness.orders >= 4


def test_orders_are_counted_from_the_largest_term() -> None:
    """A power of the strength in front shows no more coefficients than there are: s^6 times zero to two orders."""
    witness = Witness(SYSTEM, orders=2, exact=True)
    assert not witness.vanishes(strength**6 * matched(3))
    witness = Witness(SYSTEM, orders=2, exact=True)
    # n (T - a0 - a1 s - a2 s^2) + s^9 p: the term with s^9 says nothing of the orders that the others need
    assert not witness.vanishes(n * matched(3) + strength**9 * p)
    witness = Witness(SYSTEM, orders=6, exact=True)
    assert not witness.vanishes(n * matched(5) + strength**9 * p)
    assert witness.orders == 6
    witness = Witness(SYSTEM, orders=4, exact=True)
    assert witness.vanishes(matched(4))  # four coefficients are what is asked for
    assert witness.orders == 4


def test_lengthening_keeps_the_names() -> None:
    witness = Witness(SYSTEM, orders=2, exact=True)
    pole = Symbol("pole_1")
    ring = RING.extend([pole])
    witness.define(pole, t_n / t_p)
    assert witness.vanishes(ring.generator(pole) * t_p.to(ring) - t_n.to(ring))
    assert witness.orders == 4
    assert witness.series[pole].high >= 4
    assert not witness.vanishes(ring.generator(pole) * t_p.to(ring) - t_n.to(ring) - ring.one)


def test_a_series_that_stays_too_short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_ORDERS", 2)
    with pytest.raises(ArithmeticError, match="too short to decide"):
        Witness(SYSTEM, orders=3).vanishes(t_n - series_zero())
    witness = Witness(SYSTEM, orders=2)
    assert not witness.vanishes(matched(2))  # at the bound itself it is lengthened
    assert witness.orders == 4


def series_zero() -> Ratio:
    return t_n - matched(3)


def test_what_vanishes_may_not_be_divided_by() -> None:
    witness = Witness(SYSTEM)
    equation = top(closing(SYSTEM, T_N))
    quotient = n / equation
    assert not witness.regular(quotient)
    with pytest.raises(ZeroDivisionError, match="vanishes on the planar solution"):
        witness.evaluate(quotient)
    assert witness.regular(equation)
    assert witness.regular(equation / t_n)
    assert witness.regular(n / (equation + RING.one))
    assert (witness.evaluate(n / t_n) * witness.evaluate(t_n) - witness.evaluate(n)).vanishes()


@pytest.mark.parametrize("orders", [2, 12])
def test_agreement_with_a_series(orders: int) -> None:
    def own(witness: Witness) -> Laurent:
        return witness.series[T_N]

    def shifted(witness: Witness) -> Laurent:
        return witness.series[T_N] + witness.series[STRENGTH] ** 3

    def nothing(witness: Witness) -> Laurent:
        return Laurent.of([0])

    witness = Witness(SYSTEM, orders=orders)
    assert witness.agrees(t_n, own)
    assert witness.orders >= 4
    assert not Witness(SYSTEM, orders=orders).agrees(t_p, own)
    assert not Witness(SYSTEM, orders=orders).agrees(t_n, shifted)  # the same in three orders, and not in four
    assert witness.agrees(t_n + top(closing(SYSTEM, T_P)), own)
    assert witness.agrees(RING.zero, nothing)
    assert not witness.agrees(RING.one, nothing)
    assert not witness.agrees(RING.zero, own)
    assert witness.orders >= 4


def test_four_coefficients_are_enough_to_agree() -> None:
    witness = Witness(SYSTEM, orders=4)
    assert witness.agrees(t_n, lambda w: w.series[T_N])
    assert witness.orders == 4
    equation = top(closing(SYSTEM, T_N))
    assert witness.agrees(RING.zero, lambda w: Laurent.of([0]))
    assert witness.orders == 4
    # a formula that is zero on the solution, and not as it stands, is looked at for four orders as well
    short = Witness(SYSTEM, orders=2)
    assert short.agrees(t_n + equation, lambda w: w.series[T_N])
    assert short.orders == 4


def test_what_is_known_to_no_order_is_looked_at_further() -> None:
    """Nothing of s^2 times a series is seen in two orders: both look like zero, and are not equal."""
    witness = Witness(SYSTEM, orders=2, exact=True)
    small = matched(2)
    assert not witness.agrees(small, lambda w: Laurent.of([0], high=w.orders))
    assert witness.orders == 4
    assert not Witness(SYSTEM, exact=True).agrees(RING.zero, lambda w: w.evaluate(small))


def test_agreement_counts_from_the_larger_one() -> None:
    """s^2 T known to two orders beyond s^2, and the same: two coefficients are not enough."""

    def claimed(witness: Witness) -> Laurent:
        return witness.evaluate(strength**2 * (t_n - matched(3)))

    witness = Witness(SYSTEM, orders=3, exact=True)
    assert not witness.agrees(strength**2 * t_n, claimed)
    assert witness.orders == 6


def test_a_fresh_witness_knows_no_names() -> None:
    witness = Witness(SYSTEM)
    pole = Symbol("pole_1")
    witness.define(pole, t_n / t_p)
    other = witness.fresh()
    assert pole in witness.series
    assert pole not in other.series
    assert other.definitions == []
    assert witness.definitions == [(pole, t_n / t_p)]
    assert other.point is witness.point
    assert set(other.series) == {STRENGTH, *SYSTEM.unknowns}
    other.define(pole, t_p)
    assert not (witness.series[pole] - other.series[pole]).vanishes()
    assert len(witness.definitions) == 1


@pytest.mark.parametrize("exact", [True, False])
def test_spectral_sums(exact: bool) -> None:
    """Delta tr 1/(lambda + Delta) + tr lambda/(lambda + Delta) = N, and the same for higher and known factors."""
    system = system_of(q, model=CORRELATED)
    witness = Witness(system, exact=exact)
    loop = next(t for t in system.unknowns if system.representative(t).space == P)
    pole = Symbol("pole_1")
    ring = system.ring.extend([pole])
    witness.define(pole, system.ring.generator(gamma) / system.ring.generator(loop))
    factor = Factor(N, (LAM,), (1,), (((0,), pole),))
    known = Factor(N, (LAM,), (1,), (((0,), gamma),))
    quadratic = Factor(N, (LAM,), (2,), (((0,), pole), ((1,), gamma)))
    names = {}

    def named(exponent: int, *factors: tuple[Factor, int]) -> Ratio:
        nonlocal ring
        symbol = Symbol(f"sum_{len(names) + 1}")
        names[symbol] = SpectralSum(N, (LAM,), (exponent,), factors)
        ring = ring.extend([symbol])
        witness.define_sum(symbol, names[symbol])
        return ring.generator(symbol)

    parts = [
        named(0, (factor, 1)),
        named(1, (factor, 1)),
        named(1, (factor, 2)),
        named(2, (factor, 2)),
        named(0, (known, 1), (factor, 1)),
        named(0, (known, 1)),
        named(0, (quadratic, 1)),
        named(1, (quadratic, 1)),
        named(2, (quadratic, 1)),
        named(1),
        named(2),
    ]
    bare, one, mixed, two, both, apart, low, middle, high, moment, second = (part.to(ring) for part in parts)
    Delta, g, size = ring.generator(pole), ring.generator(gamma), ring.generator(N)
    assert witness.vanishes(Delta * bare + one - size)
    assert witness.vanishes(Delta * mixed + two - one)
    assert witness.vanishes((g - Delta) * both - (bare - apart))
    assert witness.vanishes(Delta * low + g * middle + high - size)
    assert not witness.vanishes(Delta * bare + one)
    assert not witness.vanishes(moment * moment - size * second)
    values = witness.point.measures[N]
    expected = sum((weight * row[LAM] ** 2 for weight, row in values), fmpq(0))
    assert (
        witness.series[next(k for k, v in names.items() if v.exponents == (2,) and not v.factors)]
        - Laurent.of([expected])
    ).vanishes()


def test_work_is_charged() -> None:
    witness = Witness(SYSTEM)
    with limited(1.0):
        for _ in range(100):
            witness.evaluate(t_n + n)
    with limited(1e-3), pytest.raises(WorkLimitError):
        evaluate_often(witness)


def evaluate_often(witness: Witness) -> None:
    for _ in range(1000):
        witness.evaluate(t_n + n)


def test_the_cost_of_a_term_grows_with_the_orders(monkeypatch: pytest.MonkeyPatch) -> None:
    counted: list[float] = []
    monkeypatch.setattr(module, "charge", counted.append)
    Witness(SYSTEM, orders=12).evaluate(t_n + n + p)
    Witness(SYSTEM, orders=24).evaluate(t_n + n + p)
    assert counted == [300, 600]


def test_a_dimension_that_is_a_number() -> None:
    """The measure of a space of size two counts two, whatever matrices are on it."""
    x, rows = MatrixSymbol("x", 2, P), MatrixSymbol("Lambda", 2, 2)
    model = Model([Gaussian(x, variance=1 / P, rows=rows)])
    resolvent = (gamma * Identity(2) + x * x.T).inv()
    witness = Witness(system_of(resolvent, model=model), exact=True)
    assert sum((weight for weight, _ in witness.point.measures[Integer(2)]), fmpq(0)) == 2
    by_number = derive(Trace(resolvent), model)
    by_letter = derive(Trace(q), CORRELATED)
    point = {"P": 5, "gamma": 1, "Lambda": ["1/2", 3]}
    assert abs(evaluate(by_number, point).value - evaluate(by_letter, point).value) < mpf(10) ** -45
