"""Numbers of a derivation to any number of digits: at a point, or in a limit."""

from __future__ import annotations

from collections.abc import Mapping

from planaria.algebra.errors import InputError, check_truth, described
from planaria.derivations.derivation import Derivation
from planaria.derivations.log_determinants import LogDetDerivation
from planaria.derivations.matrix_valued import MatrixDerivation
from planaria.ensembles.estimate import Estimate
from planaria.ensembles.question import Given, Values, given
from planaria.numerics.given_digits import with_notes
from planaria.numerics.given_spectra import with_spectra
from planaria.numerics.plane.point import in_the_plane
from planaria.numerics.points.extent import merged_where_few
from planaria.numerics.points.infinite import check_infinite
from planaria.numerics.points.problem import Problem, beyond, pose
from planaria.numerics.points.refusals import refuse_beyond
from planaria.numerics.solving.certificate import certified
from planaria.numerics.solving.exclusive import exclusive
from planaria.numerics.solving.limits import limit_at_zero
from planaria.numerics.solving.solve import refuse_zero, solve

__all__ = ["MOST_DIGITS", "evaluate"]

MOST_DIGITS = 10_000


@exclusive
def evaluate(
    derivation: Derivation | LogDetDerivation,
    values: Values | None = None,
    *,
    digits: int = 50,
    limit: Values | None = None,
    certify: bool = False,
    **numbers: Given,
) -> Estimate:
    """The quantity at given parameters.

    Parameters
    ----------
    values
        By symbol or name: numbers or decimal text for parameters and dimensions, complex or negative ones for a
        ridge or a spectral parameter; for a deterministic matrix a
        declared spectrum or a list of eigenvalues. A float stands for its decimal digits. What a model file gives
        as a default may be left out.
    numbers
        More of them by name: ``evaluate(result, N=60, P=120)``.
    digits
        Significant digits that must stand when the precision is raised.
    limit
        ``{"gamma": 0}`` takes the exact limit of a parameter at zero.
    certify
        Whether value and unknowns are proved to lie in balls, the ``enclosure`` and ``enclosures`` of what is
        returned: see `planaria.numerics.solving.certificate` for what is proved, and by which theorems.

    Raises
    ------
    InputError
        For wrong or missing values, complex or negative ones for what has to be real (a dimension, a variance, a
        covariance, a spectrum), and where no value is that of matrices.
    NotProvedError
        Where a proof that was asked for is not reached. It is an InputError, too.

    >>> from sympy import Identity, MatrixSymbol, Trace, symbols
    >>> from planaria.diagrams import Gaussian, Model
    >>> N, P, gamma = symbols("N P gamma", positive=True)
    >>> x = MatrixSymbol("x", N, P)
    >>> q = (gamma * Identity(N) + x * x.T).inv()
    >>> from planaria.derivations import derive
    >>> result = derive(Trace(q) / N, Model([Gaussian(x, variance=1 / P)]))
    >>> print(evaluate(result, {"N": 1, "P": 1, "gamma": 2}, digits=20))
    0.36602540378443864676
    >>> print(evaluate(result, {"N": 1, "P": 1, "gamma": 2}, digits=20, certify=True).enclosure)
    0.36602540378443864676 +/- 3.73e-21
    >>> print(evaluate(result, {"N": 1, "P": 1, "gamma": -1 + 1j}, digits=15))
    (-0.106924311121288 - 0.636009824757034j)
    """
    if isinstance(derivation, (LogDetDerivation, MatrixDerivation)):
        return derivation.evaluate(values, digits=digits, limit=limit, certify=certify, **numbers)
    if not isinstance(derivation, Derivation):
        what = type(derivation).__name__
        raise InputError("evaluate", f"a {what} is no derivation", "derive it first: evaluate(derive(...), ...)")
    at = given(values, numbers)
    if isinstance(digits, bool) or not isinstance(digits, int) or not 1 <= digits <= MOST_DIGITS:
        raise InputError("digits", f"{digits!r} is no number from 1 to {MOST_DIGITS}", "ask for 50, say")
    if limit is not None and not isinstance(limit, Mapping):
        raise InputError("limit", f"{described(limit)} is no mapping", 'give {"gamma": 0}')
    check_truth(certify, "certify")
    if limit and certify:
        raise InputError("certify", "a limit is not proved", "leave it out, or give the parameter a small value")
    if limit:
        spectra = with_spectra(derivation.model, at, (derivation.expression,))[0].spectra
        return with_notes(limit_at_zero(derivation, at, limit, digits), spectra)
    problem = pose(derivation, at)
    if certify:
        refuse_beyond(problem, "certify")
    check_infinite(problem)
    return with_notes(_solved(problem, digits, certify), [(matrix, one) for matrix, _, one in problem.spectra])


def _solved(problem: Problem, digits: int, certify: bool) -> Estimate:
    if beyond(problem):
        return in_the_plane(problem, digits)
    refuse_zero(problem)
    if certify:
        return certified(problem, solve(problem, digits))
    return solve(merged_where_few(problem, digits), digits)
