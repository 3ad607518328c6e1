"""log det to any number of digits: an integral over the ridge of a resolvent, verified at every node."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from mpmath import log, mp, mpc, mpf
from sympy import Dummy, Expr, Float, MatrixSymbol, Symbol

from planaria.algebra.errors import InputError, check_truth, described, unknown_name
from planaria.derivations.derivation import Derivation
from planaria.derivations.log_determinants import LogDetDerivation, LogDetIntegral, sensitivity
from planaria.diagrams.expressions.contents import contents_of
from planaria.ensembles.estimate import Estimate
from planaria.ensembles.question import Given, Values, given
from planaria.ensembles.spectra import Spectrum
from planaria.ensembles.verdicts.reasons import Reason, RefusedError
from planaria.ensembles.verdicts.statuses import Status
from planaria.ensembles.verdicts.techniques import Technique
from planaria.numerics.given_digits import with_notes
from planaria.numerics.integrals.quadrature import integrate
from planaria.numerics.integrals.resolvents import Resolvent, Watch, reach
from planaria.numerics.points.reading import spectrum_of
from planaria.numerics.solving.evaluate import MOST_DIGITS, evaluate
from planaria.numerics.solving.exclusive import exclusive
from planaria.numerics.spectra import exact_number

__all__ = ["by_name", "check_certify", "evaluate_log_determinants", "own_values"]

_ROUGH = 15  # digits of what only says where nodes are best
_GUARD = 3  # digits beyond those of the result in the integral, and as many again in each value of the resolvent


@exclusive
def evaluate_log_determinants(
    derivation: LogDetDerivation,
    values: Values | None = None,
    *,
    digits: int = 50,
    limit: Values | None = None,
    certify: bool = False,
    **numbers: Given,
) -> Estimate:
    """The quantity at given parameters, as `planaria.numerics.evaluate` takes them.

    Returns
    -------
    An `Estimate` whose error bounds what the quadrature leaves, and rounding. Each value of the integrand is
    verified: the unreduced equations hold there, and the ladder is below 1, so that minus the ridge is no
    eigenvalue. `residual` and `radius` are the largest of all nodes.

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
    check_certify(certify)
    at = by_name(given(values, numbers, derivation.defaults), derivation)
    work = digits + _GUARD
    found: dict[Expr, mpf] = {}
    errors: dict[Expr, mpf] = {}
    nodes = 0
    watched = Watch()
    with mp.workdps(work + 10):
        for one in derivation.integrals:
            found[one.logdet], errors[one.logdet], count = _integrated(one, at, work, watched)
            nodes += count
        for trace, part in derivation.traces.items():
            estimate = watched.seen(evaluate(part, own_values(part, at), digits=work))
            found[trace], errors[trace] = estimate.value, estimate.error
        asked = derivation.expression
        value = _number(asked, found, at, work)
        error = mp.fsum(abs(_number(sensitivity(asked, part), found, at, work)) * errors[part] for part in found)
    steps = (Technique.QUADRATURE.taken(nodes=nodes),)
    whole = Estimate(value, error, steps, Status.VERIFIED, {}, watched.residual, digits, watched.radius)
    return with_notes(whole, watched.spectra.items())


def check_certify(certify: object) -> None:
    """Raise InputError where a proof is asked for."""
    check_truth(certify, "certify")
    if certify:
        remedy = "leave it out; the resolvent in it can be certified: result.integrals[0].resolvent.evaluate(...)"
        raise InputError("certify", "a log det is an integral, which is not proved", remedy)


def own_values(part: Derivation, at: Mapping[str, Any]) -> dict[str, Any]:
    """The values that a part of a quantity has a name for."""
    contents = contents_of(part.expression, part.model)
    known = {str(one) for one in (*contents.symbols, *contents.matrices)}
    return {name: value for name, value in at.items() if name in known}


def _integrated(one: LogDetIntegral, at: Mapping[str, Any], digits: int, watched: Watch) -> tuple[mpf, mpf, int]:
    scale = watched.seen(evaluate(one.start, own_values(one.start, at), digits=_ROUGH)).value
    if isinstance(scale, mpc):
        raise InputError(
            "logdet", f"the matrix of {one.logdet} is complex", "give real numbers for the parameters"
        )
    if not scale > 0:
        raise RefusedError(Reason.NOT_POSITIVE, "logdet", logdet=one.logdet, mean=mp.nstr(scale, 6))
    resolvent = Resolvent.of(one, own_values(one.resolvent, at), watched)
    size = _number(one.logdet.arg.shape[0], {}, at, digits)

    def integrand(s: mpf, rest: mpf) -> tuple[mpf, mpf]:
        """The integrand over t = kappa (1 - s)/s, times -dt/ds."""
        value = resolvent.at(scale * rest / s, digits + _GUARD)
        return (size - scale * value / s) / s, size / s

    found = integrate(integrand, *reach(resolvent, scale, size).distances(scale), digits)
    rounding = mpf(10) ** -(digits + _GUARD) * found.size + mpf(10) ** -digits * abs(found.value)
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


def by_name(values: Mapping[Any, Any], derivation: LogDetDerivation) -> dict[str, Any]:
    """Values by their names, with the sizes that lists of eigenvalues have.

    Raises InputError for unknown names, missing values, and complex numbers.
    """
    contents = contents_of(derivation.expression, derivation.model)
    known = sorted(str(one) for one in (*contents.symbols, *contents.matrices))
    found: dict[str, Any] = {}
    for key, value in values.items():
        name = str(key.name if isinstance(key, (Symbol, MatrixSymbol)) else key)
        if name in known:
            _refuse_complex(name, value)
            found[name] = value
        elif key not in derivation.defaults:
            raise unknown_name("values", "parameter", name, known)
    declared = dict(derivation.model.spectra)
    for matrix in contents.matrices:
        own = found.get(str(matrix), declared.get(matrix))
        if own is None:
            continue
        spectrum = spectrum_of(own, str(matrix))
        if spectrum.listed is not None and isinstance(matrix.shape[0], Symbol):
            found[str(matrix)] = spectrum  # read once, and not at each node
            found.setdefault(str(matrix.shape[0]), len(spectrum.listed))
    for name in sorted({str(one) for one in derivation.expression.free_symbols if isinstance(one, Symbol)}):
        if name in known and name not in found:
            raise InputError("values", f"{name} has no value", f"give {name} a value")
    return found


def _refuse_complex(name: str, value: Any) -> None:
    """Raise InputError for a number that is not real, or an array with one."""
    if isinstance(value, Spectrum):
        return
    several = value if isinstance(value, (list, tuple)) else np.ravel(value) if hasattr(value, "shape") else None
    if several is None:
        is_complex = exact_number(value, f"parameter {name}").is_extended_real is False
    else:
        is_complex = bool(np.iscomplexobj(several) and np.imag(several).any())
    if is_complex:
        remedy = "give real ones; the resolvent in it takes complex ones: result.integrals[0].resolvent"
        raise InputError(f"parameter {name}", "a log det is taken at real numbers", remedy)
