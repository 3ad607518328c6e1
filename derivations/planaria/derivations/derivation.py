"""A derivation: a quantity of a model, its closed form, and every step that led to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from sympy import Eq, Expr, Symbol, Trace

from planaria.algebra.errors import InputError
from planaria.algebra.values import Portable
from planaria.derivations.elimination.algebraic import AlgebraicForm, algebraic_form
from planaria.derivations.elimination.closed_form import ClosedForm
from planaria.derivations.equations.schwinger_dyson import SchwingerDyson
from planaria.derivations.equations.spectral_sums import SpectralSum
from planaria.derivations.steps import Step
from planaria.diagrams.rules.pencil import FeynmanRules
from planaria.ensembles.extensions import EVALUATORS, VIEWS, extension
from planaria.ensembles.model import Model

__all__ = ["Derivation"]


@dataclass(frozen=True)
class Derivation(Portable):
    """A quantity of a model, derived: its closed form and how it came about.

    Attributes
    ----------
    expression
        What was asked for.
    closed_form
        Unknowns, relations and value in exact arithmetic; it knows the equations and the model that it is of.
    steps
        Every move, with before, after and reason.
    words
        The planar sums that take the place of traces of long words, which the rules do not contain.
    """

    expression: Expr
    closed_form: ClosedForm = field(repr=False)
    steps: tuple[Step, ...] = field(repr=False, compare=False)
    words: Mapping[Trace, Expr] = field(repr=False, compare=False)

    def __post_init__(self) -> None:
        """Raises InputError for a closed form that is that of another quantity."""
        read = {one.trace for one in self.rules.readings}
        if not self.outer.atoms(Trace) <= read:
            raise InputError("derivation", "its closed form is that of another quantity", "make it with derive")

    @property
    def outer(self) -> Expr:
        """The quantity as a function of the traces that the rules read, in their order when sorted as text."""
        return self.expression.xreplace(dict(self.words))

    @property
    def system(self) -> SchwingerDyson:
        """The planar Schwinger-Dyson equations."""
        return self.closed_form.system

    @property
    def rules(self) -> FeynmanRules:
        """The Feynman rules: the pencil whose inverse holds every trace of the expression."""
        return self.system.rules

    @property
    def model(self) -> Model:
        return self.rules.setting.model

    @property
    def unknowns(self) -> tuple[Symbol, ...]:
        """The symbols that the equations fix."""
        return tuple(unknown.symbol for unknown in self.closed_form.unknowns)

    @property
    def equations(self) -> tuple[Eq, ...]:
        """As many equations as unknowns, in unknowns, spectral sums and parameters."""
        return self.closed_form.equations

    @property
    def value(self) -> Expr:
        """The quantity in unknowns, spectral sums and parameters."""
        return self.closed_form.physical_value

    @property
    def spectral_sums(self) -> Mapping[Symbol, SpectralSum]:
        """What the symbols S_.. and t_.. in value and equations stand for."""
        return self.closed_form.spectral_sums

    @cached_property
    def algebraic(self) -> AlgebraicForm | None:
        """The polynomial of the value, and its root, where no spectral sum occurs; else None."""
        return algebraic_form(self.closed_form)

    def evaluate(self, values: Mapping[Any, Any], *, digits: int = 50, **options: Any) -> Any:
        """The number at given parameters, to `digits` digits: an `Estimate`.

        The evaluator is found as an entry point of the group ``planaria.evaluators``, since derivations do not
        import the numerics. See `planaria.numerics.solving.evaluate` for options and errors.
        """
        return extension(EVALUATORS, "mpmath")(self, values, digits=digits, **options)

    def _repr_latex_(self) -> str:
        return str(extension(VIEWS, "latex")(self))
