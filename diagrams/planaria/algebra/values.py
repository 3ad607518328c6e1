"""Values that travel: what they are made of is pickled and copied, what was computed from it is not.

A frozen dataclass keeps cached results beside its fields. Among them are hashes, which differ from process to
process, compiled functions and polynomials of python-flint, which do not pickle. And sympy evaluates again what it
unpickles: ``Eq(Delta, 0)`` for a positive Delta would arrive as ``False``.
"""

from __future__ import annotations

from dataclasses import MISSING, dataclass, fields
from typing import Any, Self

from sympy import Add, Basic, Mul, Pow
from sympy.core.relational import Relational

__all__ = ["CACHE", "Immutable", "Measured", "Portable"]

CACHE = {"cache": True}  # metadata of a dataclass field that neither travels nor counts: its factory makes it anew


class Immutable:
    """What cannot change is its own copy."""

    __slots__ = ()

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: Any) -> Self:
        return self


class Portable:
    """The base of frozen dataclasses: fields travel as they are, and nothing else does.

    >>> from copy import copy
    >>> from functools import cached_property
    >>> from sympy import Eq, Expr, Symbol
    >>> @dataclass(frozen=True)
    ... class Claim(Portable):
    ...     equation: Expr
    ...     @cached_property
    ...     def text(self):
    ...         return str(self.equation)
    >>> claim = Claim(Eq(Symbol("Delta", positive=True), 0, evaluate=False))
    >>> claim.text
    'Eq(Delta, 0)'
    >>> vars(copy(claim))
    {'equation': Eq(Delta, 0)}
    """

    def __getstate__(self) -> dict[str, Any]:
        state = {}
        for one in fields(self):  # type: ignore[arg-type]  # every subclass is a dataclass
            if "cache" not in one.metadata:
                state[one.name] = _packed(getattr(self, one.name))
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        own = vars(self)
        own.update((name, _unpacked(value)) for name, value in state.items())
        for one in fields(self):  # type: ignore[arg-type]
            if "cache" in one.metadata and one.default_factory is not MISSING:
                own[one.name] = one.default_factory()


class Measured(Portable):
    """A value with numbers that may be NaN, which is equal to itself here: give its dataclass ``eq=False``."""

    def __eq__(self, other: object) -> bool:
        if other.__class__ is not self.__class__:
            return NotImplemented
        return self._compared() == other._compared()  # type: ignore[no-any-return]

    def __hash__(self) -> int:
        return hash(self._compared())

    def _compared(self) -> Any:
        own = (getattr(self, one.name) for one in fields(self) if one.compare)  # type: ignore[arg-type]
        return tuple(_comparable(value) for value in own)


def _comparable(value: Any) -> Any:
    if isinstance(value, dict):
        return frozenset((key, _comparable(one)) for key, one in value.items())
    if isinstance(value, tuple):
        return tuple(map(_comparable, value))
    return "nan" if not isinstance(value, (str, Basic)) and value != value else value


@dataclass(frozen=True)
class _Unevaluated:
    """A node of a sympy tree that sympy would not make of its arguments."""

    kind: type[Basic]
    arguments: tuple[Any, ...]

    def made(self) -> Basic:
        arguments = map(_unpacked, self.arguments)
        if issubclass(self.kind, (Add, Mul, Pow, Relational)):
            return self.kind(*arguments, evaluate=False)
        return self.kind(*arguments)


def _packed(value: Any) -> Any:
    if isinstance(value, Basic):
        return _tree(value)
    if type(value) is tuple:
        return tuple(map(_packed, value))
    if type(value) is dict:
        return {key: _packed(one) for key, one in value.items()}
    return value


def _unpacked(value: Any) -> Any:
    if isinstance(value, _Unevaluated):
        return value.made()
    if type(value) is tuple:
        return tuple(map(_unpacked, value))
    if type(value) is dict:
        return {key: _unpacked(one) for key, one in value.items()}
    return value


def _tree(node: Basic) -> Basic | _Unevaluated:
    """A sympy tree as it is where sympy makes it again of its arguments; else with the nodes told apart."""
    if not node.args:
        return node
    arguments = tuple(_tree(one) if isinstance(one, Basic) else one for one in node.args)
    changed = any(a is not b for a, b in zip(arguments, node.args, strict=True))
    return _Unevaluated(node.func, arguments) if changed or node.func(*node.args) != node else node
