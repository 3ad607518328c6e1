"""A closed form as generalised polynomials in one unknown, in every state that its pole can be in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from sympy import Add, Expr, Matrix, Mul, Rational, Symbol

from planaria.algebra.errors import InputError
from planaria.algebra.rational import Ratio
from planaria.algebra.values import Portable
from planaria.derivations.asymptotics.expansions import Expansions, State
from planaria.derivations.asymptotics.generalised import Field, GeneralisedPolynomial, monomial
from planaria.derivations.asymptotics.stationary import stationary_form
from planaria.derivations.derivation import Derivation
from planaria.derivations.elimination.closed_form import Form
from planaria.derivations.elimination.plain import plain_form
from planaria.derivations.equations.schwinger_dyson import STRENGTH
from planaria.ensembles.spectra import PowerLaw, Spectrum

__all__ = ["WITNESS", "System", "inert_weights", "law_of", "size_term", "systems"]

SIZE_FACTOR = Symbol("k_#0", positive=True)  # of the number of eigenvalues along a path
WITNESS = Fraction(8013, 10007)  # no two exponents of different form are equal there


@dataclass(frozen=True)
class System(Portable):
    """One unknown, one relation and a value, as generalised polynomials.

    Attributes
    ----------
    expansions
        The state of the pole, and its variable, which is the unknown.
    relation
        Vanishes.
    outputs
        The value is the quotient of the first two; of the next two, if any, the parameter at its optimum.
    constants
        The numbers among the variables.
    """

    expansions: Expansions
    relation: GeneralisedPolynomial
    outputs: tuple[GeneralisedPolynomial, ...]
    constants: Mapping[Symbol, Expr]

    @property
    def field(self) -> Field:
        return self.expansions.field

    @property
    def unknown(self) -> Symbol:
        return self.expansions.variable


def law_of(derivation: Derivation) -> tuple[Symbol | None, Spectrum | None]:
    """The size and the spectrum of the matrix whose eigenvalues are summed over; None where no sum occurs.

    Raises InputError where sums are over several matrices, or over eigenvalues of which nothing is said.
    """
    sums = plain_form(derivation.closed_form).sums
    setting = derivation.rules.setting
    eigenvalues = {one for _, s in sums for one in s.occurring}
    if not eigenvalues:
        return None, None
    matrices = [matrix for matrix, symbol in setting.matrices if symbol in eigenvalues]
    if len(matrices) > 1:
        names = " and ".join(str(one.name) for one in matrices)
        raise InputError(
            "spectrum",
            f"sums are over eigenvalues of {names} together",
            "declare one matrix, as by Omega = Lambda",
        )
    (matrix,) = matrices
    spectrum = dict(setting.model.spectra).get(matrix)
    if spectrum is None:
        raise InputError(
            f"spectrum of {matrix.name}",
            "the eigenvalues follow no law, and without one a sum over them has no exponent",
            f"declare it: --spectrum {matrix.name}=power-law",
        )
    size = matrix.shape[0]
    if not isinstance(size, Symbol):
        raise InputError(f"matrix {matrix.name}", f"its size {size} is no symbol", "give its space a name")
    return size, spectrum


def systems(
    derivation: Derivation,
    formulas: Mapping[Symbol, Expr],
    optimised: Symbol | None = None,
    *,
    infinite: bool,
    growing: bool,
) -> Iterator[System]:
    """The closed form in every state that its pole can be in.

    Parameters
    ----------
    formulas
        What parameters and dimensions are along the path, each one term: ``{P: 2*N}``.
    optimised
        A parameter that is at its optimum.
    infinite
        Whether the law of the eigenvalues runs on for ever.
    growing
        Whether their number goes to infinity along the path.

    Raises InputError for several unknowns, and for what has no such expansion.
    """
    form = plain_form(derivation.closed_form)
    size, spectrum = law_of(derivation)
    if len(form.unknowns) != 1:
        raise InputError(
            "scaling",
            f"the closed form has {len(form.unknowns)} unknowns, and balances are known for one",
            "ask for a quantity of one unknown",
        )
    if (infinite or growing) and spectrum is not None and not isinstance(spectrum, PowerLaw):
        raise InputError(
            "spectrum",
            f"the eigenvalues ({spectrum.title or 'given one by one'}) follow no power law, and infinitely many "
            "have no exponent",
            "declare a power law, or keep their number fixed",
        )
    (unknown,) = form.unknowns
    field = _field(spectrum, formulas)
    poles = {c for f in form.factors() for _, c in f.coefficients}
    if not all(f.is_pole for f in form.factors()) or not poles <= {unknown.symbol}:
        names = ", ".join(sorted(map(str, poles))) or "none"
        raise InputError(
            "scaling",
            f"sums have the poles {names}",
            f"only sums with the one pole {unknown.symbol} have expansions",
        )
    optimum = None
    if optimised is not None:
        form, optimum = stationary_form(form, optimised)
    for state in _states(bool(poles), spectrum, infinite, growing):
        variable = Symbol("z" if state is State.BULK else str(unknown.symbol), positive=True)
        variable = Symbol(f"{variable}#", positive=True)
        own = None if infinite else size
        expansions = Expansions(field, state, unknown.symbol, variable, spectrum, own, growing)
        yield _System(form, expansions, formulas, optimum).read()


def _field(spectrum: Spectrum | None, formulas: Mapping[Symbol, Expr]) -> Field:
    alpha: Expr = spectrum.alpha if isinstance(spectrum, PowerLaw) else Symbol("alpha", positive=True)
    alpha = alpha.subs(dict(formulas))
    if alpha.is_Rational:
        if alpha <= 0:
            raise InputError("alpha", f"{alpha} is not positive", "a power law needs alpha > 0")
        return Field(alpha, Fraction(alpha.p, alpha.q))
    if not isinstance(alpha, Symbol):
        raise InputError(
            "alpha", f"{alpha} is neither a symbol nor a rational number", "give a fraction, as alpha=4/5"
        )
    return Field(alpha, WITNESS)


def _states(has_pole: bool, spectrum: Spectrum | None, infinite: bool, growing: bool) -> tuple[State, ...]:
    if not has_pole:
        return (State.PLAIN,)
    if infinite:
        return (State.BULK, State.ABOVE)
    return (State.BULK, State.BELOW, State.ABOVE) if growing else (State.BELOW, State.ABOVE)


@dataclass(frozen=True)
class _System:
    form: Form
    expansions: Expansions
    formulas: Mapping[Symbol, Expr]
    optimum: Ratio | None

    def read(self) -> System:
        e = self.expansions
        constants = dict(e.constants)
        named = dict(self.form.sums)
        powers: dict[Symbol, GeneralisedPolynomial] = {s: e.sum(one) for s, one in named.items()}
        spectrum = e.spectrum
        if isinstance(spectrum, PowerLaw):
            scale = spectrum.scale.subs(dict(self.formulas))
            if not isinstance(scale, Symbol):
                constants[e.scale] = scale
        (relation,) = self.form.relations
        parts = []
        for ratio in (relation, self.form.value, *([self.optimum] if self.optimum else [])):
            physical = ratio.to(self.form.ring).substitute({STRENGTH: self.form.ring.one})
            parts += [
                self._polynomial(one, physical, powers) for one in (physical.numerator, physical.denominator)
            ]
        system = System(e, parts[0], tuple(parts[2:]), constants)
        if isinstance(spectrum, PowerLaw) and isinstance(scale, Symbol):
            system = _renamed(system, e.scale, GeneralisedPolynomial.power(e.field, scale, e.field.one))
        if e.grows and e.size in self.formulas:
            known, given = size_term(e.field, self.formulas[e.size])
            system = _renamed(replace(system, constants=constants | known), e.size, given)
        return system

    def _polynomial(
        self, polynomial: object, ratio: Ratio, powers: Mapping[Symbol, GeneralisedPolynomial]
    ) -> GeneralisedPolynomial:
        field = self.expansions.field
        known: dict[tuple[Expr, int], GeneralisedPolynomial] = {}
        parts = []
        for exponents, coefficient in polynomial.terms():  # type: ignore[attr-defined]
            number = field(Fraction(int(coefficient.p), int(coefficient.q)))
            term = GeneralisedPolynomial.constant(field, number)
            for generator, exponent in zip(ratio.ring.generators, exponents, strict=False):
                if not exponent:
                    continue
                key = generator, int(exponent)
                if key not in known:
                    known[key] = self._power(generator, int(exponent), powers)
                term = term * known[key]
            parts.append(term)
        return GeneralisedPolynomial.total(field, parts)

    def _power(
        self, generator: Expr, exponent: int, powers: Mapping[Symbol, GeneralisedPolynomial]
    ) -> GeneralisedPolynomial:
        e = self.expansions
        if generator in powers:
            return powers[generator] ** exponent
        if generator == e.pole:
            return e.pole_power(e.field(exponent))
        if generator in self.formulas:
            terms = Add.make_args(self.formulas[generator].expand())
            return GeneralisedPolynomial.total(e.field, (one_term(e.field, one) for one in terms)) ** exponent
        symbol = generator if isinstance(generator, Symbol) else Symbol(str(generator), positive=True)
        return GeneralisedPolynomial.power(e.field, symbol, e.field(exponent))


def one_term(field: Field, formula: Expr) -> GeneralisedPolynomial:
    """A product of powers; InputError for anything else."""
    coefficient, rest = formula.as_coeff_Mul()
    exponents: dict[Symbol, Ratio] = {}
    for factor in Mul.make_args(rest):
        base, exponent = factor.as_base_exp()
        try:
            if base == 1:
                continue
            if not isinstance(base, Symbol):
                raise KeyError(base)
            exponents[base] = field(exponent)
        except KeyError:
            raise InputError(
                "--given",
                f"{formula} is no product of powers",
                "give such, or sums of such: 2*N, N**(1 - alpha), N + 1",
            ) from None
    number = field(Rational(coefficient)) if coefficient.is_Rational else None
    if number is None:
        raise InputError("--given", f"{coefficient} is no fraction", "give a rational number, as 4/5")
    return GeneralisedPolynomial(field, {monomial(exponents): number})


def size_term(field: Field, formula: Expr) -> tuple[dict[Symbol, Expr], GeneralisedPolynomial]:
    """A product of powers as one with the coefficient 1, whose number has a name."""
    if isinstance(formula.expand(), Add):
        raise InputError(
            "--given", f"the number of eigenvalues is the sum {formula}", "give one term, as 2*N or N**2"
        )
    ((key, number),) = one_term(field, formula).terms.items()
    known: dict[Symbol, Expr] = {}
    if not number.is_one:
        known[SIZE_FACTOR] = number.to_sympy()
        key = monomial({**dict(key), SIZE_FACTOR: field.one})
    return known, GeneralisedPolynomial(field, {key: field.one})


def _renamed(system: System, old: Symbol, new: GeneralisedPolynomial) -> System:
    """With a variable replaced by a product of powers with the coefficient 1."""
    ((key, _),) = new.terms.items()

    def power(exponent: Ratio) -> GeneralisedPolynomial:
        return GeneralisedPolynomial(system.field, {tuple((v, e * exponent) for v, e in key): system.field.one})

    relation, *outputs = (one.replace(old, power) for one in (system.relation, *system.outputs))
    return replace(system, relation=relation, outputs=tuple(outputs))


def inert_weights(
    derivation: Derivation, size: Symbol, dimensions: frozenset[Symbol], moving: frozenset[Symbol]
) -> Mapping[Symbol, Fraction] | None:
    """How parameters have to scale with a size for it to drop out of everything but the sums; None if none can.

    With a variance sigma_u**2/M, sigma_u ~ M**(1/2) does: then M is a matter of normalisation, and stands for no
    number of eigenvalues. ``dimensions`` are not parameters; ``moving`` ones are taken last.
    """
    form = plain_form(derivation.closed_form)
    sums = {symbol for symbol, _ in form.sums} | {u.symbol for u in form.unknowns}
    generators = list(form.ring.generators)
    fixed = [g for g in generators if isinstance(g, Symbol) and g not in {*sums, *dimensions, STRENGTH, size}]
    fixed.sort(key=lambda g: (g in moving, str(g)))
    rows, right = [], []
    for ratio in (*form.relations, form.value):
        physical = ratio.substitute({STRENGTH: form.ring.one})
        for polynomial in (physical.numerator, physical.denominator):
            monoms = [tuple(int(e) for e in m) for m in polynomial.monoms()]
            for other in monoms[1:]:
                difference = [a - b for a, b in zip(other, monoms[0], strict=True)]
                where = {g: d for g, d in zip(generators, difference, strict=False) if d}
                rows.append([where.get(g, 0) for g in fixed])
                right.append(-where.get(size, 0))
    if not any(right):
        return {}
    if not fixed:
        return None
    matrix, vector = Matrix(rows), Matrix(right)
    reduced, pivots = matrix.row_join(vector).rref()
    if len(fixed) in pivots:
        return None
    found = {fixed[column]: reduced[row, len(fixed)] for row, column in enumerate(pivots)}
    return {g: Fraction(int(n.p), int(n.q)) for g, n in found.items() if n}
