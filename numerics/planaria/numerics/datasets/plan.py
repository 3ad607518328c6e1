"""What a sweep is to compute, as one value: everything that its numbers depend on, and what they are called."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from planaria.algebra.values import Portable
from planaria.diagrams.expressions.contents import contents_of
from planaria.ensembles.model import Model
from planaria.ensembles.text.model_data import Quantity
from planaria.numerics.datasets.grid import Grid
from planaria.numerics.datasets.tasks import Blocks

__all__ = ["Draws", "Plan", "Portion", "Region"]

Region = tuple[slice, ...]


@dataclass(frozen=True)
class Draws(Portable):
    """How often matrices are drawn at each point.

    Attributes
    ----------
    number
        Of draws at a point.
    seed
        Of all of them; each point has a seed of its own, made of this one and its place.
    chunk
        The shape of a block of draws: along the axes, and along the draws.
    """

    number: int
    seed: int
    chunk: tuple[int, ...]


@dataclass(frozen=True)
class Portion:
    """A block of points with their values, or, where `is_drawn`, of draws at points."""

    region: Region
    is_drawn: bool


@dataclass(frozen=True, eq=False)
class Plan(Portable):
    """Quantities, where they are evaluated, and how that is divided.

    Attributes
    ----------
    title
        Of the model.
    quantities
        By the names that their variables have.
    model
        With its spectra.
    meanings
        What parameters and dimensions are, by name.
    sizes
        The names of dimensions.
    chunk
        The shape of a block of points.
    draws
        None where nothing is drawn.
    """

    title: str
    quantities: Mapping[str, Quantity]
    model: Model
    meanings: Mapping[str, str]
    sizes: frozenset[str]
    grid: Grid
    chunk: tuple[int, ...]
    draws: Draws | None

    @property
    def blocks(self) -> Blocks:
        """Of points."""
        return Blocks(self.grid.shape, self.chunk)

    @property
    def drawn_blocks(self) -> Blocks | None:
        """Of draws."""
        if self.draws is None:
            return None
        return Blocks((*self.grid.shape, self.draws.number), self.draws.chunk)

    @property
    def tasks(self) -> int:
        """The number of tasks: first come the blocks of points, and then those of draws."""
        return len(self.blocks) + (0 if self.drawn_blocks is None else len(self.drawn_blocks))

    def portion(self, task: int) -> Portion:
        """What a task is."""
        drawn = self.drawn_blocks
        if task < len(self.blocks) or drawn is None:
            return Portion(self.blocks.region(task), is_drawn=False)
        return Portion(drawn.region(task - len(self.blocks)), is_drawn=True)

    @cached_property
    def needed(self) -> Mapping[str, frozenset[str]]:
        """The names that each quantity contains, whether they have numbers or not."""
        return {
            name: frozenset(str(one) for one in contents_of(quantity.expression, self.model).symbols)
            for name, quantity in self.quantities.items()
        }

    def is_complex(self, name: str) -> bool:
        """Whether a quantity contains a parameter that has complex numbers."""
        needed = self.needed[name]
        moving = (column for axis in self.grid.axes for key, column in axis.columns.items() if key in needed)
        fixed = (number.is_extended_real is False for key, number in self.grid.fixed.items() if key in needed)
        return any(map(np.iscomplexobj, moving)) or any(fixed)

    @cached_property
    def needed_for_draws(self) -> frozenset[str]:
        """The names that draws of all quantities take numbers for."""
        return frozenset().union(*self.needed.values())

    @property
    def draws_are_complex(self) -> bool:
        """Whether a parameter is complex, or a field has complex entries: one draw of a real mean may be, then."""
        if any(map(self.is_complex, self.quantities)):
            return True
        fields: set[Any] = {
            field for one in self.quantities.values() for field in contents_of(one.expression, self.model).fields
        }
        return any(field.law.conjugate != "itself" for field in fields)
