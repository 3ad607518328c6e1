"""Loops that vanish, that are equal, and that differ by a scalar: what may be identified, and what may not."""

from __future__ import annotations

from typing import Any

import pytest
from flint import fmpq
from sympy import Expr, Identity, MatrixSymbol, symbols
from tests.systems import (
    CORRELATED,
    FEATURES,
    PLAIN,
    TWO,
    Lambda,
    N,
    P,
    features,
    gamma,
    q,
    rules_of,
    system_of,
    x,
    y,
)

from planaria.algebra.laurent import PRIME, Laurent, residue
from planaria.algebra.rational import Ratio
from planaria.derivations.equations import equal_loops as module
from planaria.derivations.equations.equal_loops import (
    _consistent_groups,
    _key,
    _Scalars,
    dependencies,
    schwinger_dyson,
)
from planaria.derivations.equations.planar_series import planar_series, random_point, spaces_of
from planaria.derivations.equations.propagator import Propagators
from planaria.derivations.equations.schwinger_dyson import SchwingerDyson, self_energy
from planaria.diagrams import Gaussian, Model

H = MatrixSymbol("H", N, N)
WIGNER = Model([Gaussian(H, variance=1 / N, kind="symmetric")])
f, g = symbols("f g", positive=True)
both = (gamma * Identity(N) + x * x.T + y * y.T).inv()
scaled = (gamma * Identity(N) + f * x * (g * Identity(P)) * x.T).inv()
rational = (gamma * Identity(N) + H * (f * Identity(N) + H * H).inv() * H).inv()
# One resolvent, written three times: the scalars stand at other places, and loops differ by them.
copies = (
    (gamma * Identity(N) + f * x * x.T).inv(),
    (gamma / f * Identity(N) + x * x.T).inv(),
    (Identity(N) + f / gamma * x * x.T).inv(),
)
other_side = (gamma * Identity(P) + f * x.T * x).inv()
SYSTEMS: list[tuple[str, tuple[Expr, ...], Model]] = [
    ("one resolvent", (q,), PLAIN),
    ("its square", (q * q,), PLAIN),
    ("two readings", (q, Lambda * q), CORRELATED),
    ("a product with a covariance", (q * Lambda * q,), CORRELATED),
    ("two fields", (both,), TWO),
    ("two fields, one at each side", (x.T * both * y,), TWO),
    ("scalars in the pencil", (scaled * scaled,), PLAIN),
    ("copies that differ by f", copies[:2], PLAIN),
    ("three copies", (*copies, (g * gamma * Identity(N) + g * f * x * x.T).inv()), PLAIN),
    ("a product of copies", (copies[0] * copies[2],), PLAIN),
    ("copies on both sides", (copies[0] * x * other_side * x.T,), PLAIN),
    ("features", (features,), FEATURES),
    ("a ladder of features", (features * features,), FEATURES),
    ("a symmetric field", ((gamma * Identity(N) + H).inv(),), WIGNER),
    ("a rational function of one", (rational,), WIGNER),
]
IDS = [name for name, _, _ in SYSTEMS]


@pytest.fixture(params=SYSTEMS, ids=IDS)
def system(request: Any) -> SchwingerDyson:
    _, expressions, model = request.param
    return system_of(*expressions, model=model)


def series_at(system: SchwingerDyson, seed: int) -> tuple[tuple[Laurent, ...], list[Any]]:
    """The planar loops at a point that the identification has not seen, and the scales there."""
    rules = system.rules
    point = random_point(rules.setting, spaces_of(rules), seed=seed)
    solution = planar_series(rules, system.loops, system.terms, point, 9)
    values = [point.values.get(one, fmpq(0)) for one in rules.setting.ring.generators]
    return solution.loops, [scale.at(values) for scale in system.scales]


@pytest.mark.parametrize("seed", [5, 6])
def test_loops_of_a_class_are_proportional_and_others_are_not(system: SchwingerDyson, seed: int) -> None:
    series, scales = series_at(system, seed)
    first: dict[Any, int] = {}
    for n, symbol in enumerate(system.symbols):
        if symbol is None:
            assert series[n].vanishes()
            continue
        assert not series[n].vanishes()
        one = first.setdefault(symbol, n)
        assert (series[n] - series[one] * Laurent.of([scales[n]])).vanishes()
    for symbol, n in first.items():
        assert system.scales[n].is_one
        for other, m in first.items():
            if other != symbol and system.loops[n].space == system.loops[m].space:
                assert not equal(series[n], series[m])


def equal(one: Laurent, other: Laurent) -> bool:
    return one.low == other.low and (one - other).vanishes()


def test_classes_are_numbered_in_order(system: SchwingerDyson) -> None:
    names = [str(symbol) for symbol in system.unknowns]
    assert sorted(names, key=lambda name: int(name[2:])) == [f"T_{k}" for k in range(1, len(names) + 1)]
    assert set(system.unknowns) <= set(system.ring.generators)
    assert len(system.loops) == len(system.symbols) == len(system.scales)
    extra = set(system.ring.generators) - set(system.rules.setting.ring.generators)
    assert extra == set(system.unknowns)


def test_how_many_classes_there_are() -> None:
    """By hand: a resolvent has one loop in each space; its square has two more, the ladder's."""
    counts = {name: len(system_of(*expressions, model=model).unknowns) for name, expressions, model in SYSTEMS}
    assert counts["one resolvent"] == 2
    assert counts["its square"] == 4
    assert counts["features"] == 4
    assert counts["copies that differ by f"] == counts["three copies"] == 2
    assert counts["a product of copies"] == counts["copies on both sides"] == 4
    assert counts["a symmetric field"] == 1
    assert counts["two fields"] <= 3
    for name, expressions, model in SYSTEMS:
        system = system_of(*expressions, model=model)
        if "square" in name or "ladder" in name or "scalars" in name:
            assert len(system.unknowns) < len(system.loops)


def test_two_copies_differ_by_a_scalar() -> None:
    """f and g stand at different places in two copies of one resolvent, or the loops are equal as they are."""
    system = system_of(scaled * scaled, model=PLAIN)
    assert len(system.unknowns) == 4
    series, scales = series_at(system, 9)
    for n, symbol in enumerate(system.symbols):
        if symbol is not None and scales[n] != 1:
            first = system.symbols.index(symbol)
            assert series[n].polynomial[0] == scales[n] * series[first].polynomial[0]


def test_scales_are_scalars_of_the_model() -> None:
    system = system_of(*copies, model=PLAIN)
    scales = {str(one) for one in system.scales if not one.is_one}
    assert scales
    assert all(one.support() <= {f, gamma} for one in system.scales)


def test_a_ratio_that_is_no_scalar_keeps_a_loop_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each loop that is not equal to the first of its class stands alone, and none is lost."""
    right = system_of(*copies, model=PLAIN)
    monkeypatch.setattr(_Scalars, "find", lambda self, value: None)
    apart = system_of(*copies, model=PLAIN)
    assert [one is None for one in apart.symbols] == [one is None for one in right.symbols]
    assert all(scale.is_one for scale in apart.scales)
    assert len(right.unknowns) == 2
    assert len(apart.unknowns) == sum(symbol is not None for symbol in right.symbols) == 6


def test_loops_are_compared_by_seven_orders(monkeypatch: pytest.MonkeyPatch) -> None:
    """Far fewer orders propose too much, and the equations refine it: the classes are the same."""
    right = system_of(*copies, model=PLAIN)
    monkeypatch.setattr(module, "ORDERS", 3)
    again = system_of(*copies, model=PLAIN)
    assert again.symbols == right.symbols


def test_dependencies_are_those_of_the_formulas(system: SchwingerDyson) -> None:
    """An unknown depends on what its trace contains, as the formula of the propagator shows it."""
    propagators = Propagators(system)
    found = dependencies(system)
    assert set(found) == set(system.unknowns)
    for symbol, others in found.items():
        loop = system.representative(symbol)
        entry = loop.weight.to(system.ring) * propagators.entry(loop.space, loop.column, loop.row)
        assert others == entry.support() & set(system.unknowns)


# -- a grouping that is proposed wrongly ---------------------------------------------------------------------


def refined(
    expression: Expr, model: Model, groups: str, zeros: bool = False
) -> tuple[list[list[int]], SchwingerDyson]:
    rules = rules_of(expression, model=model)
    loops, terms = self_energy(rules)
    right = schwinger_dyson(rules)
    numbers = [n for n, symbol in enumerate(right.symbols) if symbol is not None]
    dead = [n for n, symbol in enumerate(right.symbols) if symbol is None]
    proposal = [numbers] if groups == "one" else [[n] for n in numbers]
    if zeros:
        dead, proposal = sorted([*numbers, *dead]), []
    return _consistent_groups(rules, loops, terms, proposal, dead, right.scales), right


def classes(system: SchwingerDyson) -> set[frozenset[int]]:
    found: dict[Any, set[int]] = {}
    for n, symbol in enumerate(system.symbols):
        if symbol is not None:
            found.setdefault(symbol, set()).add(n)
    return {frozenset(one) for one in found.values()}


@pytest.mark.parametrize(("expression", "model"), [(q * q, PLAIN), (features * features, FEATURES), (both, TWO)])
def test_loops_that_were_called_equal_are_parted(expression: Expr, model: Model) -> None:
    groups, right = refined(expression, model, "one")
    found = {frozenset(one) for one in groups}
    assert sum(map(len, groups)) == len(frozenset().union(*found))
    # all together is refined at least as far as the power series tell classes apart
    assert all(any(one <= other for other in classes(right)) for one in found)


@pytest.mark.parametrize(("expression", "model"), [(q * q, PLAIN), (features * features, FEATURES)])
def test_loops_that_were_called_zero_are_found_alive(expression: Expr, model: Model) -> None:
    groups, right = refined(expression, model, "one", zeros=True)
    alive = {n for one in groups for n in one}
    assert alive == {n for n, symbol in enumerate(right.symbols) if symbol is not None}
    assert all(any(set(one) <= other for other in classes(right)) for one in groups)


def test_what_is_consistent_is_kept() -> None:
    rules = rules_of(features * features, model=FEATURES)
    loops, terms = self_energy(rules)
    right = schwinger_dyson(rules)
    groups = [sorted(one) for one in classes(right)]
    zeros = [n for n, symbol in enumerate(right.symbols) if symbol is None]
    assert _consistent_groups(rules, loops, terms, groups, zeros, right.scales) == groups


# -- the pieces ----------------------------------------------------------------------------------------------


def test_the_key_is_that_of_a_class() -> None:
    rules = rules_of(q, model=PLAIN)
    loops, _ = self_energy(rules)
    t = Laurent.of([2, 4, 6], low=1, high=4)
    half, other, shifted = (
        t * Laurent.of([fmpq(1, 2)]),
        Laurent.of([2, 4, 5], low=1, high=4),
        Laurent.of([2, 4, 6]),
    )
    assert _key(t, loops[0]) == _key(half, loops[0])
    assert _key(t, loops[0]) != _key(other, loops[0])
    assert _key(t, loops[0]) != _key(shifted, loops[0])
    elsewhere = next(one for one in loops if one.space != loops[0].space)
    assert _key(t, loops[0]) != _key(t, elsewhere)


def test_scalars_are_recognised_by_their_value() -> None:
    rules = rules_of(scaled, model=PLAIN)
    point = random_point(rules.setting, spaces_of(rules), seed=1)
    scalars = _Scalars(rules, point)
    values = [point.values.get(one, fmpq(0)) for one in rules.setting.ring.generators]
    present: list[Ratio] = []
    for _, entry in rules.entries:
        present += [vertex.left for vertex in entry.vertices] + ([entry.constant] if entry.constant else [])
    assert any(one.support() for one in present)
    for a in present:
        for b in present:
            quotient = a / b
            for one in (a, quotient, -quotient, quotient * quotient, a * b):
                assert scalars.find(residue(one.at(values), PRIME)) == one
    assert scalars.find(residue(fmpq(104729, 7919), PRIME)) is None
    assert scalars.find(residue(fmpq(1), PRIME)) == rules.setting.ring.one


def test_eigenvalues_are_no_scalars() -> None:
    rules = rules_of((Lambda + x * x.T).inv(), model=CORRELATED)
    point = random_point(rules.setting, spaces_of(rules), seed=1)
    eigenvalues = {symbol for _, symbol in rules.setting.matrices}
    assert eigenvalues
    assert all(not one.support() & eigenvalues for one in _Scalars(rules, point)._table.values())


def test_points_differ_from_seed_to_seed() -> None:
    rules = rules_of(q, model=PLAIN)
    assert random_point(rules.setting, spaces_of(rules), 1) != random_point(rules.setting, spaces_of(rules), 2)
