"""Which loops an equation contains."""

import random

import pytest
from flint import fmpq

from planaria.derivations import derive
from planaria.derivations.equations.equal_loops import dependencies
from planaria.derivations.equations.planar_series import Numbers, random_point, spaces_of
from planaria.ensembles.library import load_model


@pytest.mark.parametrize(
    ("model", "quantity"), [("random-features", "loss"), ("random-features", "gram_resolvent")]
)
def test_an_equation_contains_the_loops_that_change_it(model: str, quantity: str) -> None:
    file = load_model(model)
    system = derive(file.quantity(quantity).expression, file.model).system
    rules = system.rules
    numbers = Numbers(rules, system.loops, system.terms, random_point(rules.setting, spaces_of(rules), seed=5))
    scales = [numbers.number(scale, {}) for scale in system.scales]
    source = random.Random(1)
    base = {symbol: fmpq(source.randint(1, 10**4)) for symbol in system.unknowns}

    def image(values: dict) -> list:  # type: ignore[type-arg]
        pairs = zip(system.symbols, scales, strict=True)
        full = numbers.solve([fmpq(0) if symbol is None else values[symbol] * scale for symbol, scale in pairs])
        return [full[system.symbols.index(symbol)] for symbol in system.unknowns]

    found = dependencies(system)
    before = image(base)
    for symbol in system.unknowns:
        after = image({**base, symbol: base[symbol] + 7})
        changed = {one for one, old, new in zip(system.unknowns, before, after, strict=True) if old != new}
        assert changed == {one for one in system.unknowns if symbol in found[one]}
