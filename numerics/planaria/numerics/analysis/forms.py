"""Numbers of what follows from a closed form, on its verified branch."""

from __future__ import annotations

from sympy import oo

from planaria.algebra.errors import InputError
from planaria.derivations.analysis.consequence import Consequence
from planaria.derivations.derivation import Derivation
from planaria.ensembles.estimate import Estimate
from planaria.ensembles.question import Given, Values, given
from planaria.ensembles.verdicts.statuses import Status
from planaria.ensembles.verdicts.techniques import Technique
from planaria.numerics.points.problem import pose
from planaria.numerics.points.refusals import SingularError, refuse_beyond
from planaria.numerics.solving.evaluate import evaluate
from planaria.numerics.solving.limits import on_a_form

__all__ = ["evaluate_consequence"]


def evaluate_consequence(
    consequence: Consequence, values: Values | None = None, *, digits: int = 50, **numbers: Given
) -> Estimate:
    """The number of a value that follows from a derivation, at given parameters.

    The derivation is evaluated and verified at this point, to all digits; the value is then computed from its
    unknowns, with more and more digits until those that are asked for stand.

    Raises InputError as `planaria.numerics.evaluate` does, and where the value divides by zero.

    >>> from planaria.derivations import derive
    >>> slope = derive("marchenko-pastur", "resolvent").derivative(gamma=1)
    >>> print(evaluate_consequence(slope, {"N": 1, "P": 1, "gamma": 2}, digits=20))
    -0.14433756729740644113

    It is that of (sqrt(1 + 4/gamma) - 1)/2, which is -1/sqrt(48).
    """
    derivation = consequence.source
    if not isinstance(derivation, Derivation):
        raise InputError("evaluate", "it follows from no derivation", "derive a quantity first")
    at = given(values, numbers)
    problem = pose(derivation, at)
    refuse_beyond(problem, consequence.about)
    if oo in problem.values.values():
        raise InputError(consequence.about, "a size is infinite", "give a finite size")
    base = evaluate(derivation, at, digits=digits)
    start = [base.unknowns[str(u.symbol)] for u in derivation.closed_form.unknowns]
    found = on_a_form(problem.limiting(consequence.form), start, digits)
    if found is None:
        raise SingularError()
    unknowns, value, error, residual = found
    if value is None:
        raise SingularError()
    names = dict(zip(base.unknowns, unknowns, strict=False))
    steps = (*base.steps, Technique.CONSEQUENCE.taken(what=consequence.about))
    return Estimate(value, error, steps, Status.VERIFIED, names, max(residual, base.residual), digits, base.radius)
