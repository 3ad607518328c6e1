"""What is said of a sign: a verdict, and what stands behind it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sympy import Expr, Symbol

from planaria.algebra.values import Portable
from planaria.derivations.equations.spectral_sums import SpectralSum
from planaria.derivations.steps import Step
from planaria.ensembles.estimate import Enclosure
from planaria.ensembles.extensions import VIEWS, extension
from planaria.ensembles.shown import Shown, Visible
from planaria.ensembles.verdicts.claims import Verdict

__all__ = ["SignVerdict", "Witness"]


@dataclass(frozen=True)
class Witness(Portable):
    """A point at which a sign is certain.

    Attributes
    ----------
    at
        The numbers of parameters, dimensions and eigenvalues.
    value
        What was asked for, there.
    """

    at: Mapping[str, str] = field(hash=False)
    value: Enclosure


@dataclass(frozen=True)
class SignVerdict(Visible, Portable):
    """Whether a value, or its slope in some direction, has one sign: true where it is proved or holds.

    Attributes
    ----------
    about
        What has the sign, in words.
    verdict
        ``"proved"``; ``"holds"`` at all points that were tried; ``"refuted"``, with a point of each sign;
        ``"undecided"``.
    sign
        1 or -1; 0 for what vanishes; None where it has both or is not known.
    expression
        What has the sign, in unknowns, spectral sums and parameters.
    sums
        What the symbols of the sums stand for.
    points
        At how many points its sign is certain.
    reason
        Why the verdict is this one.
    steps
        Premises and moves of the proof.
    witnesses
        A point of each sign, where it is refuted.
    """

    about: str
    verdict: Verdict
    sign: int | None
    expression: Expr
    sums: Mapping[Symbol, SpectralSum] = field(hash=False, repr=False)
    points: int
    reason: str
    steps: tuple[Step, ...] = field(default=(), compare=False, repr=False)
    witnesses: tuple[Witness, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "verdict", Verdict(self.verdict))
        object.__setattr__(self, "steps", Shown(self.steps))

    @property
    def statement(self) -> str:
        """The claim: of which sign it is."""
        if self.sign is None:
            return (
                f"{self.about} has no sign" if self.verdict is Verdict.REFUTED else f"{self.about}: sign unknown"
            )
        return f"{self.about} is {('zero', 'positive', 'negative')[self.sign]}"

    def __bool__(self) -> bool:
        return self.verdict.agrees

    def __str__(self) -> str:
        return str(extension(VIEWS, "text")(self))
