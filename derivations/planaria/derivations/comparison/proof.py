"""The proof that two formulas are equal on the branch of the matrices, step by step; or why there is none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from sympy import Expr, Integer, Symbol

from planaria.algebra.rational import Ratio
from planaria.algebra.work import WorkLimitError, limited
from planaria.derivations.comparison.branch import Branch, Equations, Oracle, UnprovableError
from planaria.derivations.comparison.own_unknowns import OpenRootError, identify
from planaria.derivations.comparison.reading import Reading
from planaria.derivations.comparison.vocabulary import Vocabulary
from planaria.derivations.steps import Formula, Step
from planaria.ensembles.formulas.claim import Claim

__all__ = ["NONE", "SECONDS", "Attempt", "prove"]

NONE: Mapping[str, Symbol] = MappingProxyType({})
CHOSEN = "of several roots, the one that is connected to large ridges"
SECONDS = 3.0  # of exact work for one claim


@dataclass(frozen=True)
class Attempt:
    """What algebra says of a claim.

    Attributes
    ----------
    proved
        Whether the difference is reduced to zero.
    reason
        How, or why not.
    steps
        What was done.
    branch
        The field in which the claim was read; None where it was not.
    meanings
        The unknowns of somebody's own as functions in that field.
    equations
        Their equations.
    """

    proved: bool
    reason: str
    steps: tuple[Step, ...] = ()
    branch: Branch | None = None
    meanings: Mapping[str, Ratio] = field(default_factory=dict)
    equations: Equations | None = None


def prove(
    start: Branch, names: Vocabulary, claim: Claim, oracle: Oracle, assumed: Mapping[str, Symbol] = NONE
) -> Attempt:
    """Reduce the difference of the two sides of a claim.

    Parameters
    ----------
    assumed
        Unknowns of somebody's own that are taken for one of the derivation's, whatever their equations say.

    Raises nothing: where algebra does not tell, the attempt says why.
    """
    found = _tried(start, names, claim, oracle, assumed, {})
    if not isinstance(found, OpenRootError):
        return found
    # It is not said which root is meant: a claim that holds for one of them is proved for that.
    first: Attempt | None = None
    for n in range(found.count):
        one = _tried(start, names, claim, oracle, assumed, {found.name: n})
        if isinstance(one, Attempt):
            first = first or one
            if one.proved:
                which = f"with that one of {found.count} roots of the equation of {found.name} for which it holds"
                return replace(one, reason=f"{one.reason}, {which}")
    kept = None if first is None else first.equations
    return Attempt(False, str(found), equations=kept)


def _tried(
    start: Branch,
    names: Vocabulary,
    claim: Claim,
    oracle: Oracle,
    assumed: Mapping[str, Symbol],
    choices: Mapping[str, int],
) -> Attempt | OpenRootError:
    branch = start.copy()
    branch.oracle = oracle
    reading = Reading(branch, names, claim)
    reading.choices.update(choices)
    try:
        with limited(SECONDS):
            return _attempt(branch, reading, claim, assumed)
    except OpenRootError as error:
        if error.name not in choices:
            return error
        reason = str(error)
    except UnprovableError as error:
        reason = str(error)
    except WorkLimitError:
        reason = f"the exact algebra takes more work than {SECONDS:g} s"
    except ZeroDivisionError:
        reason = "the formula divides by zero on the branch of the matrices"
    return Attempt(False, reason, (), branch, _ratios(reading), reading.equations)


def _attempt(branch: Branch, reading: Reading, claim: Claim, assumed: Mapping[str, Symbol]) -> Attempt:
    identify(reading, assumed)
    right = reading.read(claim.right).ratio
    left = branch.value if claim.left is None else reading.read(claim.left).ratio
    difference = left.to(branch.ring) - right.to(branch.ring)
    proved = branch.is_zero(difference)
    steps = [
        Step("name", Symbol(str(one)), Formula(reading.name(one.name).ratio), "brought to the basis of sums")
        for one in claim.definitions
    ]
    for each in claim.unknowns:
        meaning = reading.meanings[each.name].ratio
        which = CHOSEN if each.name in reading.chosen else "what satisfies the equation on the branch"
        steps.append(Step("own unknown", Symbol(str(each)), Formula(meaning), which))
    by = "sums over eigenvalues by partial fractions"
    steps.append(Step("bring to the basis", Symbol(str(claim)), Formula(right), by))
    used = difference.support()
    for generator, solution in branch.solved:
        if generator in used:
            steps.append(Step("insert an equation", generator, Formula(solution), "the equations of the model"))
    for one, sign, count in reading.signs:
        steps.append(
            Step("sign", Formula(one), Integer(sign), f"the sign of a root, proved in balls at {count} points")
        )
    reduced = branch.normal(difference)
    after: Expr | Formula = Integer(0) if proved else Formula(reduced)
    steps.append(Step("difference", Formula(difference), after, "modulo the equations of the model"))
    reason = "the difference is zero modulo the equations of the model" if proved else "the difference is not zero"
    return Attempt(proved, reason, tuple(steps), branch, _ratios(reading), reading.equations)


def _ratios(reading: Reading) -> dict[str, Ratio]:
    return {name: one.ratio for name, one in reading.meanings.items()}
