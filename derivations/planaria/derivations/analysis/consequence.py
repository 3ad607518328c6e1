"""What follows from a closed form: another value of the same unknowns, with the steps that led to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from sympy import Eq, Expr, Symbol

from planaria.algebra.errors import InputError, described
from planaria.algebra.values import Portable
from planaria.derivations.calculus.differentiation import check_differentiable, derivative_of, physical
from planaria.derivations.elimination.closed_form import ClosedForm, Form
from planaria.derivations.equations.spectral_sums import SpectralSum
from planaria.derivations.steps import Formula, Step
from planaria.ensembles.estimate import Estimate
from planaria.ensembles.extensions import EVALUATORS, VIEWS, extension
from planaria.ensembles.question import Given, Values
from planaria.ensembles.shown import Shown, Visible

__all__ = ["Consequence", "Source", "derivatives"]


class Source(Protocol):
    """The derivation that something follows from."""

    @property
    def closed_form(self) -> ClosedForm: ...

    @property
    def expression(self) -> Expr: ...

    @property
    def symbols(self) -> Mapping[str, Symbol]: ...


@dataclass(frozen=True)
class Consequence(Visible, Portable):
    """A value that follows from a derivation, in the same unknowns and equations.

    Attributes
    ----------
    source
        The derivation; numbers of the unknowns are those of its verified branch.
    about
        What the value is, in words.
    form
        Unknowns, relations and the value.
    steps
        How it came about.
    """

    source: Source
    about: str
    form: Form = field(repr=False)
    steps: tuple[Step, ...] = field(repr=False, compare=False)

    @property
    def value(self) -> Expr:
        """The value in unknowns, spectral sums and parameters."""
        return self.form.physical_value

    @property
    def unknowns(self) -> tuple[Symbol, ...]:
        """The symbols that the equations fix."""
        return tuple(unknown.symbol for unknown in self.form.unknowns)

    @property
    def equations(self) -> tuple[Eq, ...]:
        """The equations of the unknowns, those of the derivation."""
        return self.source.closed_form.equations

    @property
    def spectral_sums(self) -> Mapping[Symbol, SpectralSum]:
        """What the symbols S_.. and R_.. in value and equations stand for."""
        return self.form.spectral_sums

    def derivative(self, **orders: int) -> Consequence:
        """Its derivative by parameters: ``second = first.derivative(gamma=1)``."""
        return derivatives(self.source, self.form, orders, self.steps, self.about)

    def evaluate(self, values: Values | None = None, *, digits: int = 50, **numbers: Given) -> Estimate:
        """The number at given parameters, to `digits` digits, as `planaria.numerics.evaluate` does it.

        The unknowns are those of the derivation there, which are verified; on them the value is computed.
        """
        found: Estimate = extension(EVALUATORS, "consequence")(self, values, digits=digits, **numbers)
        return found

    def __str__(self) -> str:
        return str(extension(VIEWS, "text")(self))


def derivatives(
    source: Source, form: Form, orders: Mapping[str, int], before: tuple[Step, ...] = (), about: str = ""
) -> Consequence:
    """The derivative of a value by some parameters, each so often, with one step for each parameter.

    Raises InputError for names that neither value nor equations contain, and for orders that are no whole number
    from 1 on.
    """
    if not orders:
        raise InputError("derivative", "no parameter is given", "give one, as in derivative(gamma=1)")
    steps, words = list(before), [about] if about else []
    for name, order in orders.items():
        if isinstance(order, bool) or not isinstance(order, int) or order < 1:
            raise InputError("derivative", f"{described(order)} is no order by {name}", f"give {name}=1, 2, ...")
        parameter = _parameter(source, name)
        further = derivative_of(form, parameter, order)
        reason = "along the solution: the unknowns follow by their equations, the sums by their denominators"
        rule = f"derivative by {name}" if order == 1 else f"derivative of order {order} by {name}"
        steps.append(Step(rule, Formula(form.value), Formula(further.value), reason))
        words.append(rule)
        form = further
    return Consequence(source, ", ".join(words), form, Shown(steps))


def _parameter(source: Source, name: str) -> Symbol:
    """A parameter or a dimension by its name; what the formulas do not contain is none to differentiate by."""
    closed = source.closed_form
    own = {u.symbol for u in closed.unknowns} | {symbol for symbol, _ in closed.sums}
    known = {str(s): s for s in source.symbols.values() if s not in own and str(s) not in map(str, own)}
    spectral = frozenset().union(*(own for _, own in closed.declared))
    sizes = frozenset().union(*(one.space.free_symbols for _, one in closed.sums))
    for symbol in spectral | sizes:
        if str(symbol) == name:
            check_differentiable(physical(closed), symbol)
    known = {text: s for text, s in known.items() if text == name or s not in spectral | sizes}
    if name not in known:
        names = ", ".join(sorted(known)) or "no parameter"
        raise InputError("derivative", f"the formulas do not contain '{name}'", f"they contain {names}")
    return known[name]
