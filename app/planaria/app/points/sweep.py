"""A quantity at many points: solved together where double precision is enough, and one by one where it is not."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from math import isfinite, prod
from typing import Any

from mpmath import mpf
from sympy import Expr, Symbol

from planaria.algebra.errors import InputError
from planaria.app.commands import in_flags
from planaria.app.points.numbers import decimal
from planaria.derivations.derivation import Derivation
from planaria.derivations.log_determinants import LogDetDerivation
from planaria.ensembles.verdicts.statuses import Status
from planaria.numerics.points.reading import is_beyond
from planaria.numerics.solving.evaluate import evaluate
from planaria.numerics.sweeps.arrays import evaluate_array

__all__ = ["REFUSED", "SWEEP_DIGITS", "Row", "Sweep"]

SWEEP_DIGITS = 9
"""Digits to which many points are solved together."""

_TOGETHER = 50  # points; between two lots progress is shown, and an interruption is heard
REFUSED = "refused"


@dataclass(frozen=True)
class Row:
    """One point: its numbers, and the value, or why there is none.

    Attributes
    ----------
    problem, remedy
        Empty where there is a value.
    """

    numbers: tuple[Expr, ...]
    value: str
    status: str
    problem: str = ""
    remedy: str = ""

    @property
    def reason(self) -> str:
        return f"{self.problem}; {self.remedy}" if self.problem else ""


@dataclass(frozen=True)
class Sweep:
    """What is evaluated, and where.

    Attributes
    ----------
    given
        One or several numbers for each symbol; the points are all combinations, the last symbol moves first.
    fixed
        Numbers of all other symbols.
    needed
        The symbols that the quantity contains; others make no difference.
    """

    derivation: Derivation | LogDetDerivation
    given: Mapping[Symbol, tuple[Expr, ...]]
    fixed: Mapping[Symbol, Expr]
    limits: Mapping[str, int]
    needed: frozenset[Symbol]
    digits: int

    def __len__(self) -> int:
        return prod(map(len, self.given.values()))

    @property
    def moving(self) -> tuple[Symbol, ...]:
        """The symbols that have several numbers."""
        return tuple(symbol for symbol, some in self.given.items() if len(some) > 1)

    def rows(self, progress: Callable[[int], object] = lambda done: None) -> Iterator[tuple[int, Row]]:
        """The rows with their places in the order of the points, each as it is known."""
        points = list(product(*self.given.values()))
        done = 0
        for lot in self._lots(points):
            values = self._together([points[place] for place in lot]) if len(lot) > 1 else [None]
            for place, value in zip(lot, values, strict=True):
                numbers = points[place]
                yield place, Row(numbers, value, Status.VERIFIED) if value is not None else self._alone(numbers)
                done += 1
                progress(done)

    def _lots(self, points: list[tuple[Expr, ...]]) -> Iterator[list[int]]:
        """Places of points that are solved together: those on which the spectra are the same."""
        alone = self.digits > SWEEP_DIGITS or bool(self.limits) or not set(self.moving) & self.needed
        spectral = self._spectral()
        fixed = [
            place for place, symbol in enumerate(self.given) if symbol in spectral or symbol not in self.needed
        ]
        groups: dict[Any, list[int]] = {}
        for place, numbers in enumerate(points):
            groups.setdefault(place if alone else tuple(numbers[one] for one in fixed), []).append(place)
        for group in groups.values():
            for start in range(0, len(group), _TOGETHER):
                yield group[start : start + _TOGETHER]

    def _spectral(self) -> set[Symbol]:
        """The symbols that spectra depend on."""
        found: set[Symbol] = set()
        for matrix, spectrum in self.derivation.model.spectra:
            if not spectrum.is_identity:
                found |= matrix.shape[0].free_symbols | spectrum.free_symbols
        return found

    def _together(self, points: list[tuple[Expr, ...]]) -> list[str | None]:
        """Values in double precision; None where it does not do."""
        columns = {s: [p[k] for p in points] for k, s in enumerate(self.given) if s in self.needed}
        if any(is_beyond(symbol, one) for symbol, column in columns.items() for one in column):
            return [None] * len(points)
        values: dict[Any, Any] = {
            symbol: column[0] if len(set(column)) == 1 else [float(one) for one in column]
            for symbol, column in columns.items()
        }
        try:
            found = evaluate_array(self.derivation, {**self._rest(), **values})
        except (InputError, OverflowError):  # of one point, or of a symbol that cannot be swept so
            return [None] * len(points)
        if found.shape != (len(points),):
            return [None] * len(points)
        return [decimal(mpf(float(one)), self.digits) if isfinite(one) else None for one in found]

    def _rest(self) -> dict[Symbol, Expr]:
        return {s: value for s, value in self.fixed.items() if s in self.needed and s not in self.given}

    def _alone(self, numbers: tuple[Expr, ...]) -> Row:
        here = {s: value for s, value in zip(self.given, numbers, strict=True) if s in self.needed}
        try:
            found = evaluate(
                self.derivation, {**self._rest(), **here}, digits=self.digits, limit=dict(self.limits) or None
            )
        except InputError as error:
            return Row(numbers, "", REFUSED, in_flags(error.problem), in_flags(error.remedy))
        return Row(numbers, decimal(found.value, self.digits), found.status)
