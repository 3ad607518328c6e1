"""log det to any number of digits: the closed form of its derivative, solved and verified at every node."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mpmath import log, mp, mpc, mpf
from sympy import Dummy, Expr, Float, MatrixSymbol, Symbol

from planaria.algebra.errors import InputError, described, unknown_name
from planaria.derivations.derivation import Derivation
from planaria.derivations.log_determinants import LogDetDerivation, LogDetIntegral, sensitivity
from planaria.diagrams.expressions.contents import contents_of
from planaria.ensembles.estimate import Estimate
from planaria.ensembles.question import Given, Values, given
from planaria.ensembles.verdicts.reasons import Reason, RefusedError
from planaria.ensembles.verdicts.statuses import Status
from planaria.ensembles.verdicts.techniques import Technique
from planaria.numerics.integrals.quadrature import integrate
from planaria.numerics.solving.evaluate import MOST_DIGITS, evaluate
from planaria.numerics.solving.exclusive import exclusive
from planaria.numerics.spectra import exact_number

__all__ = ["evaluate_log_determinants"]

_ROUGH = 15  # digits of what only says where nodes are best
_GUARD = 8  # digits beyond those of the result in each value of the integrand
_INSIDE = mpf("1e-6")  # from an end of the path, where the integrand is looked at for the distances beyond it


@exclusive
def evaluate_log_determinants(
    derivation: LogDetDerivation,
    values: Values | None = None,
    *,
    digits: int = 50,
    limit: Values | None = None,
    **numbers: Given,
) -> Estimate:
    """The quantity at given parameters, as `planaria.numerics.evaluate` takes them.

    Returns
    -------
    An `Estimate` whose error bounds what the quadrature leaves, and rounding. Each value of the integrand is
    verified: the unreduced equations hold there, and the ladder is below 1, so that no matrix on the path is
    singular. `residual` and `radius` are the largest of all nodes.

    Raises
    ------
    InputError
        For wrong or missing values, a limit, and where the matrix is not positive.
    """
    if not isinstance(derivation, LogDetDerivation):
        what = type(derivation).__name__
        raise InputError("evaluate", f"a {what} is no derivation with a log det", "derive it first")
    if isinstance(digits, bool) or not isinstance(digits, int) or not 1 <= digits <= MOST_DIGITS:
        raise InputError("digits", f"{digits!r} is no number from 1 to {MOST_DIGITS}", "ask for 50, say")
    if limit:
        raise InputError("limit", f"no exact limit of a log det is known, {described(limit)}", "set a small value")
    at = _by_name(given(values, numbers, derivation.defaults), derivation)
    work = digits + _GUARD
    found: dict[Expr, mpf] = {}
    errors: dict[Expr, mpf] = {}
    nodes = 0
    watched = _Watch()
    with mp.workdps(work + 10):
        for one in derivation.integrals:
            found[one.logdet], errors[one.logdet], count = _integrated(one, at, work, watched)
            nodes += count
        for trace, part in derivation.traces.items():
            estimate = watched.evaluate(part, at, work)
            found[trace], errors[trace] = estimate.value, estimate.error
        asked = derivation.expression
        value = _number(asked, found, at, work)
        error = mp.fsum(abs(_number(sensitivity(asked, part), found, at, work)) * errors[part] for part in found)
    steps = (Technique.QUADRATURE.taken(nodes=nodes),)
    return Estimate(value, error, steps, Status.VERIFIED, {}, watched.residual, digits, watched.radius)


@dataclass
class _Watch:
    """The largest residual and radius of all evaluations."""

    residual: mpf = field(default_factory=mpf)
    radius: float | None = None

    def evaluate(self, derivation: Derivation, at: Mapping[str, Any], digits: int) -> Estimate:
        contents = contents_of(derivation.expression, derivation.model)
        known = {str(one) for one in (*contents.symbols, *contents.matrices)}
        found = evaluate(derivation, {name: value for name, value in at.items() if name in known}, digits=digits)
        self.residual = max(self.residual, found.residual)
        if found.radius is not None:
            self.radius = max(self.radius or 0.0, found.radius)
        return found


def _integrated(one: LogDetIntegral, at: Mapping[str, Any], digits: int, watched: _Watch) -> tuple[mpf, mpf, int]:
    scale = watched.evaluate(one.start, at, _ROUGH).value
    if isinstance(scale, mpc):
        raise InputError(
            "logdet", f"the matrix of {one.logdet} is complex", "give real numbers for the parameters"
        )
    if not scale > 0:
        raise RefusedError(Reason.NOT_POSITIVE, "logdet", logdet=one.logdet, mean=mp.nstr(scale, 6))

    def slope(s: mpf, digits: int = digits + 4) -> mpf:
        try:
            there = {**at, str(one.path): s, str(one.scale): scale}
            return watched.evaluate(one.slope, there, digits).value
        except InputError as error:
            numbers = {"scale": mp.nstr(scale, 6), "s": mp.nstr(s, 6)}
            raise RefusedError(
                Reason.NOT_REACHED, "logdet", logdet=one.logdet, because=error.problem, **numbers
            ) from None

    size = _number(one.logdet.arg.shape[0], {}, at, digits)
    spread = -slope(_INSIDE, _ROUGH) / size / _INSIDE  # of the eigenvalues, their variance over the squared mean
    inverse = 1 - slope(1 - _INSIDE, _ROUGH) / size  # the mean of kappa over an eigenvalue
    near_zero = 1 / (4 * (1 + max(spread, mpf(0))))
    near_one = 1 / (4 * max(inverse, mpf(1)) ** 2)
    found = integrate(slope, near_zero, near_one, digits)
    rounding = mpf(10) ** -digits * abs(found.value)
    return size * log(scale) + found.value, found.error + rounding, found.nodes


def _number(expression: Expr, found: Mapping[Expr, mpf], at: Mapping[str, Any], digits: int) -> mpf:
    """The value of a quantity, of traces and log dets whose numbers are found."""
    stand_ins = {part: Dummy(real=True) for part in found}
    outer = expression.xreplace(stand_ins)
    numbers = {stand_ins[part]: Float(value, digits + 10) for part, value in found.items()}
    for symbol in outer.free_symbols - set(numbers):
        numbers[symbol] = Float(mp.convert(_plain(at[str(symbol)])), digits + 10)
    return mp.convert(outer.evalf(digits + 10, subs=numbers))


def _plain(value: Any) -> Any:
    number = exact_number(value, "value")
    return mp.mpf(int(number.p)) / int(number.q) if number.is_Rational else number._to_mpmath(mp.prec)


def _by_name(values: Mapping[Any, Any], derivation: LogDetDerivation) -> dict[str, Any]:
    contents = contents_of(derivation.expression, derivation.model)
    known = sorted(str(one) for one in (*contents.symbols, *contents.matrices))
    found = {}
    for key, value in values.items():
        name = str(key.name if isinstance(key, (Symbol, MatrixSymbol)) else key)
        if name in known:
            found[name] = value
        elif key not in derivation.defaults:
            raise unknown_name("values", "parameter", name, known)
    for matrix, spectrum in derivation.model.spectra:
        if matrix in contents.matrices and spectrum.listed is not None:
            found.setdefault(str(matrix.shape[0]), len(spectrum.listed))
    for name in sorted({str(one) for one in derivation.expression.free_symbols if isinstance(one, Symbol)}):
        if name in known and name not in found:
            raise InputError("values", f"{name} has no value", f"give {name} a value")
    return found
