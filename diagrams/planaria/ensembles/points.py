"""What an evaluation over arrays answers: numbers, how far each is known, and why one is missing."""

from __future__ import annotations

from enum import Enum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from planaria.ensembles.verdicts.reasons import Reason

__all__ = ["PointArray", "PointStatus"]


class PointStatus(Enum):
    """What became of a point, with the remedy where there is no number.

    >>> PointStatus.IN_THE_SPECTRUM.remedy
    'move the spectral parameter outside of the spectrum, or raise the ridge'
    """

    OK = "ok"
    IN_THE_SPECTRUM = "in the spectrum"
    PATH_ENDS = "path ends"
    SINGULAR = "singular"
    NOT_SOLVED = "not solved"
    NO_LAW = "no law"
    OUT_OF_RANGE = "out of range"

    @property
    def meaning(self) -> str:
        """What it says, in words."""
        return _SENTENCES[self][0]

    @property
    def remedy(self) -> str:
        """What would be right; empty for what is right."""
        return _SENTENCES[self][1]

    @classmethod
    def of(cls, refusal: Exception) -> PointStatus:
        """What an error says of its point.

        >>> from planaria.ensembles.verdicts.reasons import RefusedError
        >>> PointStatus.of(RefusedError(Reason.PATH_ENDS, strength=0.5)), PointStatus.of(ValueError())
        (<PointStatus.PATH_ENDS: 'path ends'>, <PointStatus.NOT_SOLVED: 'not solved'>)
        """
        return _OF_REASONS.get(getattr(refusal, "reason", None), cls.NOT_SOLVED)


_OF_REASONS: dict[Any, PointStatus] = {
    Reason.IN_THE_SPECTRUM: PointStatus.IN_THE_SPECTRUM,
    Reason.ON_A_CUT: PointStatus.IN_THE_SPECTRUM,
    Reason.IN_A_SUPPORT: PointStatus.IN_THE_SPECTRUM,
    Reason.PATH_ENDS: PointStatus.PATH_ENDS,
    Reason.SINGULAR: PointStatus.SINGULAR,
    Reason.NO_LAW: PointStatus.NO_LAW,
    Reason.OUT_OF_RANGE: PointStatus.OUT_OF_RANGE,
}

_SENTENCES = {
    PointStatus.OK: ("the unreduced equations confirm the number", ""),
    PointStatus.IN_THE_SPECTRUM: (
        "the equations have a solution there that no matrix has",
        Reason.IN_THE_SPECTRUM.remedy,
    ),
    PointStatus.PATH_ENDS: (
        "the solution that begins at the bare propagators ends before the full strength of the fields",
        Reason.PATH_ENDS.remedy,
    ),
    PointStatus.SINGULAR: (
        "the closed form divides by zero there",
        f"{Reason.SINGULAR.remedy}, or take a limit",
    ),
    PointStatus.NOT_SOLVED: (
        "no solution was found and confirmed",
        "evaluate the point by itself, which says why",
    ),
    PointStatus.NO_LAW: (Reason.NO_LAW.problem, Reason.NO_LAW.remedy),
    PointStatus.OUT_OF_RANGE: (Reason.OUT_OF_RANGE.problem, Reason.OUT_OF_RANGE.remedy),
}


class PointArray(np.ndarray):
    """An array of numbers that knows how far each is known.

    It counts as the array of its values: what is computed from it is a plain array. What is taken out of it by an
    index, and its reshaped and copied forms, keep errors and statuses.

    >>> found = PointArray.of([1.5, float("nan")], [1e-12, float("nan")], [PointStatus.OK, PointStatus.NOT_SOLVED])
    >>> found[1:].status[0].remedy, found + 1
    ('evaluate the point by itself, which says why', array([2.5, nan]))

    Attributes
    ----------
    errors
        An estimate of the error of each number, absolute: what rounding, and eigenvalues that were taken together,
        may have done to it, amplified as the slowest mode of the equations is. It is no proven bound, and says
        nothing of effects of finite size. nan where there is no number.
    status
        A `PointStatus` for each, as an array of objects.
    """

    errors: NDArray[np.float64]
    status: NDArray[Any]

    @classmethod
    def of(cls, values: Any, errors: Any, status: Any) -> PointArray:
        """The array of these values; all three have one shape."""
        plain = np.asarray(values)
        found = np.array(plain, dtype=complex if np.iscomplexobj(plain) else float).view(cls)
        found.errors = np.array(errors, dtype=float)
        found.status = np.empty(found.shape, dtype=object)
        found.status[...] = np.array(status, dtype=object).reshape(found.shape)
        return found

    @property
    def values(self) -> NDArray[Any]:
        """The numbers as a plain array, complex at complex parameters; nan where there is none."""
        return self.view(np.ndarray)

    def _like(self, change: Any) -> PointArray:
        return PointArray.of(change(self.values), change(self.errors), change(self.status))

    def __getitem__(self, key: Any) -> Any:
        found = self.values[key]
        if not isinstance(found, np.ndarray):
            return found
        return PointArray.of(found, self.errors[key], self.status[key])

    def __array_wrap__(self, array: Any, context: Any = None, return_scalar: bool = False) -> Any:
        plain = np.asarray(array)
        return plain[()] if return_scalar else plain

    def __array_function__(self, function: Any, types: Any, arguments: Any, options: Any) -> Any:
        return function(*_plain(arguments), **_plain(options))

    def __iter__(self) -> Any:
        return (self[n] for n in range(len(self)))

    def reshape(self, *shape: Any, **options: Any) -> Any:
        """The same points in another shape."""
        return self._like(lambda one: one.reshape(*shape, **options))

    def ravel(self, *arguments: Any) -> Any:
        """The same points in one row."""
        return self._like(lambda one: one.ravel(*arguments))

    def copy(self, *arguments: Any) -> Any:
        """The same points in memory of their own."""
        return self._like(lambda one: one.copy())

    def __copy__(self) -> Any:
        return self.copy()

    def __deepcopy__(self, memo: Any) -> Any:
        return self.copy()

    def transpose(self, *axes: Any) -> Any:
        """The same points with other axes first."""
        return self._like(lambda one: one.transpose(*axes))

    @property
    def T(self) -> Any:
        """The same points with the axes in reverse."""
        return self.transpose()

    def round(self, decimals: Any = 0, out: Any = None) -> Any:
        """The values, rounded: a plain array."""
        return self.values.round(decimals, out)

    def astype(self, *arguments: Any, **options: Any) -> Any:
        """The values in another type: a plain array."""
        return self.values.astype(*arguments, **options)

    def __reduce__(self) -> Any:
        return PointArray.of, (self.values, self.errors, self.status)


def _plain(arguments: Any) -> Any:
    """Arguments of a function of numpy with plain arrays in them."""
    if isinstance(arguments, PointArray):
        return arguments.values
    if isinstance(arguments, (list, tuple)):
        return type(arguments)(map(_plain, arguments))
    return {key: _plain(one) for key, one in arguments.items()} if isinstance(arguments, dict) else arguments
