"""Formulas with numbers: which are needed, which are given, and the spectra made of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from mpmath import mp, mpf
from sympy import Basic, Expr, MatrixSymbol, Symbol, oo

from planaria.algebra.errors import InputError, unknown_name
from planaria.algebra.values import CACHE, Portable
from planaria.derivations.derivation import Derivation
from planaria.derivations.elimination.closed_form import ClosedForm, Form
from planaria.derivations.equations.schwinger_dyson import STRENGTH
from planaria.diagrams.expressions.contents import contents_of
from planaria.ensembles.spectra import Spectrum, check_eigenvalues
from planaria.numerics.equations.functions import degree_of_sums
from planaria.numerics.equations.traces import traces_of
from planaria.numerics.laws import check_laws
from planaria.numerics.methods.memo import once
from planaria.numerics.points.reading import fit_list, is_beyond, number_of, real_only, spectrum_of
from planaria.numerics.quadrature.nodes import LARGE, check_extent, is_law, law_nodes
from planaria.numerics.quadrature.of_lists import list_nodes, merged_columns
from planaria.numerics.quadrature.weighted import Weighted
from planaria.numerics.spectra import check_parameters, eigenvalues, eigenvalues_mp, put_in

__all__ = [
    "LimitProblem",
    "Posed",
    "Problem",
    "beyond",
    "check_admissible",
    "parameters_of",
    "pose",
    "to_float",
    "to_mpf",
]


class Posed(Portable):
    """A form at a point of its parameters, all numbers exact.

    ``values`` holds parameters and dimensions, ``spectra`` the matrices that occur, with their eigenvalue
    symbols and declared spectra. ``in_full`` says that each eigenvalue is taken by itself, however many there are,
    and ``merged`` that those of a long list may be taken together, where few digits are asked for.
    """

    values: Mapping[Symbol, Expr]
    spectra: tuple[tuple[MatrixSymbol, Symbol, Spectrum], ...]
    _cache: dict[Any, Any]
    in_full: bool
    merged: bool

    @property
    def form(self) -> Form:
        """Value and equations."""
        raise NotImplementedError

    def exact(self, expression: Expr) -> Expr:
        """The number that a symbol, or a function of symbols, stands for."""
        found = self.values.get(expression)
        return put_in(expression, self.values) if found is None else found

    def size(self, space: Expr) -> int:
        return int(self.exact(space))

    def floats(self) -> Weighted:
        """Eigenvalues by their symbol, float64 arrays; those of a law of many are nodes with weights."""
        if ("floats",) not in self._cache:
            self._cache["floats",] = self._eigenvalues(float)
        found: Weighted = self._cache["floats",]
        return found

    def mpfs(self) -> Weighted:
        """Eigenvalues at mpmath's working precision, as arrays of objects; nodes and weights likewise."""
        key = "mpfs", mp.prec
        if key not in self._cache:
            finer = min((k for k in self._cache if k[0] == "mpfs" and k[1] > mp.prec), default=None)
            self._cache[key] = self._eigenvalues(mpf) if finer is None else _rounded(self._cache[finer])
        found: Weighted = self._cache[key]
        return found

    def values_of(self, spectrum: Spectrum) -> tuple[tuple[Symbol, Expr], ...]:
        """The numbers that a spectrum depends on."""
        symbols = sorted(spectrum.free_symbols & set(self.values), key=str)
        return tuple((s, self.values[s]) for s in symbols)

    def _eigenvalues(self, kind: type) -> Weighted:
        found, weights, floors = {}, {}, {}
        for matrix, symbol, spectrum in self.spectra:
            place = f"matrix {matrix.name}"
            size = self.exact(matrix.shape[0])
            if degree := self.degree_of(matrix, spectrum):
                found[symbol], weights[symbol], floors[symbol] = self._nodes(spectrum, size, degree, kind, place)
                continue
            check_extent(size, place)
            if kind is float:
                found[symbol] = eigenvalues(spectrum, int(size), self.values, place=place)
            else:
                column = eigenvalues_mp(spectrum, int(size), self.values, place=place)
                found[symbol] = np.array(column, dtype=object)
        return Weighted(found, weights, floors)

    def _nodes(self, spectrum: Spectrum, size: Expr, degree: int, kind: type, place: str) -> tuple[Any, Any, Any]:
        if spectrum.listed is None:
            return law_nodes(spectrum, size, self.values, degree, kind, place)
        return *merged_columns(spectrum, degree, kind), mpf(0)

    def degree_of(self, matrix: MatrixSymbol, spectrum: Spectrum) -> int | None:
        """The degree of the sums over a spectrum that is taken at nodes; None for one that is taken in full."""
        space = matrix.shape[0]
        size = self.exact(space)
        alone = sum(other.shape[0] == space for other, _, _ in self.spectra) == 1
        if self.in_full or not alone or size <= LARGE:
            return None
        if spectrum.listed is None:
            return self.degree if is_law(spectrum, self.values) else None
        degree = self.degree if self.merged else None
        return None if degree is None or list_nodes(spectrum, degree) is None else degree

    @property
    def degree(self) -> int | None:
        """The largest power in sums over eigenvalues; None where terms have other poles than simple ones."""
        return degree_of_sums(self.form)

    def scalars(self, number: Any) -> dict[Expr, Any]:
        """The generators of the form that are parameters, through `number` (float or mpmath)."""
        return {generator: number(value) for generator, value in _exact_scalars(self).items()}


@once
def _exact_scalars(posed: Posed) -> dict[Expr, Expr]:
    known = set(posed.values)
    return {g: posed.exact(g) for g, symbols in _parameters(posed.form) if symbols <= known}


@once
def _parameters(form: Form) -> tuple[tuple[Expr, frozenset[Basic]], ...]:
    """The generators of a form that are parameters, and the symbols that each is made of."""
    own = {u.symbol for u in form.unknowns} | {symbol for symbol, _ in form.sums} | {STRENGTH}
    return tuple((g, frozenset(g.free_symbols)) for g in form.ring.generators if g not in own)


@dataclass(frozen=True)
class Problem(Posed):
    """A derivation at a point of its parameters."""

    derivation: Derivation
    values: Mapping[Symbol, Expr] = field(hash=False)
    spectra: tuple[tuple[MatrixSymbol, Symbol, Spectrum], ...]
    _cache: dict[Any, Any] = field(default_factory=dict, repr=False, compare=False, metadata=CACHE)
    in_full: bool = False
    merged: bool = False

    @property
    def form(self) -> ClosedForm:
        return self.derivation.closed_form

    @property
    def degree(self) -> int | None:
        traces, own = traces_of(self.derivation), degree_of_sums(self.form)
        return None if traces is None or own is None else max(traces.degree, own)

    def at(self, values: Mapping[Symbol, Expr]) -> Problem:
        """The same problem at another point."""
        return Problem(self.derivation, values, self.spectra, in_full=self.in_full, merged=self.merged)

    def limiting(self, form: Form) -> LimitProblem:
        """The same point for a form that holds in a limit."""
        return LimitProblem(form, self.values, self.spectra, in_full=self.in_full)


@dataclass(frozen=True)
class LimitProblem(Posed):
    """A form that holds in a limit, at a point: no equations of matrices stand behind it, and no derivation."""

    limit: Form
    values: Mapping[Symbol, Expr] = field(hash=False)
    spectra: tuple[tuple[MatrixSymbol, Symbol, Spectrum], ...]
    _cache: dict[Any, Any] = field(default_factory=dict, repr=False, compare=False, metadata=CACHE)
    in_full: bool = False
    merged: bool = False

    @property
    def form(self) -> Form:
        return self.limit


def _rounded(finer: Weighted) -> Weighted:
    """Powers of many digits are slow: those that are known serve for fewer."""

    def short(columns: Mapping[Symbol, Any]) -> dict[Symbol, Any]:
        return {s: np.array([+x for x in column], dtype=object) for s, column in columns.items()}

    return Weighted(short(finer), short(finer.weights), finer.floors)


def to_float(number: Expr) -> float:
    return float(number)


def to_mpf(number: Expr) -> mpf:
    """An exact number at the working precision."""
    if number.is_Rational:
        return mpf(int(number.p)) / int(number.q)
    with mp.extraprec(20):
        value = number._to_mpmath(mp.prec)
    return +value


def pose(derivation: Derivation, values: Mapping[Any, Any], *, zero: frozenset[str] = frozenset()) -> Problem:
    """Read the numbers and spectra that somebody gives for a derivation.

    Parameters
    ----------
    values
        By symbol or by name: numbers (or decimal text) for parameters and dimensions; a declared spectrum or a
        list of eigenvalues for a deterministic matrix.
    zero
        Names of parameters whose limit at zero will be taken; they need no value.

    Raises
    ------
    InputError
        For unknown names, missing values, numbers that are not finite or out of range, complex or negative ones
        for what has to be real or positive (a variance, a covariance, a spectrum), dimensions that are no positive
        integers, lists that do not fit their space, and numbers at which a variance or a covariance is
        no finite number >= 0.
    """
    setting = derivation.rules.setting
    matrices = {str(matrix.name): matrix for matrix, _ in setting.matrices}
    symbols = {str(symbol): symbol for symbol in parameters_of(derivation)}
    covariances = _covariances(derivation)
    bound = _bound(derivation)
    numbers: dict[Symbol, Expr] = {}
    given: dict[MatrixSymbol, Spectrum] = {}
    for key, value in values.items():
        name = str(key.name) if isinstance(key, (MatrixSymbol, Symbol)) else str(key)
        if name in matrices:
            given[matrices[name]] = spectrum = spectrum_of(value, name)
            if matrices[name] in covariances:
                check_eigenvalues(spectrum, f"matrix {name}")
        elif name in symbols:
            numbers[symbols[name]] = number_of(symbols[name], value, setting.spaces, bound)
        elif isinstance(key, MatrixSymbol) and (own := derivation.model.spectrum(key)) and own.is_identity:
            raise InputError(f"matrix {name}", "the model sets its spectrum to one", "leave its spectrum out")
        else:
            known = [*symbols, *matrices]
            raise unknown_name("values", "parameter", name, known)
    spectra: list[tuple[MatrixSymbol, Symbol, Spectrum]] = []
    sizes: dict[Expr, tuple[int, str]] = {}
    used = _used_matrices(derivation)
    for matrix, symbol in setting.matrices:
        present = given.get(matrix, derivation.model.spectrum(matrix))
        if symbol in used and present is None:
            raise InputError(
                f"matrix {matrix.name}",
                "its spectrum is not known",
                "give a list of eigenvalues or a declared spectrum for it",
            )
        if present is None:
            continue
        if symbol in used or (matrix in given and present.listed is not None):
            spectra.append((matrix, symbol, present))
        if present.listed is not None:  # a size for its space, whatever its values do
            fit_list(matrix, len(present.listed), numbers, sizes)
    for symbol, default in derivation.defaults.items():
        if symbol in symbols.values() and str(symbol) not in zero:
            numbers.setdefault(symbol, default)
    problem = Problem(derivation, numbers, tuple(spectra))
    _check_complete(problem, zero)
    for matrix, _, present in spectra:
        check_parameters(present, numbers, f"spectrum of {matrix.name}")
    if oo not in numbers.values():  # `check_infinite` asks first what would be infinite
        check_admissible(problem, zero=zero)
    return problem


def check_admissible(problem: Problem, *, zero: frozenset[str] = frozenset()) -> None:
    """Raise InputError where the numbers of a problem give a field that occurs no law.

    ``pose`` does it. Who moves to further points without posing each one, as a sweep does, calls it there.
    """
    setting, occurring = problem.derivation.rules.setting, _occurring_fields(problem.derivation)
    check_laws(setting, occurring, problem.values, problem.spectra, zero=zero)


@once
def _occurring_fields(derivation: Derivation) -> frozenset[int]:
    """The fields that stand in rules or long words, by number."""
    occurring = {vertex.letter.field for _, _, vertex in derivation.rules.vertices()}
    matrices = {matrix for trace in derivation.words for matrix in trace.atoms(MatrixSymbol)}
    return frozenset(occurring | {n for n in map(derivation.model.field_index, matrices) if n is not None})


@once
def _covariances(derivation: Derivation) -> frozenset[Expr]:
    """What stands as a covariance of a field that the quantity contains."""
    fields = contents_of(derivation.expression, derivation.model).fields
    return frozenset(one for field in fields for one in (field.rows, field.cols) if one is not None)


@once
def parameters_of(derivation: Derivation) -> frozenset[Symbol]:
    """Every parameter and dimension that a model or expression has, whether the value needs it or not."""
    found: set[Symbol] = set()
    setting = derivation.rules.setting
    eigen = {symbol for _, symbol in setting.matrices} | {STRENGTH}
    for generator in setting.ring.generators:
        found |= generator.free_symbols
    for space in setting.spaces:
        found |= space.free_symbols
    for _, spectrum in derivation.model.spectra:
        found |= spectrum.free_symbols
    return frozenset(symbol for symbol in found if symbol not in eigen)


@once
def _bound(derivation: Derivation) -> frozenset[Symbol]:
    return frozenset(real_only(derivation.model, derivation.rules.setting.spaces))


def beyond(problem: Posed) -> tuple[Symbol, ...]:
    """The parameters that a closed form is not meant for: complex, or negative in place of positive."""
    return tuple(symbol for symbol, number in problem.values.items() if is_beyond(symbol, number))


@once
def _used_matrices(derivation: Derivation) -> frozenset[Symbol]:
    """The eigenvalues that occur: a matrix that only other quantities contain needs no spectrum."""
    rules, system = derivation.rules, derivation.system
    found: set[Expr] = {symbol for _, one in derivation.closed_form.sums for symbol in one.eigenvalues}
    for _, entry in rules.entries:
        found |= entry.constant.support() if entry.constant is not None else set()
        for vertex in entry.vertices:
            found |= vertex.left.support() | vertex.right.support()
    for reading in rules.readings:
        found |= reading.corner.support()
        for _, value in (*reading.a, *reading.b):
            found |= value.support()
    for term in system.terms:
        found |= term.factor.support()
    for loop in system.loops:
        found |= loop.weight.support()
    return frozenset(symbol for _, symbol in rules.setting.matrices if symbol in found)


@once
def _support_of_system(derivation: Derivation) -> frozenset[Expr]:
    """Every generator that the Feynman rules and the self-energy contain: fields that do not occur need none."""
    system = derivation.system
    found: set[Expr] = set(system.rules.row_spaces)
    for _, entry in system.rules.entries:
        if entry.constant is not None:
            found |= entry.constant.support()
    for term in system.terms:
        found |= term.factor.support()
    for loop in system.loops:
        found |= loop.weight.support()
    return frozenset(found)


@once
def _support_of_form(derivation: Derivation) -> frozenset[Expr]:
    """Every generator that value and relations contain."""
    closed = derivation.closed_form
    return frozenset().union(*(ratio.support() for ratio in (closed.value, *closed.relations)))


def _check_complete(problem: Problem, zero: frozenset[str]) -> None:
    derivation = problem.derivation
    closed = derivation.closed_form
    own = {u.symbol for u in closed.unknowns} | {symbol for symbol, _ in closed.sums}
    eigen = {symbol for _, symbol in derivation.rules.setting.matrices} | {STRENGTH}
    needed: set[Symbol] = set()
    for generator in _support_of_form(derivation):
        needed |= generator.free_symbols
    for matrix, _, spectrum in problem.spectra:
        needed |= matrix.shape[0].free_symbols
        needed |= spectrum.free_symbols
    if closed.unknowns:  # the branch is followed on the whole system
        for generator in _support_of_system(derivation):
            needed |= generator.free_symbols
    missing = sorted(str(s) for s in needed - own - eigen - set(problem.values) if str(s) not in zero)
    if missing:
        example = ", ".join(f"{name}=..." for name in missing)
        raise InputError("values", "there is no value for " + ", ".join(missing), f"give {example}")
