"""Names for what elimination found: provisional symbols become the letters of the field."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain

from sympy import Expr, Symbol

from planaria.derivations.elimination.reduced import Reduced
from planaria.derivations.equations.schwinger_dyson import SchwingerDyson
from planaria.derivations.equations.spectral_sums import Factor, SpectralSum
from planaria.derivations.equations.spectral_symbols import sum_name

__all__ = ["final_names", "normalised_loops"]


def final_names(reduced: Reduced, system: SchwingerDyson, used: Iterable[Symbol]) -> dict[Symbol, Symbol]:
    """A letter for every provisional symbol that occurs, none of them met elsewhere in the model.

    Poles are Delta (the renormalised ridge), other coefficients of denominators kappa, propagators of scalar
    index lines g with their space, sums S_bb over a pole, R_ab with the pole in the numerator, moments t_k.
    """
    occurring = set(used)
    taken = {str(g) for g in system.rules.setting.ring.generators}
    names: dict[Symbol, Symbol] = {}
    true_poles = _true_poles(reduced)

    def give(symbol: Symbol, wish: str, alternatives: Iterable[str]) -> None:
        for name in chain([wish], alternatives):
            if name not in taken:
                taken.add(name)
                names[symbol] = Symbol(name)
                return
        raise AssertionError("the alternatives never end")

    def numbered(stem: str) -> Iterable[str]:
        number = 1
        while True:
            yield f"{stem}_{number}"
            number += 1

    poles = [p for p in reduced.poles if p in occurring]
    for stem, group in (
        ("Delta", [p for p in poles if p in true_poles]),
        ("kappa", [p for p in poles if p not in true_poles]),
    ):
        for number, pole in enumerate(group, start=1):
            give(pole, stem if len(group) == 1 else f"{stem}_{number}", numbered(stem))
    for kept in reduced.kept:
        if kept in occurring:
            space = system.representative(kept).space
            stem = f"g_{space}" if kept in normalised_loops(reduced, system) else f"tau_{space}"
            give(kept, stem, numbered(stem))
    several = len({s.factors[0][0] for s in reduced.sums if s.factors}) > 1
    for spectral_sum, symbol in reduced.sums.items():
        if symbol in occurring:
            wish = _sum_name(spectral_sum, names, several)
            give(symbol, wish, numbered(wish))
    return names


def normalised_loops(reduced: Reduced, system: SchwingerDyson) -> dict[Symbol, Expr]:
    """Kept loops that are a dimension times one propagator, with that dimension."""
    result: dict[Symbol, Expr] = {}
    for kept in reduced.kept:
        loop = system.representative(kept)
        if loop.weight.is_one and not system.rules.eigenvalues_of(loop.space):
            result[kept] = loop.space
    return result


def _true_poles(reduced: Reduced) -> set[Symbol]:
    found: set[Symbol] = set()
    for spectral_sum in reduced.sums:
        for factor, _ in spectral_sum.factors:
            if factor.is_pole and factor.coefficients and isinstance(factor.coefficients[0][1], Symbol):
                found.add(factor.coefficients[0][1])
    return found


def _sum_name(one: SpectralSum, names: dict[Symbol, Symbol], several: bool) -> str:
    suffix = ""
    if several:
        labels = [_label(factor, names) for factor, _ in one.factors]
        suffix = "".join(labels) if all(labels) else ""
    return sum_name(one.exponents, one.factors, suffix, scaled=bool(one.scale))


def _label(factor: Factor, names: dict[Symbol, Symbol]) -> str:
    """The number of a pole, such as 2 of Delta_2; empty for one that has none."""
    unknown = SpectralSum(factor.space, factor.eigenvalues, factor.leading, ((factor, 1),)).unknowns
    labels = [str(names[s]) for s in unknown if s in names]
    return labels[0].rpartition("_")[2] if labels and "_" in labels[0] else ""
