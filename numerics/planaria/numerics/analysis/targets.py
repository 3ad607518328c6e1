"""What goes where: limits as they are asked for, as functions of one small variable."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sympy import Expr, Rational, Symbol, oo

from planaria.algebra.errors import InputError, described, unknown_name
from planaria.derivations.derivation import Derivation
from planaria.numerics.analysis.approach import SMALL
from planaria.numerics.points.problem import parameters_of

__all__ = ["Target", "targets_of"]


@dataclass(frozen=True)
class Target:
    """A limit: how everything moves in the small variable.

    Attributes
    ----------
    moving
        Functions of `SMALL`, and of parameters.
    about
        In words.
    variable
        What the small variable is in the quantities that were named.
    paths
        For several limits at once, further ways on which the same is to come out.
    """

    moving: Mapping[Symbol, Expr]
    about: str
    variable: Expr
    paths: tuple[Mapping[Symbol, Expr], ...] = ()


def targets_of(derivation: Derivation, limits: Mapping[str, Any], ratios: Mapping[str, Any]) -> Target:
    """Read limits such as ``{"gamma": 0}``, ``{"N": "oo"}``, ``{"gamma_2": "gamma_1"}``, ratios ``{"N/P": 2}``.

    A ratio holds on the way. Two dimensions in a ratio, and nothing else, go to infinity together.

    Raises InputError for names that the quantity does not have, and for what is no limit.
    """
    known = {str(s): s for s in parameters_of(derivation)}
    spaces = derivation.rules.setting.spaces
    running = {s: name for name, one in derivation.closed_form.sums for s in one.space.free_symbols}
    if not limits and not ratios:
        raise InputError("limit", "nothing is asked for", 'give gamma=0, or N="oo"')
    pairs = [_pair(text, value, known) for text, value in ratios.items()]
    limits = dict(limits)
    if not limits:
        (one, other, _), *_ = pairs
        if one not in spaces or other not in spaces:
            raise InputError(f"limit {one}/{other}", "a ratio alone is no limit", f"add {one}=0 or {one}=oo")
        limits = {str(other): "oo"}
    moving: dict[Symbol, Expr] = {}
    words = []
    powers = [[SMALL**k for k in way] for way in _ways(len(limits))]
    for name, target in limits.items():
        if name not in known:
            raise unknown_name("limit", "parameter", name, sorted(known))
        symbol, to = known[name], _target(name, target, known)
        if symbol in spaces and to != oo:
            raise InputError(
                f"limit of {name}", f"{name} is a dimension, which goes to infinity alone", f"give {name}=oo"
            )
        moving[symbol] = 1 / SMALL if to == oo else to + SMALL
        words.append(f"{name} -> {to}")
    first, *others = [
        {s: e.subs(SMALL, power) for (s, e), power in zip(moving.items(), way, strict=True)} for way in powers
    ]
    for way in (first, *others):
        for one, other, ratio in pairs:
            if one in way and other in way:
                raise InputError(f"limit {one}/{other}", "both have a limit of their own", "leave one of them out")
            if one in way:
                way[other] = way[one] / ratio
            else:
                way[one] = ratio * way.get(other, other)
    words += [f"{one}/{other} = {ratio}" for one, other, ratio in pairs]
    for symbol in first:
        if symbol in running:
            problem = f"the sum {running[symbol]} runs over {symbol}, and its eigenvalues would change with it"
            raise InputError(f"limit of {symbol}", problem, f"evaluate at {symbol}=oo where they follow a law")
    ((name, target), *_) = limits.items()
    to = _target(name, target, known)
    variable = 1 / known[name] if to == oo else known[name] - to
    return Target(first, ", ".join(words), variable, tuple(others))


def _ways(count: int) -> list[tuple[int, ...]]:
    """Powers of the small variable with which several limits are approached."""
    if count == 1:
        return [(1,)]
    return [(1,) * count, *(tuple(4 if k == n else 1 for k in range(count)) for n in range(count))]


def _target(name: str, value: Any, known: Mapping[str, Symbol]) -> Expr:
    text = str(value).strip()
    if text in ("oo", "inf", "infinity"):
        return oo
    if text in known and text != name:
        return known[text]
    return _number(f"limit of {name}", value, "give 0, oo, a number, or another parameter")


def _number(place: str, value: Any, remedy: str) -> Expr:
    if isinstance(value, bool):
        raise InputError(place, f"{described(value)} is no limit", remedy)
    try:
        return Rational(str(value).strip())
    except (TypeError, ValueError, ZeroDivisionError):
        raise InputError(place, f"{described(value)} is no limit", remedy) from None


def _pair(text: str, value: Any, known: Mapping[str, Symbol]) -> tuple[Symbol, Symbol, Expr]:
    """Two parameters and their ratio, which is a number or a new name."""
    names = [one.strip() for one in text.split("/")]
    if len(names) != 2:
        raise InputError(f"ratio {text}", "it is none of two parameters", "write it as N/P")
    for name in names:
        if name not in known:
            raise unknown_name(f"ratio {text}", "parameter", name, sorted(known))
    word = str(value).strip()
    if word.isidentifier() and word not in known:
        ratio: Expr = Symbol(word, positive=True)
    else:
        ratio = _number(f"ratio {text}", value, "give a positive number, or a name that is free")
        if not ratio.is_positive:
            raise InputError(f"ratio {text}", f"{value} is not positive", "give a positive number")
    return known[names[0]], known[names[1]], ratio
