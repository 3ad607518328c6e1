"""Matrix expressions, derived: the deterministic equivalent as a function of the eigenvalues of its space.

At large sizes the expectation of a square matrix E made of random matrices is diagonal in the eigenbasis of the
deterministic matrices of its space, and a function f of their eigenvalues. It is read off one trace, with a
diagonal matrix D that is arbitrary: the planar limit of tr(E D) is linear in D, and

    tr(E D)  ->  sum over I of d_I f(lambda_I).

So f comes with everything that a trace comes with: the equations, and checks by diagrams, residuals and drawn
matrices, which hold for every D.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

from sympy import Expr, MatrixExpr, MatrixSymbol, Symbol, Trace

from planaria.algebra.errors import InputError, described
from planaria.algebra.rational import Ratio, Ring
from planaria.derivations.derivation import Derivation
from planaria.derivations.elimination.closed_form import ClosedForm
from planaria.derivations.equations.spectral_sums import Factor, SpectralSum
from planaria.derivations.equations.spectral_symbols import sum_name
from planaria.derivations.resummation import BUDGET, COMMUTED
from planaria.derivations.resummation import derive as derive_traces
from planaria.derivations.steps import Step
from planaria.diagrams.expressions.commuting import reorderings
from planaria.diagrams.expressions.contents import contents_of
from planaria.ensembles.estimate import Estimate
from planaria.ensembles.model import Model
from planaria.ensembles.question import Given, Question, Values, given
from planaria.ensembles.spectra import eigenvalue

__all__ = ["PROBED", "MatrixDerivation", "derive_matrix"]

PROBE = "D"
PROBED = "read by a trace"  # the rule of the step that brings the probe in


@dataclass(frozen=True)
class MatrixDerivation(Derivation):
    """The deterministic equivalent of a square matrix: diagonal in the eigenbasis of its space.

    ``value`` is its eigenvalue on a mode, in the eigenvalues of that mode, unknowns, spectral sums and parameters:
    what the papers write as a function of a matrix, such as Delta (Lambda + Delta)^-1.

    Attributes
    ----------
    probe
        The arbitrary diagonal matrix D of the trace that it was read off.
    traced
        The derivation of tr(E D), of which the checks are.
    """

    probe: MatrixSymbol = field(kw_only=True, repr=False)
    traced: Derivation = field(kw_only=True, repr=False)

    @property
    def space(self) -> Expr:
        """The space in which it acts."""
        size: Expr = self.probe.shape[0]
        return size

    @property
    def eigenvalues(self) -> tuple[Symbol, ...]:
        """The eigenvalues of one mode that the value contains; none where it is a multiple of the identity."""
        own = [symbol for _, symbol in self.rules.setting.matrices_of(self.space)]
        return tuple(one for one in own if one in self.value.free_symbols and one != eigenvalue(self.probe))

    @property
    def checked(self) -> Derivation:
        """The derivation of the trace with an arbitrary diagonal matrix."""
        return self.traced

    def evaluate(
        self,
        values: Values | None = None,
        *,
        digits: int = 50,
        limit: Values | None = None,
        certify: bool = False,
        mode: Given | None = None,
        weights: Given | None = None,
        **numbers: Given,
    ) -> Estimate:
        """The number on one mode, or summed over the modes with weights.

        Parameters
        ----------
        mode
            The mode, from 1, in the order of the eigenvalues.
        weights
            In place of a mode, one number for each: with the weights a_I b_I of two fixed vectors, by their
            components in the eigenbasis, the value is that of a^T E b.
        values, digits, limit, certify, numbers
            As for `Derivation.evaluate`.

        Raises InputError for neither mode nor weights, for both, and for a mode that there is not.
        """
        at = given(values, numbers, self.defaults)
        names = {str(getattr(key, "name", key)): key for key in at}
        if str(self.probe.name) in names:
            remedy = "give a mode, or weights"
            raise InputError(str(self.probe.name), "the probe stands for every diagonal matrix", remedy)
        at[self.probe] = self._chosen(mode, weights, self._size(at, names))
        return self.traced.evaluate(at, digits=digits, limit=limit, certify=certify)

    def evaluate_array(self, values: Values | None = None, **numbers: Given) -> NoReturn:
        """Raises InputError: arrays are of scalars."""
        raise self._no("evaluate_array", f"derive the trace: tr(...*{self._diagonal})")

    def simulate(self, values: Values | None = None, **options: Any) -> NoReturn:
        """Raises InputError: drawn matrices are averaged for scalars."""
        raise self._no("simulate", "use check(), which draws matrices, or simulate a trace of it")

    def series(self, *arguments: Any, **options: Any) -> NoReturn:
        """Raises InputError: series are of scalars; a limit at zero is, on each mode."""
        raise self._no("series", "expand a trace of it; limit() takes limits on each mode")

    def optimum(self, *arguments: Any, **options: Any) -> NoReturn:
        """Raises InputError: what is least is a scalar."""
        raise self._no("optimum", "take a trace of it")

    def equals(self, *arguments: Any, **options: Any) -> NoReturn:
        """Raises InputError: claims are about scalars."""
        raise self._no("equals", "compare a trace of it")

    def scaling(self, *arguments: Any, **options: Any) -> NoReturn:
        """Raises InputError: exponents are of scalars."""
        raise self._no("scaling", "take a trace of it")

    def regimes(self, *arguments: Any, **options: Any) -> NoReturn:
        """Raises InputError: balances are of scalars."""
        raise self._no("regimes", "take a trace of it")

    def trace(self, *, budget: float = BUDGET) -> Derivation:
        """The derivation of its trace."""
        return derive_traces(Trace(self.expression), self.model, budget=budget)

    @property
    def _diagonal(self) -> str:
        found = [str(matrix.name) for matrix, _ in self.rules.setting.matrices_of(self.space)]
        return next((one for one in found if one != str(self.probe.name)), f"I({self.space})")

    def _no(self, place: str, remedy: str) -> InputError:
        return InputError(place, "the value is a matrix, and not a scalar", remedy)

    def _size(self, at: Mapping[Any, Any], names: Mapping[str, Any]) -> int:
        """How many modes there are: by the size of the space, or by a list of eigenvalues.

        Raises InputError where neither says so, and for a size that is no whole number.
        """
        said = self.space if self.space.is_Integer else at.get(names.get(str(self.space)))
        if said is not None:
            try:
                return int(str(said))
            except ValueError:
                problem = f"{described(said)} is no number of modes"
                raise InputError(str(self.space), problem, "give a whole number") from None
        declared = dict(self.model.spectra)
        for matrix, _ in self.rules.setting.matrices_of(self.space):
            one = at.get(names.get(str(matrix.name)), declared.get(matrix))
            listed = one if isinstance(one, (list, tuple)) else getattr(one, "listed", None)
            if listed is not None:
                return len(listed)
        raise InputError(str(self.space), "the number of modes is not known", f"give {self.space}=400, say")

    def _chosen(self, mode: Given | None, weights: Given | None, size: int) -> list[Any]:
        """The eigenvalues of the probe."""
        if (mode is None) == (weights is None):
            said = "nothing says on which mode" if mode is None else "there are a mode and weights"
            raise InputError("mode", said, "give one of them: mode=1, or weights=[...], one number for each mode")
        if weights is not None:
            remedy = "give one number for each mode, in the order of the eigenvalues"
            if isinstance(weights, str) or not isinstance(weights, Iterable):
                raise InputError("weights", f"{described(weights)} is no list of numbers", remedy)
            chosen = list(weights)
            if len(chosen) != size:
                raise InputError("weights", f"there are {len(chosen)} weights, and {size} modes", remedy)
            return chosen
        if isinstance(mode, bool) or not isinstance(mode, int) or not 1 <= mode <= size:
            raise InputError("mode", f"{mode!r} is no mode from 1 to {size}", "give a whole number")
        return [int(number == mode) for number in range(1, size + 1)]


def derive_matrix(asked: Question, budget: float = BUDGET) -> MatrixDerivation:
    """The deterministic equivalent of a square matrix expression in Gaussian fields.

    Raises InputError for one that is not square, and where the planar limit of its traces is not reached.

    >>> from planaria.ensembles.question import question
    >>> found = derive_matrix(question("ridge-regression", "inv(gamma*I(M) + x*x.T/P)", "derive"))
    >>> found.value
    Delta/(gamma*(Delta + lambda_I))
    >>> found.eigenvalues, found.equations
    ((lambda_I,), (Eq(gamma, Delta*(P - S_11)/P),))
    >>> print(found.evaluate(M=20, P=30, Lambda=[1] * 20, gamma=1, mode=3, digits=12))
    0.581138830084
    """
    expression, model = asked.expression, asked.model
    assert isinstance(expression, MatrixExpr)
    rows, cols = expression.shape
    if rows != cols:
        problem = f"it is a matrix of shape {rows} x {cols}, which has no eigenbasis"
        raise InputError(asked.place or "quantity", problem, "multiply it to a square one")
    probe = MatrixSymbol(_fresh(expression, model), rows, rows)
    traced = derive_traces(Trace(expression * probe), model, budget=budget)
    closed = _of_a_mode(traced.closed_form, probe)
    steps = (
        *(Step(COMMUTED, one.before, one.after, one.sentence) for one in reorderings(Trace(expression), model)),
        Step(PROBED, expression, traced.expression, f"{probe.name} is any diagonal matrix of the space {rows}"),
        *(step for step in traced.steps if step.rule != COMMUTED),
    )
    return MatrixDerivation(expression, closed, steps, traced.words, asked.defaults, probe=probe, traced=traced)


def _fresh(expression: MatrixExpr, model: Model) -> str:
    """A name that nothing of the model has, nor an eigenvalue of it."""
    taken = {str(one) for one in contents_of(Trace(expression), model).symbols}
    taken |= {str(one.name) for one in model.fields} | {str(matrix.name) for matrix, _ in model.spectra}
    taken |= {str(one.name) for one in expression.atoms(MatrixSymbol)}
    for one in model.fields:
        taken |= {
            str(s.name) for each in (one.rows, one.cols) if each is not None for s in each.atoms(MatrixSymbol)
        }
    candidates = [PROBE, *(f"{PROBE}_{number}" for number in range(1, 100))]
    lower = {f"{name[:1].lower()}{name[1:]}" for name in taken}
    return next(one for one in candidates if one not in taken and one.lower() not in lower)


def _of_a_mode(closed: ClosedForm, probe: MatrixSymbol) -> ClosedForm:
    """The closed form of a trace with the probe, as that of one mode: sums with the probe become their terms."""
    symbol, space = eigenvalue(probe), probe.shape[0]
    probed = {name: one for name, one in closed.sums if one.space == space and symbol in one.occurring}
    plain = {name: _without(one, symbol) for name, one in closed.sums if name not in probed}
    ring = closed.ring
    names = _named(plain, {str(g) for g in ring.generators if g not in plain})
    renamed_ring = Ring([names.get(g, g) for g in ring.generators])
    kept = Ring(g for g in renamed_ring.generators if g not in probed and g != symbol)

    def renamed(one: Ratio) -> Ratio:
        parts = (renamed_ring.context.from_dict(p.to_dict()) for p in (one.numerator, one.denominator))
        return Ratio(renamed_ring, *parts).to(kept)

    return ClosedForm(
        kept,
        closed.unknowns,
        tuple(renamed(one) for one in closed.relations),
        tuple((names[name], one) for name, one in plain.items()),
        renamed(_term(closed.value, probed, symbol)),
        closed.solved_for,
        closed.system,
        tuple((loop, renamed(one)) for loop, one in closed.loops if not one.support() & set(probed)),
        declared=tuple((own, parameters) for own, parameters in closed.declared if own != symbol),
    )


def _term(value: Ratio, probed: Mapping[Symbol, SpectralSum], symbol: Symbol) -> Ratio:
    """What multiplies the probe's eigenvalue d_I in a value that is linear in sums with the probe."""
    ring = value.ring
    nothing = dict.fromkeys(probed, ring.zero)
    if value.substitute(nothing):
        raise _not_linear()
    total = ring.zero
    for name, one in probed.items():
        slope = value.derivative(name)
        if slope.support() & set(probed):
            raise _not_linear()
        total = total + slope * ring(one.summand / symbol)
    return total


def _not_linear() -> InputError:
    """Elimination may write a linear function with a numerator and a denominator that both contain the probe."""
    problem = "its closed form was not reached in a form that is read mode by mode"
    return InputError("derive", problem, "take a trace of it, or of its product with a deterministic matrix")


def _without(one: SpectralSum, symbol: Symbol) -> SpectralSum:
    """The same sum in a model without the probe."""
    places = [n for n, own in enumerate(one.eigenvalues) if own != symbol]

    def less(exponents: tuple[int, ...]) -> tuple[int, ...]:
        return tuple(exponents[n] for n in places)

    factors = tuple(
        (
            Factor(
                factor.space,
                tuple(factor.eigenvalues[n] for n in places),
                less(factor.leading),
                tuple((less(exponents), coefficient) for exponents, coefficient in factor.coefficients),
            ),
            power,
        )
        for factor, power in one.factors
    )
    eigenvalues = tuple(one.eigenvalues[n] for n in places)
    return SpectralSum(one.space, eigenvalues, less(one.exponents), factors, one.scale)


def _named(sums: Mapping[Symbol, SpectralSum], taken: set[str]) -> dict[Symbol, Symbol]:
    """Names as the sums would have had without the probe; one that is taken keeps its own."""
    found: dict[Symbol, Symbol] = {}
    for symbol, one in sums.items():
        suffix = str(symbol.name).partition("_")[2].partition("_")[2]
        wish = sum_name(one.exponents, one.factors, suffix, scaled=bool(one.scale))
        name = wish if wish not in taken else str(symbol.name)
        taken.add(name)
        found[symbol] = Symbol(name)
    return found
