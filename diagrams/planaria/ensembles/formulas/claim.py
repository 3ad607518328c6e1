"""A claim: what somebody says that a quantity is, with names of their own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from planaria.algebra.errors import InputError
from planaria.algebra.values import Portable
from planaria.ensembles.formulas.nodes import Node, names_of
from planaria.ensembles.formulas.writing import written

__all__ = ["Claim", "Definition", "OwnUnknown"]


@dataclass(frozen=True)
class Definition(Portable):
    """A name of somebody's own for a formula."""

    name: str
    formula: Node

    def __str__(self) -> str:
        return f"{self.name} = {written(self.formula)}"


@dataclass(frozen=True)
class OwnUnknown(Portable):
    """A name of somebody's own for what satisfies an equation."""

    name: str
    left: Node
    right: Node

    def __str__(self) -> str:
        return f"{self.name}: {written(self.left)} = {written(self.right)}"


@dataclass(frozen=True)
class Claim(Portable):
    """That a quantity is what a formula says, or that two formulas are equal.

    Attributes
    ----------
    right
        The formula.
    left
        What it is said to be equal to; None for the quantity itself.
    definitions
        Names of formulas, each after those that it needs.
    unknowns
        Names of what is given by equations.
    derived
        Those of the names that are no writing of somebody's: what another derivation gives.
    """

    right: Node
    left: Node | None = None
    definitions: tuple[Definition, ...] = ()
    unknowns: tuple[OwnUnknown, ...] = ()
    derived: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        """Raises InputError for a name that has two meanings, and for definitions in a circle."""
        names = [*(one.name for one in self.definitions), *(one.name for one in self.unknowns)]
        for name in names:
            if names.count(name) > 1:
                raise InputError(f"--let {name}", "the name is given twice", "give each name once")
        object.__setattr__(self, "definitions", _in_order(self.definitions))

    def __str__(self) -> str:
        return written(self.right) if self.left is None else f"{written(self.left)} = {written(self.right)}"

    @property
    def own(self) -> frozenset[str]:
        """The names of somebody's own."""
        return frozenset(one.name for one in self.definitions) | {one.name for one in self.unknowns}

    @property
    def lets(self) -> tuple[str, ...]:
        """The names that somebody gave, with their formulas and equations, as texts."""
        own = [str(one) for one in self.definitions if one.name not in self.derived]
        return (*own, *(str(one) for one in self.unknowns if one.name not in self.derived))

    def trees(self) -> Iterator[tuple[str, Node]]:
        """Every formula, with its place for errors."""
        for one in self.definitions:
            yield f"--let {one.name}", one.formula
        for each in self.unknowns:
            yield f"--let {each.name}", each.left
            yield f"--let {each.name}", each.right
        if self.left is not None:
            yield "FORMULA", self.left
        yield "FORMULA", self.right

    def with_definition(self, name: str, formula: Node) -> Claim:
        """The claim with another formula for a name of its own."""
        changed = (replace(one, formula=formula) if one.name == name else one for one in self.definitions)
        return replace(self, definitions=tuple(changed))


def _in_order(definitions: tuple[Definition, ...]) -> tuple[Definition, ...]:
    own: Mapping[str, Definition] = {one.name: one for one in definitions}
    needs = {name: names_of(one.formula) & own.keys() for name, one in own.items()}
    found: dict[str, Definition] = {}
    while len(found) < len(own):
        ready = [name for name in own if name not in found and needs[name] <= found.keys()]
        if not ready:
            (name, *_) = (one for one in own if one not in found)
            raise InputError(
                f"--let {name}",
                "its formula needs itself",
                f"give the equation that it satisfies: '{name}: ... = ...'",
            )
        found |= {name: own[name] for name in ready}
    return tuple(found.values())
