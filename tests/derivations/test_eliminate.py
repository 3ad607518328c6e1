"""Elimination: on equations written down by hand, and on whole systems, held against another witness."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from sympy import Expr, Identity, Integer, MatrixSymbol, Symbol, symbols
from tests.systems import (
    CORRELATED,
    FEATURES,
    PLAIN,
    TWO,
    Lambda,
    N,
    Omega,
    P,
    features,
    gamma,
    q,
    system_of,
    x,
    y,
)

from planaria.algebra.linear import degree_in, root
from planaria.algebra.rational import Ratio, Ring
from planaria.algebra.work import WorkLimitError, limited
from planaria.derivations.elimination import eliminate as module
from planaria.derivations.elimination import traces as traces_module
from planaria.derivations.elimination.eliminate import (
    _ConstantFoundError,
    _Elimination,
    eliminate,
    linear_parameters,
)
from planaria.derivations.elimination.reduced import Reduced, Relation, Strategy
from planaria.derivations.equations.equal_loops import dependencies
from planaria.derivations.equations.schwinger_dyson import STRENGTH, SchwingerDyson
from planaria.derivations.equations.spectral_sums import Factor, SpectralSum
from planaria.derivations.equations.zero_test import Witness
from planaria.diagrams import Gaussian, Model
from planaria.ensembles.spectra import eigenvalue

# -- equations by hand: the solution is a point ---------------------------------------------------------------

a, b, c = symbols("a b c", positive=True)
T, U, V, W = symbols("T_1 T_2 T_3 T_4")
L, L2 = symbols("lambda_I omega_I", nonnegative=True)
MATRIX, OTHER = MatrixSymbol("Lambda", N, N), MatrixSymbol("Omega", N, N)
GENERATORS = [a, b, c, N, L, L2, STRENGTH, T, U, V, W]
RING = Ring(GENERATORS)
POINT = {a: 3, b: 5, c: 2, N: 4, STRENGTH: 1, T: 2, U: 7, V: 4, W: 6}


class Known:
    """A witness that knows the solution as numbers."""

    def __init__(self, values: Mapping[Expr, Any]) -> None:
        self.values: dict[Expr, Fraction] = {g: Fraction(v) for g, v in values.items()}
        self.series: dict[Expr, Any] = {}
        self.spectrum = [(Fraction(1, 2), Fraction(3)), (Fraction(2), Fraction(0)), (Fraction(7), Fraction(1, 3))]

    def vanishes(self, polynomial: Ratio) -> bool:
        return polynomial.numerator.is_zero() or not polynomial.ring.from_mpoly(polynomial.numerator).evaluate(
            self.values
        )

    def regular(self, value: Ratio) -> bool:
        return not self.vanishes(value.ring.from_mpoly(value.denominator))

    def define(self, symbol: Symbol, value: Ratio) -> None:
        self.values[symbol] = value.evaluate(self.values)

    def define_sum(self, symbol: Symbol, value: SpectralSum) -> None:
        self.values[symbol] = self.trace(Ring([*self.values, L, L2])(value.summand))

    def trace(self, value: Ratio) -> Fraction:
        """Over three pairs of eigenvalues that count 4/3 each: the dimension is four."""
        total = sum(value.evaluate({**self.values, L: one, L2: two}) for one, two in self.spectrum)
        return Fraction(4, 3) * total


def elimination(strategy: Strategy | None = None, values: Mapping[Expr, Any] = POINT) -> _Elimination:
    setting = SimpleNamespace(
        ring=Ring([a, b, c, N, STRENGTH, L, L2]),
        matrices=((MATRIX, L), (OTHER, L2)),
        spaces=(N,),
    )
    rules = SimpleNamespace(setting=setting, eigenvalues_of=lambda space: (L, L2) if space == N else ())
    system = SimpleNamespace(ring=RING, unknowns=(T, U, V, W), rules=rules)
    return _Elimination(system, {}, Known(values), strategy or Strategy())  # type: ignore[arg-type]


def poly(text: Any) -> Ratio:
    return RING(text.expand())


def monic(polynomial: Ratio | None) -> Ratio:
    """For comparison: a factor is known up to a number."""
    assert polynomial is not None
    top = polynomial.numerator
    return polynomial.ring.from_mpoly(top * (1 / top.leading_coefficient()))


def same(found: Any, expected: list[Ratio]) -> bool:
    return [monic(one) for one in found] == [monic(one) for one in expected]


def test_degrees_and_roots() -> None:
    equation = poly((a + b) * T - c * U**2 + 1)
    assert [degree_in(equation, one) for one in (T, U, V)] == [1, 2, 0]
    assert degree_in(poly(T * U + T), T) == 1
    assert root(equation, T) == RING((c * U**2 - 1) / (a + b))
    assert root(poly(T - a), T) == RING(a)
    assert not equation.substitute({T: root(equation, T)})


def test_linear_parameters() -> None:
    setting = elimination().system.rules.setting
    relation = poly(a * T + b**2 + c * L + N * T + STRENGTH * T + L2)
    assert linear_parameters(relation, setting) == [a, c, N]
    assert linear_parameters(poly(T * L + STRENGTH), setting) == []


def test_the_factor_that_vanishes_is_kept() -> None:
    one = elimination()
    right = poly(T * a - W)  # 2 * 3 - 6

    def kept(polynomial: Ratio) -> Ratio:
        return monic(one._vanishing_factor(polynomial))

    assert kept(right * poly(T - a) * poly(U + V)) == monic(right)
    assert kept(right * right) == monic(right)
    assert one._vanishing_factor(RING.zero) is None
    with pytest.raises(ArithmeticError, match="no factor"):
        one._vanishing_factor(poly((T - a) * (U + V)))
    # where two vanish, the shorter one
    assert kept(poly((T * a - W + U - 7) * (T - 2))) == poly(T - 2)
    assert kept(poly((T * a * V * W + U * T - 158) * (T * a - W))) == monic(right)
    assert kept(poly((T - c) * (T + c))) == monic(poly(T - c))


def test_factoring_is_charged() -> None:
    one = elimination()
    long = poly((T - 2) * (U + V + W + a) ** 3)
    with limited(1e-3), pytest.raises(WorkLimitError):
        one._vanishing_factor(long)
    with limited(1.0):
        assert one._vanishing_factor(long) == poly(T - 2)


def test_the_numerator() -> None:
    assert elimination()._numerator(RING((T - 2) / (U + a))) == poly(T - 2)


def test_what_is_known_is_inserted() -> None:
    one = elimination()
    value = RING(T * U / (V + a))
    assert one.traces.inserted(value) == value
    one.state.loops[T] = RING(W / a)
    assert one.traces.inserted(value) == RING(W / a * U / (V + a))
    one.state.rewrites[a] = RING(W - 3)  # what the loops bring in is replaced, too
    assert one.traces.inserted(value) == RING(W / (W - 3) * U / (V + W - 3))
    assert one.traces.inserted(RING(V)) == RING(V)


# -- which loop goes, and by which equation -------------------------------------------------------------------


def test_the_shortest_equation_is_taken() -> None:
    one = elimination()
    long, short = poly(T * a + U * b + V - 45), poly(T + U - 9)
    assert one._linear([long, short], [T, U]) == (1, T)
    assert one._linear([short, long], [T, U]) == (0, T)
    assert one._linear([long, short], [V]) == (0, V)
    assert one._linear([short], [V]) is None
    assert one._linear([poly(T**2 - 4), poly(U * T**2 - 28)], [T]) is None
    assert one._linear([poly(T**2 - 4), poly(U * T**2 - 28)], [T, U]) == (1, U)
    # V + W - 10 has three terms, and V is in two more equations that would grow: the longer one with U is cheaper
    system = [poly(V + W - 10), poly(V**2 - 16), poly(V**2 * T - 32), poly(U + T * a - 13 + W - 6)]
    assert one._linear(system, [V, U]) == (3, U)
    assert one._linear(system, [U, V]) == (3, U)


@st.composite
def systems(draw: st.DrawFn) -> list[Ratio]:
    monomials = [T, U, V, T * U, V**2, T**2 * V, U * W, a * T, b * V, c, RING.generators[3], W]
    found = []
    for _ in range(draw(st.integers(1, 4))):
        chosen = draw(st.lists(st.sampled_from(monomials), min_size=1, max_size=5, unique=True))
        found.append(poly(sum(chosen, Integer(draw(st.integers(0, 1))))))
    return found


@settings(max_examples=80)
@given(systems(), st.lists(st.sampled_from([T, U, V, W]), min_size=1, unique=True))
def test_the_cheapest_of_all(system: list[Ratio], loops: list[Symbol]) -> None:
    """By the number of terms times the number of equations that would get them."""
    one = elimination()
    costs = []
    for position, equation in enumerate(system):
        for order, symbol in enumerate(loops):
            by = [int(e.numerator.degrees()[GENERATORS.index(symbol)]) for e in system]
            if by[position] == 1 and not one.witness.vanishes(equation.derivative(symbol)):
                costs.append((equation.size * sum(d > 0 for d in by), position, order))
    chosen = one._linear(system, loops)
    if not costs:
        assert chosen is None
    else:
        _, position, order = min(costs)
        assert chosen == (position, loops[order])


def test_nothing_is_divided_by_that_vanishes() -> None:
    """(T - 2) U = 0 holds for every U on the solution: it is no equation for U."""
    one = elimination()
    vanishing = poly((T - 2) * U + V**2 * W - 96)
    assert one._linear([vanishing], [U]) is None
    assert one._linear([vanishing], [U, W]) == (0, W)
    longer = poly(U * a + V**2 * b * W + V * c * W**2 * T - 21 - 480 - 576)
    assert one._linear([vanishing, longer], [U]) == (1, U)


def test_the_others_get_the_solution() -> None:
    one = elimination()
    system = [poly(T - U + 5), poly(T**2 - V), poly(W - 6), poly((T + 5) * W - U * W)]
    solution = root(system[0], T)
    assert solution == RING(U - 5)
    found = one._insert(system, 0, T, solution)
    assert same(found, [poly((U - 5) ** 2 - V), poly(W - 6)])
    assert found[1] is system[2]
    assert one._insert([poly(W - 6), system[0]], 1, T, solution) == [poly(W - 6)]


def test_a_linear_system_is_solved() -> None:
    one = elimination()
    one._solve([poly(a * T - W), poly(U - T - b), poly(V - T**2), poly((W - 6) * (W + U))], [T, U, V, W])
    assert one.state.kept == []
    assert one.state.relations == []
    solved = {s: r.evaluate(one.witness.values) for s, r in one.state.loops.items()}  # type: ignore[attr-defined]
    assert solved == {T: 2, U: 7, V: 4, W: 6}
    assert not any(r.support() & {T, U, V, W} for r in one.state.loops.values())
    rules = [step.rule for step in one.state.steps]
    assert rules == ["eliminate a loop"] * 4


def test_what_is_not_linear_stays() -> None:
    one = elimination()
    # T is in both with the highest degrees: U then goes by the first
    loops = [T, U]
    one._solve([poly(T**2 + U**2 - 53), poly(T**3 * U**2 - 392)], loops)
    assert one.state.kept == [T, U]
    left = [r.polynomial for r in one.state.relations]
    assert same(left, [poly(T**2 + U**2 - 53), poly(T**3 * U**2 - 392)])
    assert [step.rule for step in one.state.steps] == ["keep a loop"] * 2 + ["keep an equation"] * 2
    assert [step.after for step in one.state.steps[2:]] == [0, 0]
    one = elimination()
    one._solve([poly(V**2 * T - c * T**3 - 16), poly(V - T**2)], [T, V])
    assert one.state.kept == [T]
    assert one.state.loops == {V: RING(T**2)}
    assert same([r.polynomial for r in one.state.relations], [poly(T**5 - c * T**3 - 16)])
    assert all(isinstance(r, Relation) and r.reason for r in one.state.relations)


def test_equal_equations_are_kept_once() -> None:
    one = elimination()
    one._solve([poly(T**2 - V), poly(T**2 - V), poly((T**2 - V) * (T + a))], [])
    assert same([r.polynomial for r in one.state.relations], [poly(T**2 - V)])


def test_solutions_are_inserted_into_each_other() -> None:
    """Each loop is solved in terms of those that stay, whichever came first."""
    one = elimination()
    one._solve([poly(T - U + 5), poly(U - V - 3), poly(V**2 - W**2 + 20)], [T, U, V])
    assert one.state.kept == [V]
    assert one.state.loops == {T: RING(V - 2), U: RING(V + 3)}


def test_what_would_grow_is_not_eliminated() -> None:
    equations = [poly((a + b + c) * T - U * V + b * W - 22), poly(T**4 - V**2 * U + 96), poly(T**5 * U - 224)]

    def kept(largest: int) -> list[Symbol]:
        one = elimination(Strategy(rewrite=False, largest=largest))
        one._solve(equations, [T])
        return one.state.kept

    assert kept(1000) == []
    assert kept(0) == [T]
    total = sum(one.size for one in equations)
    one = elimination(Strategy(rewrite=False, largest=0))
    one._solve([poly(T - U + 5), poly(T * V - U * V + 20)], [T])  # gets no longer than it was
    assert one.state.kept == []
    grown = elimination()._insert(equations, 0, T, root(equations[0], T))
    size = sum(one.size for one in grown)
    assert size > total
    assert kept(size) == []
    assert kept(size - 1) == [T]


def test_what_costs_too_much_is_not_eliminated() -> None:
    one = elimination(Strategy(rewrite=False, move=1e-4))
    one._solve([poly((a + b) * T - U * V + 12), poly(T**3 - V * c)], [T])
    assert one.state.kept == [T]
    assert len(one.state.relations) == 2
    assert "thousands of terms" in one.state.steps[0].reason


def test_a_limit_outside_is_not_swallowed() -> None:
    one = elimination(Strategy(move=1.0))
    assert one._affordable(lambda: 5) == 5

    def costly() -> int:
        module.charge(1e15)
        return 1

    assert one._affordable(costly) is None
    with pytest.raises(ArithmeticError):
        one._affordable(lambda: one._vanishing_factor(poly(T - 3)))


# -- constants ------------------------------------------------------------------------------------------------


def with_pole(value: Expr, number: int) -> tuple[_Elimination, Symbol]:
    one = elimination()
    pole = one.traces._coefficient(RING(value))
    assert one.witness.values[pole] == number  # type: ignore[attr-defined]
    return one, pole


def test_a_pole_that_a_relation_gives_is_a_constant() -> None:
    one, pole = with_pole(T * a, 6)
    ring = one.state.ring
    with pytest.raises(_ConstantFoundError) as found:
        one._look_for_constant(ring(c * pole - 4 * a))
    assert found.value.definition == RING(T * a)
    assert found.value.value == ring(4 * a / c)
    one._look_for_constant(ring(c * pole**2 - 24 * a))  # it is not linear
    one.state.kept.append(U)
    one._look_for_constant(ring(c * pole - 4 * a + U - 7))  # another unknown is in it
    one._look_for_constant(ring(U - 7))  # a loop, no coefficient of a denominator
    one._look_for_constant(ring(a - 3))


def test_a_pole_that_two_relations_give_is_a_constant() -> None:
    """a (pole - 2) + U (pole - 6) = 12 and another one with the same U: without a there is no U either."""
    one, pole = with_pole(T * a, 6)
    ring = one.state.ring
    one.state.kept.append(U)
    one.witness.series[pole] = SimpleNamespace(coefficients=lambda: {0: 6})
    first, second = ring(a * pole - 18 + U - 7), ring(a * 6 - 18 + U - 7)
    one.state.relations += [Relation(first, ""), Relation(second, "")]
    with pytest.raises(_ConstantFoundError) as found:
        one._look_for_hidden_constants()
    assert found.value.definition == RING(T * a)


def test_a_pole_that_moves_is_no_constant() -> None:
    one, pole = with_pole(T * a, 6)
    ring = one.state.ring
    one.state.kept.append(U)
    one.witness.series[pole] = SimpleNamespace(coefficients=lambda: {0: 6, 1: 2})
    one.state.relations += [Relation(ring(a * pole - 18 + U - 7), ""), Relation(ring(a * 6 - 18 + U - 7), "")]
    one._look_for_hidden_constants()
    one.witness.series[pole] = SimpleNamespace(coefficients=lambda: {1: 2})
    one._look_for_hidden_constants()


def test_what_two_relations_give_must_be_a_pole_alone() -> None:
    """Without a there is c beside the pole, or U, or the pole squared, or more work than a move may take."""
    for square, other, move in ((False, U, 1.0), (True, Integer(0), 1.0), (False, Integer(0), 1e-9)):
        one = elimination(Strategy(move=move))
        pole = one.traces._coefficient(RING(T * a))
        ring = one.state.ring
        one.state.kept.append(U)
        one.witness.series[pole] = SimpleNamespace(coefficients=lambda: {0: 6})
        values = one.witness.values  # type: ignore[attr-defined]
        first = ring((a * pole**2 - 108 if square else a * pole - 18) + (U - 7) * (other - 1 if other else 1))
        second = ring((a * c * 18 - 108 if square else 6 * a - 18) + (U - 7) * (other + 2 if other else 1))
        assert not first.evaluate({**values, L: 0, L2: 0})
        one.state.relations += [Relation(first, ""), Relation(second, "")]
        one._look_for_hidden_constants()


def test_elimination_begins_again_with_a_constant(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[dict[Ratio, Ratio]] = []
    definition = RING(T * a)

    def run(self: _Elimination) -> Any:
        seen.append(dict(self.strategy.constants))
        if len(seen) == 1:
            raise _ConstantFoundError(definition, RING(c))
        if len(seen) == 2:
            raise _ConstantFoundError(RING(U), RING(b))
        return self.state

    monkeypatch.setattr(_Elimination, "run", run)
    one = elimination()
    witness = SimpleNamespace(fresh=lambda: one.witness)
    eliminate(one.system, {}, witness, Strategy())  # type: ignore[arg-type]
    assert seen == [{}, {definition: RING(c)}, {definition: RING(c), RING(U): RING(b)}]


# -- names for coefficients -----------------------------------------------------------------------------------


def test_which_coefficients_get_names() -> None:
    one = elimination(Strategy(constants={RING(V * a): RING(b / c)}))
    assert one.traces._coefficient(RING(a / b + 1)) == (a + b) / b
    assert one.traces._coefficient(RING(V * a)) == b / c
    first = one.traces._coefficient(RING(T * a))
    second = one.traces._coefficient(RING(U / b))
    assert [first, second] == one.state.poles == [Symbol("pole_1"), Symbol("pole_2")]
    assert one.state.definitions == {first: RING(T * a), second: RING(U / b)}
    assert one.traces.coincidences == []
    assert one.traces._coefficient(RING(W)) == first  # 2 * 3 = 6 on the solution
    assert [str(d) for d in one.traces.coincidences] == [str(RING(W).to(one.state.ring) - one.state.ring(first))]
    assert len(one.state.poles) == 2
    one.state.loops[V] = one.state.ring(a + 1)
    assert one.traces._coefficient(RING(V * b)) == b * (a + 1)  # a scalar, once the loop is known
    one.state.loops[V] = one.state.ring(first - 2)
    third = one.traces._coefficient(RING(V * b))
    assert third == Symbol("pole_3")
    assert set(one.state.ring.generators) >= {first, second, third}


def test_poles_become_equations() -> None:
    one = elimination()
    first = one.traces._coefficient(RING(T / a))
    one.traces._coefficient(RING(U))
    one.traces._coefficient(RING(7 * T / 2))  # coincides with the second
    equations = one._pole_equations(0)
    ring = one.state.ring
    assert [str(e) for e in equations[:2]] == [str(ring(a * first - T)), str(ring(Symbol("pole_2") - U))]
    assert len(equations) == 3
    assert all(one.witness.vanishes(e) for e in equations)
    assert one.traces.coincidences == []
    assert len(one._pole_equations(1)) == 1
    assert one._pole_equations(2) == []
    assert [step.rule for step in one.state.steps] == ["name a pole"] * 3


@st.composite
def functions(draw: st.DrawFn) -> tuple[Ratio, int]:
    choices = [
        RING(T * L + U),
        RING(a * L + V),
        RING(L2 + W / a),
        RING(L * L2 * T + U),
        RING(L + T * L2 + b),
        RING(L**2 * c + V),
        RING(L),
        RING(T + a),
        RING(b),
    ]
    value = draw(st.sampled_from([RING.one, RING(L), RING(L2 * T - a), RING(L**2 + U * L)]))
    bottom = RING.one
    for one in draw(st.lists(st.sampled_from(choices), max_size=3)):
        bottom = bottom * one
    return value / bottom, len(bottom.numerator)


@settings(max_examples=60)
@given(functions())
def test_denominators_are_made_monic(given_: tuple[Ratio, int]) -> None:
    value, _ = given_
    one = elimination()
    numerator, factors = one.traces._monic(value, N)
    values = {**one.witness.values, L: Fraction(11, 3), L2: Fraction(5, 7)}  # type: ignore[attr-defined]
    total = numerator.evaluate(values)
    for factor, power in factors:
        expression = Ring([*values])(factor.expression)
        total /= expression.evaluate(values) ** power
        assert factor.space == N
        assert not any(e == factor.leading for e, _ in factor.coefficients)
        assert sorted(factor.coefficients, key=lambda pair: pair[0]) == list(factor.coefficients)
    assert total == value.evaluate(values)
    bottom = value.ring.from_mpoly(numerator.denominator)
    assert not bottom.support() & {L, L2}
    assert len({factor for factor, _ in factors}) == len(factors)


@settings(max_examples=40)
@given(functions(), functions())
def test_traces_by_partial_fractions(first: tuple[Ratio, int], second: tuple[Ratio, int]) -> None:
    one = elimination()
    known: Any = one.witness
    known.spectrum = [(Fraction(1, 2), Fraction(3)), (Fraction(2), Fraction(8)), (Fraction(7), Fraction(1, 3))]
    values = [(first[0], N), (second[0], N), (RING(T / a), N)]
    traces = one.traces.of(values)
    for (value, _), trace in zip(values, traces, strict=True):
        assume(not trace.support() & {L, L2})
        assert trace.evaluate(known.values) == known.trace(value)
    assert set(one.state.sums.values()) <= set(one.state.ring.generators)
    assert len(set(one.state.sums)) == len(one.state.sums)


def test_traces_of_plain_spaces() -> None:
    one = elimination()
    assert one.traces.of([(RING(T / a), Integer(3)), (RING(U), P_SPACE)]) == [
        one.state.ring(3 * T / a),
        one.state.ring(U * P_SPACE),
    ]


P_SPACE = a  # any generator may be a dimension without matrices


def test_traces_have_the_loops_inserted() -> None:
    one = elimination()
    one.state.loops[T] = RING(W / a)
    (trace,) = one.traces.of([(RING(T * L), N)])
    (symbol,) = one.state.sums.values()
    assert trace == one.state.ring(W / a * symbol)
    # a sum that is known keeps its name
    (again,) = one.traces.of([(RING(U * L), N)])
    assert again == one.state.ring(U * symbol)
    assert len(one.state.sums) == 1


def test_factors_are_shared() -> None:
    one = elimination()
    _, first = one.traces._monic(RING(1 / (T * L + U)), N)
    _, second = one.traces._monic(RING(a * L / ((T * L + U) ** 2 * b)), N)
    assert first == [(second[0][0], 1)]
    assert second[0][1] == 2
    assert len(one.state.poles) == 1
    (factor, _) = first[0]
    assert factor == Factor(N, (L, L2), (1, 0), (((0, 0), Symbol("pole_1")),))
    # a pole that coincides with it makes one factor of two
    _, both = one.traces._monic(RING(1 / ((T * L + U) * (a * L + U * a / T))), N)
    assert both == [(factor, 2)]


def test_two_poles_that_coincide_are_one() -> None:
    """1/((L + W)(L + T a)): both are 6 on the solution, and partial fractions would divide by their difference."""
    one = elimination()
    known: Any = one.witness
    value = RING(1 / ((L + W) * (L + T * a)))
    _, factors = one.traces._monic(value, N)
    assert [power for _, power in factors] == [2]
    assert len(one.state.poles) == 1
    assert len(one.traces.coincidences) == 1
    (trace,) = one.traces.of([(value, N)])
    assert trace.evaluate(known.values) == known.trace(value)


def test_coefficients_that_vanish_on_the_solution_are_left_out() -> None:
    """(T - 2) lambda^2 + U lambda + V is U lambda + V there: the pole is V/U, and no quadratic factor."""
    one = elimination()
    value = RING(L / ((T - 2) * L**2 + U * L + V))
    living = one.traces._living(value, (L, L2))
    assert living == RING(L / (U * L + V))
    _, factors = one.traces._monic(value, N)
    assert factors == [(Factor(N, (L, L2), (1, 0), (((0, 0), Symbol("pole_1")),)), 1)]
    assert one.state.definitions == {Symbol("pole_1"): RING(V / U)}
    mixed = RING(1 / ((T * a - W) * L * L2**2 + (W - 6) * L2 + L + b))
    assert one.traces._living(mixed, (L, L2)) == RING(1 / (L + b))
    plain = RING(1 / (L * T + U))
    assert one.traces._living(plain, (L, L2)) is plain


def test_where_partial_fractions_fail_products_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    one = elimination()
    first = Factor(N, (L, L2), (1, 0), (((0, 0), T),))
    second = Factor(N, (L, L2), (1, 0), (((0, 0), c),))  # both 2 on the solution, and not equal as formulas
    numerator = RING.one
    parts = one.traces._decomposed(numerator, N, [(first, 1), (second, 1)])
    (summand,) = parts
    assert summand is not None
    assert dict(summand.factors) == {first: 1, second: 1}
    apart = one.traces._decomposed(numerator, N, [(first, 1), (Factor(N, (L, L2), (1, 0), (((0, 0), a),)), 1)])
    assert all(len(key.factors) <= 1 for key in apart if key is not None)

    def refusing(*arguments: Any, split: bool = True) -> Any:
        if split:
            raise ZeroDivisionError
        return {None: RING.one / poly(T - 3)}

    monkeypatch.setattr(traces_module, "decompose", refusing)
    assert one.traces._decomposed(numerator, N, [(first, 1)]) == {None: RING.one / poly(T - 3)}

    def singular(*arguments: Any, split: bool = True) -> Any:
        if split:
            raise ZeroDivisionError
        return {None: RING.one / poly(T - 2)}

    monkeypatch.setattr(traces_module, "decompose", singular)
    with pytest.raises(ZeroDivisionError, match="vanishes on the planar solution"):
        one.traces._decomposed(numerator, N, [(first, 1)])


def test_sums_get_names_in_order() -> None:
    one = elimination()
    for exponent in (1, 2):
        one.traces._name_sum(SpectralSum(N, (L, L2), (exponent, 0), ()))
    assert list(map(str, one.state.sums.values())) == ["sum_1", "sum_2"]
    assert one.witness.values[Symbol("sum_2")] == Fraction(4, 3) * (Fraction(1, 4) + 4 + 49)  # type: ignore[attr-defined]
    assert one.state.ring.generators[-2:] == (Symbol("sum_1"), Symbol("sum_2"))


# -- solving for a parameter ----------------------------------------------------------------------------------


def rewritten(relation: Ratio, loops: Mapping[Symbol, Ratio], **options: Any) -> _Elimination:
    one = elimination(Strategy(**options))
    one.state.loops.update(loops)
    one._rewrite(relation, list(loops))
    return one


def test_the_parameter_that_makes_the_loops_shortest() -> None:
    # a T + b = 11, so that a T + b + c is 11 + c: to solve for a or b makes the loop shorter, for b more so
    one = rewritten(poly(a * T + b - 11), {U: RING((a * T + b + c) / (a * T + b + 7 * c))})
    (parameter,) = one.state.rewrites
    assert one.state.loops[U] == RING((11 + c) / (11 + 7 * c))
    assert one.state.rewrites[parameter].evaluate(one.witness.values) == POINT[parameter]  # type: ignore[attr-defined]
    assert [step.rule for step in one.state.steps] == ["use an equation"]


def test_rewriting_may_be_switched_off() -> None:
    loops = {U: RING((a * T + b + c) / (a * T + b + 7 * c))}
    one = rewritten(poly(a * T + b - 11), loops, rewrite=False)
    assert one.state.rewrites == {}
    assert one.state.loops == loops
    assert one.state.steps == []


def test_a_relation_that_is_known_is_not_rewritten() -> None:
    one = elimination()
    one.state.rewrites[b] = RING(11 - a * T)
    one._rewrite(poly(a * T + b - 11), [])
    assert list(one.state.rewrites) == [b]


def test_dimensions_come_last() -> None:
    one = rewritten(poly(a * T * V + N * U - 52), {W: RING(N * U + 2)})
    assert list(one.state.rewrites) == [a]
    one = rewritten(poly(T * V**2 + N * U - 60), {W: RING(N * U + 2)})
    assert list(one.state.rewrites) == [N]


def test_the_others_are_tried_where_one_coefficient_vanishes() -> None:
    one = rewritten(poly(a * (T - 2) + b * U - 35), {W: RING(b * U + 1)})
    assert list(one.state.rewrites) == [b]
    assert one.state.rewrites[b].evaluate(one.witness.values) == 5  # type: ignore[attr-defined]


def test_a_parameter_whose_coefficient_vanishes_is_not_solved_for() -> None:
    one = rewritten(poly(a * (T - 2) + b**2 * (V - 4) + U**2 - 49), {W: RING(a * T)})
    assert one.state.rewrites == {}


def test_earlier_rewritings_are_kept_up() -> None:
    one = elimination()
    one.state.rewrites[c] = RING(b - 3)
    one.state.loops[U] = RING(c + b - 2 + 2)
    one._rewrite(poly(a * T + b - 11), [U])
    assert set(one.state.rewrites) == {c, a} or set(one.state.rewrites) == {c, b}
    for parameter, value in one.state.rewrites.items():
        assert value.evaluate(one.witness.values) == POINT[parameter]  # type: ignore[attr-defined]
        assert not value.support() & set(one.state.rewrites)


# -- whole systems --------------------------------------------------------------------------------------------

f = symbols("f", positive=True)
H = MatrixSymbol("H", N, N)
WIGNER = Model([Gaussian(H, variance=1 / N, kind="symmetric")])
ROWS = Model([Gaussian(H, variance=1 / N, kind="symmetric", rows=Lambda)])
EXTERNAL = Model([Gaussian(x, variance=1 / P, rows=Omega)])
unit = Identity(N)
SYSTEMS: dict[str, tuple[tuple[Expr, ...], Model, int, int]] = {  # with the numbers of unknowns and of sums
    "one resolvent": ((q,), PLAIN, 1, 0),
    "its square": ((q * q,), PLAIN, 1, 0),
    "two readings": ((q, Lambda * q), CORRELATED, 1, 1),
    "a ladder with a covariance": ((q * Lambda * q,), CORRELATED, 1, 2),
    "features": ((features,), FEATURES, 1, 0),
    "a ladder of features": ((features * features,), FEATURES, 1, 0),
    "two fields": (((gamma * unit + x * x.T + y * y.T).inv(),), TWO, 1, 0),
    "a source": (((gamma * unit + Lambda + x * x.T).inv(),), PLAIN, 1, 1),
    "a source that is not aligned": (((gamma * unit + Lambda + x * x.T).inv(),), EXTERNAL, 1, 2),
    "a symmetric field": (((gamma * unit + H).inv(),), WIGNER, 1, 0),
    "a rational function": (((gamma * unit + H * (f * unit + H * H).inv() * H).inv(),), WIGNER, 1, 0),
    "poles that coincide": (((f * unit + H * (unit + H * H).inv() * H).inv(),), ROWS, 1, 2),
}


def hold(system: SchwingerDyson, reduced: Reduced) -> None:
    """Everything that elimination claims, at a point that it has not seen."""
    witness = Witness(system, seed=23)
    for pole in reduced.poles:
        witness.define(pole, reduced.definitions[pole])
    for one, symbol in reduced.sums.items():
        witness.define_sum(symbol, one)
    ring = reduced.ring
    unknowns = {*reduced.poles, *reduced.kept, *reduced.sums.values()}
    assert len(reduced.relations) == len(reduced.poles) + len(reduced.kept)
    for relation in reduced.relations:
        assert witness.vanishes(relation.polynomial.to(ring))
        assert [power for _, power in relation.polynomial.numerator.factor()[1]] == [1]
        assert relation.polynomial.support() & unknowns
    loops = set(system.unknowns) - set(reduced.kept)
    for table in (reduced.loops, reduced.rewrites):
        for symbol, value in table.items():
            wide = value.to(ring)
            assert witness.regular(wide)
            difference = ring.generator(symbol) - wide
            assert witness.vanishes(ring.from_mpoly(difference.numerator))
            assert not wide.support() & loops
    for number, reading in enumerate(reduced.readings):
        assert not reading.support() & loops
        assert witness.agrees(reading, lambda w, n=number: w.solution.readings[n])
    assert set(reduced.loops).isdisjoint(reduced.kept)


@pytest.mark.parametrize("rewrite", [True, False])
@pytest.mark.parametrize("name", SYSTEMS)
def test_a_system(name: str, rewrite: bool) -> None:
    expressions, model, unknowns, sums = SYSTEMS[name]
    system = system_of(*expressions, model=model)
    reduced = eliminate(system, dependencies(system), Witness(system), Strategy(rewrite=rewrite))
    hold(system, reduced)
    assert len(reduced.relations) == unknowns
    assert len(reduced.sums) == sums
    assert len(reduced.readings) == len(expressions)
    assert rewrite or not reduced.rewrites
    closed = [step for step in reduced.steps if step.rule == "close a loop"]
    assert len(closed) == len(reduced.loops) + len(reduced.kept)


def test_nothing_large_may_be_eliminated() -> None:
    """Then loops stay, as unknowns, with an equation each."""
    system = system_of(features * features, model=FEATURES)
    reduced = eliminate(
        system, dependencies(system), Witness(system), Strategy(rewrite=False, largest=0, move=0.001)
    )
    hold(system, reduced)
    assert len(reduced.kept) > 1


def test_the_result_does_not_depend_on_the_run() -> None:
    system = system_of(features * features, model=FEATURES)
    one, other = (eliminate(system, dependencies(system), Witness(system), Strategy()) for _ in range(2))
    assert [str(r) for r in one.readings] == [str(r) for r in other.readings]
    assert [str(r.polynomial) for r in one.relations] == [str(r.polynomial) for r in other.relations]
    assert [str(s.rule) for s in one.steps] == [str(s.rule) for s in other.steps]


def test_a_deterministic_reading_needs_no_loop() -> None:
    """No loop is closed for a reading that contains no field: tr Lambda/(gamma + Lambda) is two sums, or one."""
    alone = (gamma * unit + Lambda).inv() * Lambda
    system = system_of(q, alone, model=PLAIN)
    reduced = eliminate(system, dependencies(system), Witness(system), Strategy())
    hold(system, reduced)
    assert not reduced.readings[1].support() & {*reduced.poles, *reduced.kept}
    (one,) = reduced.sums
    lam = eigenvalue(Lambda)
    assert one.summand == lam / (lam + gamma)


def test_what_a_loop_means() -> None:
    system = system_of(q, model=CORRELATED)
    reduced = eliminate(system, dependencies(system), Witness(system), Strategy())
    reasons = {str(step.before): step.reason for step in reduced.steps if step.rule == "close a loop"}
    for symbol in system.unknowns:
        loop = system.representative(symbol)
        weight = "" if loop.weight.is_one else f"{loop.weight} "
        place = f"G({loop.column + 1},{loop.row + 1})"
        assert reasons[str(symbol)] == f"{symbol} = tr_{loop.space}[{weight}{place}], by partial fractions"


def test_equations_that_do_not_fix_the_unknowns(monkeypatch: pytest.MonkeyPatch) -> None:
    system = system_of(q, model=PLAIN)

    def forget(self: _Elimination, equations: Any, loops: list[Symbol]) -> None:
        self.state.kept += loops

    monkeypatch.setattr(_Elimination, "_solve", forget)
    with pytest.raises(ArithmeticError, match="0 equations are left for 2 unknowns"):
        eliminate(system, dependencies(system), Witness(system), Strategy())


def test_the_shortest_equations_are_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    system = system_of(q, model=PLAIN)
    right = _Elimination._look_for_hidden_constants

    def more(self: _Elimination) -> None:
        first = self.state.relations[0].polynomial
        self.state.relations.insert(0, Relation(first * first.ring(gamma + N + P), "longer"))
        right(self)

    monkeypatch.setattr(_Elimination, "_look_for_hidden_constants", more)
    reduced = eliminate(system, dependencies(system), Witness(system), Strategy())
    assert [one.reason for one in reduced.relations] == ["what remains of the equations of one component"]
