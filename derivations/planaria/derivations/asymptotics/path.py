"""A path to infinity, as it is asked for: what grows last, what is held, and in which order limits are taken."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from sympy import Expr, Integer, MatrixExpr, Symbol, oo

from planaria.algebra.errors import InputError, unknown_name
from planaria.algebra.values import Portable
from planaria.derivations.derivation import Derivation
from planaria.derivations.equations.schwinger_dyson import STRENGTH
from planaria.ensembles.text.grammar import parse_expression

__all__ = ["Held", "Limit", "Path", "path_names", "read_path"]

OPTIMUM = "optimum"
_WORD = re.compile(r"[A-Za-z_]\w*")


class Limit(StrEnum):
    """Where a symbol goes."""

    INFINITY = "oo"
    ZERO = "0"


@dataclass(frozen=True)
class Held(Portable):
    """What a symbol is along a path: a formula in others; a limit; or the optimum, where the value is None."""

    symbol: Symbol
    value: Expr | Limit | None

    def __str__(self) -> str:
        return f"{self.symbol} = {OPTIMUM if self.value is None else self.value}"


@dataclass(frozen=True)
class Path(Portable):
    """A path along which one symbol goes to a limit after others have.

    Attributes
    ----------
    symbol, limit
        What goes where last.
    held
        What was said of other symbols, in the order in which their limits are taken; what is not named is fixed.

    >>> from planaria.derivations import derive
    >>> print(read_path(derive("random-features", "loss"), "N", "gamma=0, P/N=2, M=oo"))
    N = oo; gamma = 0, P = 2*N, M = oo
    """

    symbol: Symbol
    limit: Limit
    held: tuple[Held, ...]

    @property
    def limits(self) -> tuple[tuple[Symbol, Limit], ...]:
        """What goes to a limit, the first first."""
        given = tuple((one.symbol, one.value) for one in self.held if isinstance(one.value, Limit))
        return (*given, (self.symbol, self.limit))

    @property
    def formulas(self) -> Mapping[Symbol, Expr]:
        return {one.symbol: one.value for one in self.held if isinstance(one.value, Expr)}

    @property
    def optimised(self) -> Symbol | None:
        return next((one.symbol for one in self.held if one.value is None), None)

    def __str__(self) -> str:
        held = ", ".join(map(str, self.held))
        return f"{self.symbol} = {self.limit}" + (f"; {held}" if held else "")


def path_names(derivation: Derivation) -> dict[str, Symbol]:
    """The dimensions and parameters that a path may name."""
    closed, setting = derivation.closed_form, derivation.rules.setting
    own = {u.symbol for u in closed.unknowns} | {symbol for symbol, _ in closed.sums} | {STRENGTH}
    own |= {symbol for _, symbol in setting.matrices}
    formulas = [*closed.ring.generators, *setting.ring.generators, *setting.spaces, *derivation.defaults]
    found = {s for one in formulas for s in one.free_symbols}
    found |= {s for _, spectrum in setting.model.spectra for s in spectrum.free_symbols}
    return {str(s): s for s in sorted(found - own, key=str) if isinstance(s, Symbol)}


def read_path(derivation: Derivation, symbol: str, given: str | Mapping[str, object] = "") -> Path:
    """The path of ``symbol``, and what is given of others, as text or as a mapping.

    Parameters
    ----------
    symbol
        ``"N"`` goes to infinity; ``"gamma=0"`` to zero.
    given
        ``"gamma=0, P=oo"``, the first limit being taken first; ``P/N=2``, ``gamma=1/N`` along the path;
        ``gamma=optimum``. What is not named is fixed.

    Raises InputError for unknown names, for what is given twice, and for what is no path.
    """
    names = path_names(derivation)
    spaces = {str(one) for one in derivation.rules.setting.spaces}
    last, limit = _target(symbol, names)
    held = [_held(lhs, rhs, names, spaces, last) for lhs, rhs in _pairs(given)]
    said = [one.symbol for one in held]
    for one in said:
        if one == last:
            raise InputError("--given", f"{one} is what scales", "leave it out, or give it by another symbol")
        if said.count(one) > 1:
            raise InputError("--given", f"{one} is given twice", "give it once")
    if sum(one.value is None for one in held) > 1:
        raise InputError("--given", "there are two optima", "ask for the optimum in one parameter")
    moving = {one.symbol for one in held if isinstance(one.value, Expr)}
    for one in held:
        used = one.value.free_symbols & moving if isinstance(one.value, Expr) else ()
        if used:
            raise InputError(
                "--given", f"{one} uses {min(map(str, used))}, which is given by a formula", "write it out"
            )
    return Path(last, limit, tuple(held))


def _target(text: str, names: Mapping[str, Symbol]) -> tuple[Symbol, Limit]:
    name, _, where = (part.strip() for part in text.replace("->", "=").partition("="))
    if where not in ("", "oo", "0"):
        raise InputError("--scaling", f"{text} is no limit", "give a symbol, as N, or N=oo, or gamma=0")
    return _symbol(name, names, "--scaling"), Limit.ZERO if where == "0" else Limit.INFINITY


def _pairs(given: str | Mapping[str, object]) -> list[tuple[str, str]]:
    if isinstance(given, Mapping):
        return [(str(name), str(value)) for name, value in given.items()]
    found = []
    for part in filter(None, (one.strip() for one in given.split(","))):
        left, sign, right = part.replace("->", "=").partition("=")
        if not sign or not left.strip() or not right.strip() or "=" in right:
            raise InputError("--given", f"'{part}' is no statement", "write NAME=VALUE: gamma=0, P=oo, P/N=2")
        found.append((left.strip(), right.strip()))
    return found


def _held(left: str, right: str, names: Mapping[str, Symbol], spaces: Collection[str], last: Symbol) -> Held:
    over: Expr = Integer(1)
    if "/" in left:
        left, _, below = (part.strip() for part in left.partition("/"))
        over = _symbol(below, names, "--given")
        if left == str(last) and isinstance(over, Symbol):  # N/P = 2 says what P is
            return Held(over, last / _formula(right, names, spaces))
    symbol = _symbol(left, names, "--given")
    if over == 1 and right == OPTIMUM:
        return Held(symbol, None)
    if over == 1 and right in ("oo", "0", str(oo)):
        return Held(symbol, Limit(right))
    if right in ("oo", "0", OPTIMUM):
        raise InputError("--given", f"a ratio cannot be {right}", f"take {left} to a limit: {left}=oo")
    return Held(symbol, over * _formula(right, names, spaces))


def _formula(text: str, names: Mapping[str, Symbol], spaces: Collection[str]) -> Expr:
    value = parse_expression(text, names, "--given", set(spaces))
    if isinstance(value, MatrixExpr) or not isinstance(value, Expr):
        raise InputError("--given", f"'{text}' is no scalar", "give a number or a formula")
    if value.is_number and not value.is_positive:
        raise InputError("--given", f"'{text}' is not positive", "give a positive number, or 0 or oo for a limit")
    return value


def _symbol(name: str, names: Mapping[str, Symbol], place: str) -> Symbol:
    if not _WORD.fullmatch(name):
        raise InputError(place, f"'{name}' is no name", "name a parameter or a dimension")
    if name not in names:
        raise unknown_name(place, "parameter or dimension", name, names)
    return names[name]
