"""A derivation: a quantity of a model, its closed form, and every step that led to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Self

from sympy import Eq, Expr, Symbol, Trace

from planaria.algebra.errors import InputError, check_truth
from planaria.algebra.values import Portable
from planaria.derivations.analysis.consequence import Consequence, derivatives
from planaria.derivations.analysis.limit_parameter import limit_parameter
from planaria.derivations.analysis.limits import LimitBranch, limit_branches
from planaria.derivations.analysis.optimum import Optimum
from planaria.derivations.analysis.parameter_series import ParameterSeries
from planaria.derivations.compared import Comparison
from planaria.derivations.elimination.algebraic import AlgebraicForm, algebraic_form
from planaria.derivations.elimination.closed_form import ClosedForm
from planaria.derivations.equations.schwinger_dyson import SchwingerDyson
from planaria.derivations.equations.spectral_sums import SpectralSum
from planaria.derivations.forms.basis import in_basis, read_basis
from planaria.derivations.forms.collected import collected, read_symbols
from planaria.derivations.forms.determinants import Determinant, determinants, with_determinants
from planaria.derivations.forms.parts import Part
from planaria.derivations.steps import Step
from planaria.diagrams.rules.pencil import FeynmanRules
from planaria.ensembles.estimate import Estimate, Simulation
from planaria.ensembles.evidence import Check
from planaria.ensembles.extensions import EVALUATORS, VIEWS, extension
from planaria.ensembles.formulas.claim import Claim
from planaria.ensembles.model import Model
from planaria.ensembles.question import Given, Values, given
from planaria.ensembles.shown import Shown

if TYPE_CHECKING:
    from planaria.ensembles.points import PointArray

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
    defaults
        Numbers that its model file gives to parameters and dimensions, taken where no others are given.
    collected_in
        The symbols by whose powers the value is written.
    names_determinants
        Whether denominators that are determinants of ladders are shown as these, by a name.
    """

    expression: Expr
    closed_form: ClosedForm = field(repr=False)
    steps: tuple[Step, ...] = field(repr=False, compare=False)
    words: Mapping[Trace, Expr] = field(repr=False, compare=False)
    defaults: Mapping[Symbol, Expr] = field(default_factory=dict, repr=False, compare=False)
    collected_in: tuple[Symbol, ...] = field(default=(), kw_only=True, repr=False, compare=False)
    names_determinants: bool = field(default=True, kw_only=True, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Raises InputError for a closed form that is that of another quantity."""
        object.__setattr__(self, "steps", Shown(self.steps))
        if not self.outer.atoms(Trace) <= {one.trace for one in self.rules.readings}:
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
    def checked(self) -> Derivation:
        """The derivation of a scalar that evidence is of: itself."""
        return self

    @property
    def rules(self) -> FeynmanRules:
        """The Feynman rules: the pencil whose inverse holds every trace of the expression."""
        return self.system.rules

    @property
    def model(self) -> Model:
        """The fields, and what is known of the spectra of deterministic matrices."""
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
        if self.collected_in:
            return collected(self.closed_form, self.collected_in)
        return self.closed_form.physical_value

    @cached_property
    def determinants(self) -> tuple[Determinant, ...]:
        """The factors below the value that are determinants of ladders; none where they are written out."""
        found = determinants(self.closed_form) if self.names_determinants else ()
        return tuple(one for one in found if self.value.has(one.factor, -one.factor))

    @property
    def value_as_shown(self) -> Expr:
        """The value with the names of determinants in place of what they are."""
        return with_determinants(self.value, self.determinants)

    def written_out(self) -> Self:
        """The same derivation, shown without names for determinants."""
        return replace(self, names_determinants=False)

    @property
    def spectral_sums(self) -> Mapping[Symbol, SpectralSum]:
        """What the symbols S_.. and t_.. in value and equations stand for."""
        return self.closed_form.spectral_sums

    @property
    def symbols(self) -> Mapping[str, Symbol]:
        """The symbols of value and equations by their names: parameters, dimensions, unknowns and spectral sums.

        A derivative is by one of these, ``value.diff(result.symbols["P"])``: for sympy, ``"P"`` is another symbol,
        without assumptions, by which every derivative is zero.
        """
        formulas = (self.value, *self.equations)
        found = {str(one): one for formula in formulas for one in formula.free_symbols}
        return {name: found[name] for name in sorted(found)}

    @cached_property
    def algebraic(self) -> AlgebraicForm | None:
        """The polynomial of the value, and its root, where no spectral sum occurs; else None."""
        return algebraic_form(self.closed_form)

    def evaluate(
        self,
        values: Values | None = None,
        *,
        digits: int = 50,
        limit: Values | None = None,
        certify: bool = False,
        **numbers: Given,
    ) -> Estimate:
        """The number at given parameters, to `digits` digits: an `Estimate`.

            result.evaluate(N=60, P=120, gamma="1e-3")

        Names may be keywords, or keys of `values`; a ridge or a spectral parameter may be complex. See
        `planaria.numerics.evaluate`, which it is.
        """
        number = extension(EVALUATORS, "number")
        found: Estimate = number(self, values, digits=digits, limit=limit, certify=certify, **numbers)
        return found

    def evaluate_array(self, values: Values | None = None, **numbers: Given) -> PointArray:
        """The numbers over arrays of parameters, in double precision; see `planaria.numerics.evaluate_array`.

        A ridge or a spectral parameter may be complex.
        """
        found: PointArray = extension(EVALUATORS, "array")(self, values, **numbers)
        return found

    def check(self, *, seed: int = 0, simulation: bool = True) -> Shown[Check]:
        """Every check of it, each by a route of its own; see `planaria.numerics.check`."""
        found: Shown[Check] = extension(EVALUATORS, "check")(self, seed=seed, simulation=simulation)
        return found

    def simulate(
        self, values: Values | None = None, *, runs: int = 100, seed: int = 0, workers: int = 1, **numbers: Given
    ) -> Simulation:
        """Its expectation over drawn matrices: a `Simulation`; see `planaria.numerics.simulate`."""
        found: Simulation = extension(EVALUATORS, "simulation")(
            self.expression,
            self.model,
            given(values, numbers, self.defaults),
            runs=runs,
            seed=seed,
            workers=workers,
        )
        return found

    def limit(self, **parameter: int) -> Shown[LimitBranch]:
        """The ways in which it can hold when a parameter goes to zero: ``result.limit(gamma=0)``.

        Which of them is the physical one depends on the numbers, as N < P or N > P, and is found by
        ``evaluate(limit={"gamma": 0})``; `series` says it for inequalities, and takes other limits.
        See `planaria.derivations.analysis.limits` for what a branch says.
        """
        return Shown(
            limit_branches(self.closed_form, limit_parameter(self.expression, self.rules.setting, parameter))
        )

    def split(self, *names: str) -> Shown[Part]:
        """The value as a sum of parts, by powers of parameters or by fields: bias and variance.

            result.split("sigma_w", "sigma_eps")

        See `planaria.derivations.splitting.split`.
        """
        found: Shown[Part] = extension(EVALUATORS, "parts")(self, *names)
        return found

    def rewrite(self, basis: str | Mapping[str, str]) -> Self:
        """The same derivation in spectral sums of one's own choice, with names of one's own.

            result.rewrite("z = S_11, q2 = S_22")

        S_ab is the sum of lambda^a/(lambda + Delta)^b, R_ab that of lambda^a Delta^(b-a)/(lambda + Delta)^b; df1
        and df2 are S_11 and S_22. See `planaria.derivations.forms.basis`.

        Raises InputError for a sum that there is not, and where these sums do not span those of the value.
        """
        closed = self.closed_form
        return replace(self, closed_form=in_basis(closed, read_basis(basis, closed)), collected_in=())

    def collect(self, *names: str) -> Self:
        """The same derivation, its value by powers of symbols: ``result.collect("sigma_w, sigma_eps")``.

        Parameters, dimensions, unknowns and spectral sums; see `planaria.derivations.forms.collected`.
        """
        return replace(self, collected_in=read_symbols(names, self.closed_form))

    def equals(
        self,
        formula: str | Expr | Claim,
        let: Mapping[str, str | Derivation] | Sequence[str] = (),
        *,
        values: Values | None = None,
        seed: int = 0,
        **numbers: Given,
    ) -> Comparison:
        """Whether the quantity is equal to a formula: a `Comparison`, true where that is proved or holds.

            result.equals("(P - z)/(gamma*P)", ["z = sum(lambda_I/(lambda_I + Delta))"])

        See `planaria.numerics.comparison.compare`, which it is, for what a formula may contain.
        """
        compare = extension(EVALUATORS, "comparison")
        found: Comparison = compare(self, formula, let, values=values, seed=seed, **numbers)
        return found

    def derivative(self, **orders: int) -> Consequence:
        """The derivative by parameters along the solution, each so often: ``result.derivative(gamma=1)``.

        The unknowns follow by their equations, exactly; the result is in the same unknowns, and sums over
        eigenvalues like those of the value. A dimension is a parameter like others unless a sum runs over it.

        >>> from planaria.derivations import derive
        >>> slope = derive("ridge-regression", "variance").derivative(gamma=1)
        >>> slope.value
        -C*P**2*R_23*sigma_eps**2/(Delta*(P - S_22)**3)
        >>> slope.spectral_sums[next(s for s in slope.spectral_sums if str(s) == "R_23")]
        sum of Delta*lambda_I**2/(Delta + lambda_I)**3, I = 1..M

        Raises InputError for names that the formulas do not contain, for sizes that sums run over and parameters
        of spectra.
        """
        return derivatives(self, self.closed_form, orders)

    def series(
        self,
        order: int | str | None = None,
        *,
        values: Values | None = None,
        ratios: Mapping[str, Given] | None = None,
        seed: int = 0,
        **limits: Given,
    ) -> Shown[ParameterSeries]:
        """Its series about a limit, to a power of what goes there: ``result.series(3, gamma=0)``.

        One for each set of inequalities between parameters and dimensions; every coefficient is in closed form.

        Parameters
        ----------
        order
            The last power, of the parameter or of the reciprocal of what grows; None for the leading term.
        values
            Numbers and spectra: the series that holds there, alone. Where two dimensions have one number, powers
            may be fractions.
        ratios
            What holds on the way: ``{"N/P": 2}``, or with a new name ``{"gamma/N": "kappa"}``. Two dimensions in a
            ratio, with no other limit, go to infinity.
        limits
            0, ``"oo"``, a number or another parameter; several at once where the path makes no difference.

        >>> from planaria.derivations import derive
        >>> for one in derive("marchenko-pastur", "resolvent").series(1, gamma=0):
        ...     print(one)
        gamma -> 0 for P < N: ((N - P)/N)*(gamma)**(-1) + (P**2/(N*(N - P)))*(gamma)**(0) + \
(-P**3/(N - P)**3)*(gamma)**(1)
        gamma -> 0 for N < P: (-P/(N - P))*(gamma)**(0) + (P**3/(N - P)**3)*(gamma)**(1)
        """
        found: Shown[ParameterSeries] = extension(EVALUATORS, "series")(
            self, limits, order=order, values=values, ratios=ratios, seed=seed
        )
        return found

    def optimum(
        self,
        name: str,
        *,
        values: Values | None = None,
        digits: int = 50,
        limits: Mapping[str, Given] | None = None,
        ratios: Mapping[str, Given] | None = None,
    ) -> Optimum:
        """Where it is least over a positive parameter: ``result.optimum("gamma", values={...})``.

        The stationarity is in closed form; with numbers for everything else also the parameter and the value
        there, to so many digits. `limits` and `ratios` are those of `series`: the closed form in a limit.

        Raises InputError where the least value is at the boundary.
        """
        found: Optimum = extension(EVALUATORS, "optimum")(
            self, name, values=values, digits=digits, limits=limits, ratios=ratios
        )
        return found

    def scaling(self, symbol: str, given: str | Mapping[str, object] = "") -> Portable:
        """Exponent and prefactor as a symbol goes to infinity: ``result.scaling("N", "gamma=0, P=oo, M=oo")``.

        See `planaria.numerics.asymptotics.scaling`, which it is.
        """
        # Of a type that is made of derivations, which is why it is not named here.
        found: Portable = extension(EVALUATORS, "scaling")(self, symbol, given)
        return found

    def regimes(self, symbols: str, given: str | Mapping[str, object] = "") -> Portable:
        """Every dominant balance over some symbols: ``result.regimes("N, P, gamma", "M=oo")``.

        See `planaria.numerics.asymptotics.regimes`.
        """
        found: Portable = extension(EVALUATORS, "regimes")(self, symbols, given)
        return found

    def bulk(self, order: int = 1) -> Portable:
        """The closed form in z alone where the pole is among infinitely many eigenvalues of a power law.

        See `planaria.derivations.bulk.form`: order 0 has integrals in place of sums, 1 their constants, too.
        """
        found: Portable = extension(EVALUATORS, "bulk")(self, order)
        return found

    def sign(self, along: str = "", fixed: str = "", *, seed: int = 0) -> Portable:
        """The sign of the value, or of its slope: ``result.sign("N + P", fixed="N*P, Delta")``.

        It is proved, if it can be.

        See `planaria.numerics.signs.sign`.
        """
        found: Portable = extension(EVALUATORS, "sign")(self, along, fixed, seed=seed)
        return found

    def latex(self, width: float | str | None = None, *, rules: bool = False) -> str:
        """Equations, value and spectral sums as LaTeX to be pasted into a paper.

        Parameters
        ----------
        width
            The width of its text, in points or as a length such as ``"12cm"``: blocks that fit on it, may go on on
            the next page, and need amsmath. Without it one display as notebooks show it.
        rules
            Whether the Feynman rules stand in front, as blocks of a page.

        Raises InputError for a width below 240 points, and for what is none.
        """
        check_truth(rules, "rules")
        return str(extension(VIEWS, "latex")(self, width, rules))

    def __str__(self) -> str:
        return str(extension(VIEWS, "text")(self))

    def _repr_html_(self) -> str:
        return str(extension(VIEWS, "html")(self))

    def _repr_latex_(self) -> str:
        return str(extension(VIEWS, "latex")(self))
