"""Why there is no number at a point: an enumeration, each with its sentence and its remedy."""

from __future__ import annotations

from enum import Enum

from planaria.algebra.errors import InputError

__all__ = ["Reason", "RefusedError"]

_OUTSIDE = "move the spectral parameter outside of the spectrum, or raise the ridge"
_AWAY = "move away from the singular point"


class Reason(Enum):
    """Why a point is refused; its value is its name in words.

    >>> Reason.PATH_ENDS.remedy == Reason.IN_THE_SPECTRUM.remedy
    True
    >>> Reason.DIGITS.problem
    '{digits} digits do not stand even at {working} digits of precision'
    """

    IN_THE_SPECTRUM = "in the spectrum"
    ON_A_CUT = "on a cut"
    IN_A_SUPPORT = "in a support"
    PATH_ENDS = "path ends"
    NO_COMPLEX_PATH = "no path in the complex plane"
    NO_EXPANSION = "no expansion"
    SINGULAR = "singular"
    NOT_SETTLED = "not settled"
    POLES = "poles among the eigenvalues"
    DIGITS = "too few digits"
    DIGITS_DIRECTLY = "too few digits on the unreduced equations"
    DIGITS_IN_THE_PLANE = "too few digits in the complex plane"
    FAR_APART = "numbers far apart"
    EDGE = "at an edge"
    NEXT_TO_THE_AXIS = "next to the axis"
    BEYOND_DOUBLES = "beyond the range of doubles"
    ANOTHER_ROOT = "another root is near"
    TOO_FAR = "too extreme"
    LOST = "lost on the way"
    CONTRADICTION = "contradiction"
    NO_LAW = "no law"
    OUT_OF_RANGE = "out of range"
    NOT_POSITIVE = "not positive"
    NOT_REACHED = "matrix not reached"

    @property
    def problem(self) -> str:
        """What is wrong, with places for what it speaks of."""
        return _SENTENCES[self][0]

    @property
    def remedy(self) -> str:
        """What would be right, with places for what it speaks of."""
        return _SENTENCES[self][1]


class RefusedError(InputError):
    """There is no number at a point.

    >>> raise RefusedError(Reason.DIGITS_DIRECTLY, digits=9)
    Traceback (most recent call last):
        ...
    planaria.ensembles.verdicts.reasons.RefusedError: evaluate: 9 digits do not stand on the unreduced equations; \
move away from the singular point

    Attributes
    ----------
    reason
        Which of the reasons it is.
    """

    def __init__(self, reason: Reason, place: str = "evaluate", **details: object) -> None:
        self.reason = reason
        super().__init__(place, reason.problem.format(**details), reason.remedy.format(**details))


_SENTENCES = {
    Reason.IN_THE_SPECTRUM: (
        "the point lies in the spectrum: the ladder's spectral radius is {radius}, not below 1, so the solution "
        "of the equations is a continuation that no matrix has",
        _OUTSIDE,
    ),
    Reason.ON_A_CUT: (
        "the point lies in the spectrum: the ladder's spectral radius is {radius}, not below 1, so no matrix has "
        "the value that solves the equations",
        "give the spectral parameter an imaginary part, as in z=1+0.1j, or ask for its density",
    ),
    Reason.IN_A_SUPPORT: (
        "the point lies in the spectrum, which fills an area: the ladder's spectral radius is {radius}, not below "
        "1, so no matrix has the value that solves the equations",
        "move the spectral parameter outside of the spectrum, or ask for the density in the plane",
    ),
    Reason.PATH_ENDS: (
        "the planar solution ends at field strength {strength} of 1: no real one was found beyond",
        _OUTSIDE,
    ),
    Reason.NO_COMPLEX_PATH: (
        "no path from the bare propagators leads to these parameters",
        "move away from the spectrum, or give the spectral parameter an imaginary part",
    ),
    Reason.NO_EXPANSION: (
        "the expansion about the bare propagators settles at no field strength",
        "check that every inverse has a deterministic part that is not singular",
    ),
    Reason.SINGULAR: ("the closed form divides by zero at these parameters", _AWAY),
    Reason.NOT_SETTLED: ("Newton's method does not settle on the branch", _AWAY),
    Reason.POLES: (
        "sums over the eigenvalues of {matrix} have a pole among them, or too close to 0, so that each would be "
        "taken by itself, and there are too many",
        "move the spectral parameter away from the spectrum of the matrix, or give a smaller size",
    ),
    Reason.DIGITS: (
        "{digits} digits do not stand even at {working} digits of precision",
        f"ask for fewer digits, or {_AWAY}",
    ),
    Reason.DIGITS_DIRECTLY: ("{digits} digits do not stand on the unreduced equations", _AWAY),
    Reason.DIGITS_IN_THE_PLANE: (
        "{digits} digits do not stand at these complex or negative parameters",
        "move away from the edge of the spectrum, or ask for fewer digits",
    ),
    Reason.FAR_APART: (
        "{digits} digits do not stand at complex parameters {places} decimal places apart from one another or "
        "from 1",
        "give less extreme values",
    ),
    Reason.EDGE: (
        "the point is so close to an edge of the spectrum that {working} digits do not tell its side",
        "move away from the edge",
    ),
    Reason.NEXT_TO_THE_AXIS: (
        "an imaginary part lies {places} decimal places below what it belongs to, and more than {most} are not "
        "told from the real axis",
        "give a larger imaginary part, or none",
    ),
    Reason.BEYOND_DOUBLES: (
        "a parameter is beyond the range of doubles, in which paths begin, and the expansion about the bare "
        "propagators does not settle there",
        "give less extreme values",
    ),
    Reason.ANOTHER_ROOT: (
        "the branch is closer to another root here than can be told apart",
        "take the limit of the small parameter (limit), or move away from this point",
    ),
    Reason.TOO_FAR: (
        "no solution leads from moderate values to this {names}: {because}",
        "take the limit of {names}, or move away from the spectrum",
    ),
    Reason.LOST: (
        "the planar solution is lost {places} of {all_places} decimal places on the way from moderate values to "
        "this {names}",
        "give less extreme values, or take the limit of {names}",
    ),
    Reason.CONTRADICTION: (
        "the closed form gives {claimed} here, but the equations it came from give {right}",
        "report this model, it is a defect of the derivation",
    ),
    Reason.NO_LAW: (
        "a variance or a covariance is negative or not finite there",
        "give parameters at which each is a finite number >= 0",
    ),
    Reason.OUT_OF_RANGE: (
        "the number is beyond the range of doubles",
        "evaluate the point by itself, to any number of digits",
    ),
    Reason.NOT_POSITIVE: (
        "the matrix of {logdet} is not positive: its mean eigenvalue is {mean}",
        "take logdet of a Hermitian positive matrix",
    ),
    Reason.NOT_REACHED: (
        "the matrix of {logdet} with {t} added to its diagonal is not reached ({because})",
        "take logdet of a Hermitian positive matrix",
    ),
}
