"""The resolvent of a positive matrix along its ridges: each value verified, and begun from those beside it."""

from __future__ import annotations

from bisect import insort
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mpmath import log, mp, mpc, mpf
from sympy import MatrixSymbol

from planaria.algebra.errors import InputError
from planaria.derivations.log_determinants import LogDetIntegral
from planaria.ensembles.estimate import Estimate
from planaria.ensembles.spectra import Spectrum
from planaria.ensembles.verdicts.reasons import Reason, RefusedError
from planaria.numerics.plane.point import in_the_plane
from planaria.numerics.points.problem import Problem, beyond, pose
from planaria.numerics.solving.solve import solve
from planaria.numerics.spectra import exact_number

__all__ = ["Reach", "Resolvent", "Watch", "reach"]

_ROUGH = 15  # digits of what only says where nodes are best
_ATOM = 1e-9  # a share of all eigenvalues that are zero
_FARTHEST = 4000  # decades below the mean eigenvalue at which the least one is looked for
_SETTLED = mpf("0.2")  # relative change from which on what goes to a limit is near it
_MARGIN = 4  # by which eigenvalues may be nearer than they seem


@dataclass
class Watch:
    """The largest residual and radius of all evaluations, and the spectra that they were made with."""

    residual: mpf = field(default_factory=mpf)
    radius: float | None = None
    spectra: dict[MatrixSymbol, Spectrum] = field(default_factory=dict)

    def seen(self, found: Estimate) -> Estimate:
        """The same, noted."""
        self.residual = max(self.residual, found.residual)
        if found.radius is not None:
            self.radius = max(self.radius or 0.0, found.radius)
        return found


@dataclass
class Resolvent:
    """tr (A + t)^-1 at one point of the parameters, for any t > 0.

    Attributes
    ----------
    problem
        The point, at some t.
    known
        The unknowns at each t that was solved, by log t.
    """

    integral: LogDetIntegral
    problem: Problem
    watch: Watch
    known: list[tuple[mpf, tuple[mpf, ...]]] = field(default_factory=list)

    @classmethod
    def of(cls, integral: LogDetIntegral, at: Mapping[str, Any], watch: Watch) -> Resolvent:
        """At numbers and spectra by name."""
        problem = pose(integral.resolvent, {**at, str(integral.path): 1})
        watch.spectra.update({matrix: one for matrix, _, one in problem.spectra})
        return cls(integral, problem, watch)

    def at(self, t: mpf, digits: int) -> mpf:
        """The verified value. Raises RefusedError where there is none."""
        path = self.integral.path
        problem = self.problem.at({**self.problem.values, path: exact_number(t, str(path))})
        place = log(t)
        try:
            if beyond(problem):
                found = in_the_plane(problem, digits)
            else:
                found = solve(problem, digits, self._start(place))
        except InputError as error:
            raise RefusedError(
                Reason.NOT_REACHED,
                "logdet",
                logdet=self.integral.logdet,
                t=f"{path} = {mp.nstr(t, 6)}",
                because=error.problem,
            ) from None
        if isinstance(found.value, mpc):
            problem_ = f"the matrix of {self.integral.logdet} is complex"
            raise InputError("logdet", problem_, "give real numbers for the parameters")
        unknowns = [found.unknowns.get(str(one)) for one in problem.derivation.unknowns]
        if unknowns and None not in unknowns:
            insort(self.known, (place, tuple(unknowns)))
        return self.watch.seen(found).value

    def _start(self, place: mpf) -> Sequence[float] | None:
        """Unknowns interpolated in logarithms between those on both sides."""
        after = next((n for n, (where, _) in enumerate(self.known) if where > place), len(self.known))
        if not 0 < after < len(self.known):
            return None
        (low, one), (high, two) = self.known[after - 1], self.known[after]
        if not all(x * y > 0 for x, y in zip(one, two, strict=True)):
            return None
        part = (place - low) / (high - low)
        return [float(x * (y / x) ** part) for x, y in zip(one, two, strict=True)]


@dataclass(frozen=True)
class Reach:
    """About how far the least and the largest eigenvalue that matter are: of the order of both."""

    least: mpf
    largest: mpf

    def distances(self, scale: mpf) -> tuple[mpf, mpf]:
        """How far beyond 0 and 1 the integrand is singular in s = scale/(scale + t)."""
        return scale / (_MARGIN * max(self.largest, scale)), min(self.least / scale, mpf(1)) / _MARGIN


def reach(resolvent: Resolvent, scale: mpf, size: mpf) -> Reach:
    """Where the resolvent goes over into its limits at small and at large ridges.

    Raises InputError where it goes to none at small ones: the matrix is singular.
    """
    decades = last = 0
    value = resolvent.at(scale, _ROUGH)
    while True:
        last, decades = decades, decades + max(1, decades // 2)
        if decades > _FARTHEST:
            logdet = resolvent.integral.logdet
            if scale * mpf(10) ** -last * value < _ATOM * size:
                problem = f"the eigenvalues of the matrix of {logdet} reach down to zero"
                raise InputError(
                    "logdet",
                    f"{problem}, where its integral is singular",
                    "add a small ridge, or take sizes that are not equal",
                )
            problem = f"the matrix of {logdet} is singular, so that its log det is not finite"
            raise InputError("logdet", problem, "add a ridge, or see whether it has fewer columns than rows")
        before, value = value, resolvent.at(scale * mpf(10) ** -decades, _ROUGH)
        if value - before <= _SETTLED * value:
            break
    least = scale * mpf(10) ** -last
    decades = 1
    spread = _spread(resolvent, scale, size, decades)
    while spread:
        before, decades = spread, decades + max(1, decades // 2)
        spread = _spread(resolvent, scale, size, decades)
        if abs(spread - before) <= _SETTLED * abs(spread) or decades > _FARTHEST:
            break
    return Reach(least, scale * mpf(10) ** (decades - 1))


def _spread(resolvent: Resolvent, scale: mpf, size: mpf, decades: int) -> mpf:
    """A sum of (eigenvalue - scale)^2 t/(t + eigenvalue), which grows with t up to the variance."""
    digits = _ROUGH + 2 * decades
    with mp.workdps(digits + 10):
        t = scale * mpf(10) ** decades
        spread = t * (scale + t) ** 2 * (resolvent.at(t, digits) - size / (scale + t))
        return spread if spread > size * scale**2 * mpf(10) ** -_ROUGH else mpf(0)
