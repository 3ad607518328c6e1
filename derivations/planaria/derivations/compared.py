"""What a comparison answers: a verdict, and what stands behind it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from planaria.algebra.values import Portable
from planaria.derivations.steps import Step
from planaria.ensembles.estimate import Enclosure
from planaria.ensembles.extensions import VIEWS, extension
from planaria.ensembles.formulas.claim import Claim
from planaria.ensembles.shown import Shown
from planaria.ensembles.verdicts.claims import Verdict

__all__ = ["Comparison", "Correction", "Counterexample"]


@dataclass(frozen=True)
class Counterexample(Portable):
    """A point at which two sides differ.

    Attributes
    ----------
    at
        The numbers of parameters, dimensions and eigenvalues, as decimal texts and fractions.
    quantity
        The side that is derived, or the left one of an equation.
    formula
        The other one; None where it has no real value.
    certified
        Whether both are proved to lie in their enclosures, which have no point in common.
    """

    at: Mapping[str, str] = field(hash=False)
    quantity: Enclosure
    formula: Enclosure | None
    certified: bool = True


@dataclass(frozen=True)
class Correction(Portable):
    """A formula that is one change away and holds.

    Attributes
    ----------
    formula
        The whole formula, or that of one name, in the grammar.
    name
        The name of somebody's own whose formula or equation it is; empty for the formula itself.
    change
        What was changed, in words.
    verdict
        How it is known that the claim then holds.
    """

    formula: str
    name: str
    change: str
    verdict: Verdict

    def __str__(self) -> str:
        if not self.name:
            return self.formula
        return f"{self.name}: {self.formula}" if "=" in self.formula else f"{self.name} = {self.formula}"


@dataclass(frozen=True)
class Comparison(Portable):
    """Whether a quantity is equal to a formula: true where that is proved, or holds at all points that were tried.

    Attributes
    ----------
    claim
        What was compared.
    verdict
        ``"proved"``, ``"holds"``, ``"refuted"`` or ``"undecided"``.
    digits
        To how many digits the sides agree at every point; None where it was not needed or not tried.
    points
        The number of random points at which both sides were computed.
    reason
        Why the verdict is this one.
    counterexample
        Where the sides differ.
    correction
        The formula that holds, where it is one change away.
    steps
        How the difference was reduced.
    meanings
        What the unknowns of somebody's own are, in words.
    """

    claim: Claim
    verdict: Verdict
    digits: int | None
    points: int
    reason: str
    counterexample: Counterexample | None = None
    correction: Correction | None = None
    steps: tuple[Step, ...] = field(default=(), compare=False, repr=False)
    meanings: Mapping[str, str] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "verdict", Verdict(self.verdict))
        object.__setattr__(self, "steps", Shown(self.steps))

    def __bool__(self) -> bool:
        return self.verdict.agrees

    def __str__(self) -> str:
        return str(extension(VIEWS, "text")(self))

    def _repr_html_(self) -> str:
        return str(extension(VIEWS, "html")(self))

    def _repr_latex_(self) -> str:
        return str(extension(VIEWS, "latex")(self))
