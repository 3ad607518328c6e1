"""How a number was found: an enumeration, and the steps of one number in its words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Taken", "Technique", "in_words"]


class Technique(StrEnum):
    """One step on the way to a number. Several of them, one after the other, make the method of an `Estimate`.

    >>> Technique.NEWTON.taken().words
    "Newton's method on the closed form"
    >>> Technique.UNREDUCED.remedy
    'move away from the singular point'
    """

    PATH = "path"
    NEWTON = "newton"
    PLANAR_SUMS = "planar sums"
    MERGED = "merged eigenvalues"
    UNREDUCED = "unreduced equations"
    COMPLEX_PATH = "complex path"
    LIMIT = "limit"
    LIMIT_BRANCH = "limit on a branch"
    AT_ZERO = "solved at zero"
    SMALL_VALUES = "small values"
    POWER = "power of the parameter"
    QUADRATURE = "quadrature"
    KRAWCZYK = "proof"
    CONSEQUENCE = "consequence"

    def taken(self, **details: object) -> Taken:
        """This step, with what its words speak of."""
        return Taken(self, tuple((name, str(one)) for name, one in details.items()))

    @property
    def remedy(self) -> str:
        """What would take its place; empty where nothing better is known."""
        return _REMEDIES.get(self, "")


@dataclass(frozen=True)
class Taken:
    """A step of one number.

    Attributes
    ----------
    technique
        Which one.
    details
        What its words speak of, by name.

    >>> step = Technique.QUADRATURE.taken(nodes=24)
    >>> step.technique, step.words
    (<Technique.QUADRATURE: 'quadrature'>, 'Gauss-Legendre quadrature of the derivative on 24 nodes, each of them \
verified')
    """

    technique: Technique
    details: tuple[tuple[str, str], ...] = ()

    @property
    def words(self) -> str:
        """The step by itself."""
        return _WORDS[self.technique][1].format(**dict(self.details))


def in_words(steps: Iterable[Taken]) -> str:
    """Steps as one sentence.

    >>> in_words([Technique.PATH.taken(way="from the bare propagators"), Technique.NEWTON.taken()])
    "branch followed from the bare propagators, Newton's method on the closed form"
    """
    text = ""
    for step in steps:
        text += (_WORDS[step.technique][0] if text else "") + step.words
    return text


_WORDS: dict[Technique, tuple[str, str]] = {  # what stands between it and the step before, and its own words
    Technique.PATH: ("; ", "branch followed {way}"),
    Technique.NEWTON: (", ", "Newton's method on the closed form"),
    Technique.PLANAR_SUMS: ("; ", "long words by planar sums, held against a recursion modulo a prime"),
    Technique.MERGED: ("; ", "eigenvalues of long lists taken together, within the error"),
    Technique.UNREDUCED: ("; ", "unreduced equations, as the closed form is singular or its branch lost here"),
    Technique.COMPLEX_PATH: (
        "; ",
        "unreduced equations, followed from the bare propagators in the complex plane",
    ),
    Technique.LIMIT: ("; ", "limit {parameter} -> 0"),
    Technique.LIMIT_BRANCH: (" ", "on the branch {conditions}"),
    Technique.AT_ZERO: (
        ", ",
        "solved at {parameter} = 0, compared with {parameter} = 1e-{before} and 1e-{now}",
    ),
    Technique.SMALL_VALUES: (" ", "by values down to {parameter} = 1e-{now}, with no exact branch"),
    Technique.POWER: (": ", "{behaviour}"),
    Technique.QUADRATURE: (
        "; ",
        "Gauss-Legendre quadrature of the derivative on {nodes} nodes, each of them verified",
    ),
    Technique.CONSEQUENCE: ("; ", "{what} as a formula of the verified unknowns"),
    Technique.KRAWCZYK: (
        "; ",
        "Krawczyk's test on the unreduced equations, the ladder's radius proved below 1",
    ),
}

_REMEDIES = {
    Technique.MERGED: "ask for more digits, which take every eigenvalue by itself",
    Technique.UNREDUCED: "move away from the singular point",
    Technique.SMALL_VALUES: "look at values at a few small parameters as well",
}
