"""log det of a matrix, derived: an integral over a ridge of a closed form.

For a positive matrix A

    log det A = n log kappa + integral over t from 0 to infinity of n/(kappa + t) - tr (A + t)^-1,

exactly, at every size, whatever kappa > 0: log det(A + t) - n log(kappa + t) vanishes at large t, and the
integrand is minus its derivative. The resolvent has a planar limit that is a closed form like any other. kappa is
taken as the planar tr A / n, so that the integrand falls like 1/t^3.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sympy import Dummy, Expr, Identity, Symbol, Trace, diff

from planaria.algebra.errors import InputError
from planaria.algebra.values import Portable
from planaria.derivations.derivation import Derivation
from planaria.derivations.resummation import BUDGET
from planaria.derivations.resummation import derive as derive_traces
from planaria.diagrams.expressions.contents import contents_of
from planaria.ensembles.estimate import Estimate, Simulation
from planaria.ensembles.evidence import Check
from planaria.ensembles.extensions import EVALUATORS, VIEWS, extension
from planaria.ensembles.model import Model
from planaria.ensembles.points import PointArray
from planaria.ensembles.question import Given, Question, Values, given
from planaria.ensembles.shown import Shown
from planaria.ensembles.text.log_determinant import LogDet

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["LogDetDerivation", "LogDetIntegral", "derive_log_determinants"]


@dataclass(frozen=True)
class LogDetIntegral(Portable):
    """One log det as an integral.

    Attributes
    ----------
    logdet
        What it is of.
    path
        The variable of integration, t, from 0 to infinity.
    scale
        The symbol kappa of the mean eigenvalue.
    start
        The derivation of tr A / n, the value that kappa takes.
    resolvent
        The derivation of tr (A + t)^-1.
    """

    logdet: LogDet
    path: Symbol
    scale: Symbol
    start: Derivation = field(repr=False)
    resolvent: Derivation = field(repr=False)


@dataclass(frozen=True)
class LogDetDerivation(Portable):
    """A quantity with log det in it, derived.

    Attributes
    ----------
    expression
        What was asked for.
    model
        The fields, and what is known of the spectra of deterministic matrices.
    integrals
        One for each log det of the expression.
    traces
        The derivation of each trace that stands beside them.
    defaults
        Numbers that its model file gives to parameters and dimensions, taken where no others are given.
    """

    expression: Expr
    model: Model = field(repr=False)
    integrals: tuple[LogDetIntegral, ...] = field(repr=False)
    traces: Mapping[Trace, Derivation] = field(repr=False, compare=False)
    defaults: Mapping[Symbol, Expr] = field(default_factory=dict, repr=False, compare=False)

    def evaluate(
        self,
        values: Values | None = None,
        *,
        digits: int = 50,
        limit: Values | None = None,
        certify: bool = False,
        **numbers: Given,
    ) -> Estimate:
        """The number at given parameters, to `digits` digits; see `planaria.numerics.integrals`."""
        number = extension(EVALUATORS, "logdet")
        found: Estimate = number(self, values, digits=digits, limit=limit, certify=certify, **numbers)
        return found

    def evaluate_array(self, values: Values | None = None, **numbers: Given) -> PointArray:
        """The number in double precision over arrays of parameters; see `planaria.numerics.integrals`."""
        found: PointArray = extension(EVALUATORS, "logdet array")(self, values, **numbers)
        return found

    def simulate(
        self, values: Values | None = None, *, runs: int = 100, seed: int = 0, workers: int = 1, **numbers: Given
    ) -> Simulation:
        """Its expectation over drawn matrices: a `Simulation`; see `planaria.numerics.simulate`."""
        at = given(values, numbers, self.defaults)
        found: Simulation = extension(EVALUATORS, "simulation")(
            self.expression, self.model, at, runs=runs, seed=seed, workers=workers
        )
        return found

    def check(self, *, seed: int = 0, simulation: bool = True) -> Shown[Check]:
        """Every check of the resolvent in each log det, and of each trace."""
        one_by_one = [extension(EVALUATORS, "check")(one, seed=seed, simulation=simulation) for one in self.parts]
        return Shown([check for checks in one_by_one for check in checks])

    @property
    def parts(self) -> tuple[Derivation, ...]:
        """The derivations that are checked: resolvents, and traces beside them."""
        return (*(one.resolvent for one in self.integrals), *self.traces.values())

    def latex(self, width: float | str | None = None, *, rules: bool = False) -> str:
        """The integral, and equations and value of its integrand; `width` and `rules` as for a `Derivation`."""
        return str(extension(VIEWS, "latex")(self, width, rules))

    def __str__(self) -> str:
        return str(extension(VIEWS, "text")(self))

    def _repr_html_(self) -> str:
        return str(extension(VIEWS, "html")(self))

    def _repr_latex_(self) -> str:
        return str(extension(VIEWS, "latex")(self))


def derive_log_determinants(asked: Question, budget: float = BUDGET) -> LogDetDerivation:
    """The integrals of a scalar with log det in it, and the traces beside them.

    Raises InputError for a log det inside of a trace or of another log det, and where a trace is not derived.
    """
    expression, model = asked.expression, asked.model
    assert isinstance(expression, Expr)
    dets = sorted(expression.atoms(LogDet), key=str)
    hidden = {one: Dummy() for one in dets}
    outside = expression.xreplace(hidden)
    if any(one.has(LogDet) for det in dets for one in det.arg.atoms(LogDet)):
        raise InputError("quantity", f"{expression} has a log det in a log det", "take them one by one")
    if any(trace.has(*hidden.values()) for trace in outside.atoms(Trace)):
        raise InputError("quantity", f"{expression} has a log det inside of a trace", "keep it outside")
    traces = {trace: derive_traces(trace, model, budget=budget) for trace in sorted(outside.atoms(Trace), key=str)}
    names = [f"kappa_{number}" for number in range(1, len(dets) + 1)] if len(dets) > 1 else ["kappa"]
    integrals = tuple(_integral(one, model, budget, name) for one, name in zip(dets, names, strict=True))
    return LogDetDerivation(expression, model, integrals, traces, asked.defaults)


def _integral(logdet: LogDet, model: Model, budget: float, scale_name: str) -> LogDetIntegral:
    matrix, size = logdet.arg, logdet.arg.shape[0]
    taken = {str(one) for one in contents_of(logdet, model).symbols} | {one.name for one in model.fields}
    path, scale = (_fresh(name, taken) for name in ("t", scale_name))
    start = derive_traces(Trace(matrix) / size, model, budget=budget)
    resolvent = derive_traces(Trace((path * Identity(size) + matrix).doit().inv()), model, budget=budget)
    return LogDetIntegral(logdet, path, scale, start, resolvent)


def _fresh(name: str, taken: Iterable[str]) -> Symbol:
    candidates = (name, *(f"{name}_{number}" for number in range(1, 1000)))
    return Symbol(next(one for one in candidates if one not in taken), positive=True)


def sensitivity(expression: Expr, part: Expr) -> Expr:
    """The derivative of a quantity by one of its traces or log dets, others kept."""
    stand_in = Dummy(real=True)
    return diff(expression.xreplace({part: stand_in}), stand_in).xreplace({stand_in: part})
