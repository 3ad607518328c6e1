"""A model: independent Gaussian matrices over named spaces, and deterministic matrices beside them.

Conventions, said once for the whole package:

* A *space* is the range of an index; it is named by its dimension, a sympy symbol (``N``) or a positive
  integer. All dimensions go to infinity together, but for those of the *small* spaces, which stay what they are.
* A *field* X is a matrix of centred Gaussian entries with

      E X_ij conj(X)_kl = variance * rows_ik * cols_jl            (real and complex)
      E X_ij X_kl       = variance * (rows_ik rows_jl + rows_il rows_jk)    (symmetric)
      E X_ij X_kl       = variance * (rows_ik rows_jl - rows_il rows_jk)    (antisymmetric)
      E X_ij X_kl       = variance * rows_il rows_jk              (hermitian)
      E X_ij conj(X)_kl = variance * rows_ik rows_jl,
      E X_ij X_kl       = variance * rho * rows_il rows_jk        (elliptic)
      E X_ij X_kl       = variance * (rows_ik rows_jl + rho * rows_il rows_jk)    (real-elliptic)

  so a symmetric field has off-diagonal variance ``variance`` and diagonal variance ``2 * variance``. A
  complex field has E X_ij X_kl = 0. Each law has its file in ``planaria.ensembles.laws``. Nothing is scaled behind
  the user's back: a finite limit asks for a variance of order 1/N, or for a dimension in the expression.
* A matrix symbol that is no field is *deterministic*. All deterministic matrices of one space commute; they
  are real and, in their common basis, diagonal: only their eigenvalues matter. These may have any sign, but for
  covariances, which have none below zero.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sympy import Expr, Identity, Integer, MatrixExpr, MatrixSymbol, Symbol

from planaria.algebra.errors import InputError, described
from planaria.algebra.values import Portable
from planaria.ensembles.extensions import VIEWS, extension
from planaria.ensembles.laws.covariances import check_covariance, variance_of
from planaria.ensembles.laws.known import given_law, law_of
from planaria.ensembles.laws.law import Law
from planaria.ensembles.spaces.small import check_small, small_spaces
from planaria.ensembles.spectra import Spectrum, check_eigenvalues

__all__ = ["Gaussian", "Model"]


@dataclass(frozen=True, init=False)
class Gaussian(Portable):
    """A random matrix with independent (up to its law and covariances) Gaussian entries.

    Parameters
    ----------
    symbol
        The matrix symbol that stands for the field in expressions.
    variance
        The scalar in front of the covariance; a sympy expression in parameters and dimensions: sums, products
        and powers.
    rows, cols
        Covariances of the row and of the column index: deterministic matrix expressions, identity if None.
        A field that is square by its law has one covariance, ``rows``.
    kind
        The name of the law: ``"real"``, which None stands for, ``"complex"``, ``"symmetric"``, ``"hermitian"``,
        ``"antisymmetric"``, ``"elliptic"`` or ``"real-elliptic"``.
    law
        A `planaria.ensembles.laws.law.Law` in place of ``kind`` and parameters.
    parameters
        Those of the law, by their names: for the two elliptic ones ``rho``, the correlation of X_ij and X_ji, an
        expression in parameters or a number.

    >>> from sympy import MatrixSymbol, symbols
    >>> M, P = symbols("M P", positive=True)
    >>> Gaussian(MatrixSymbol("x", M, P), rows=MatrixSymbol("Lambda", M, M)).shape
    (M, P)
    >>> Gaussian(MatrixSymbol("h", M, P), kind="hermitian")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    planaria.algebra.errors.InputError: field h: a hermitian field is square, but its shape is (M, P); ...
    """

    symbol: MatrixSymbol
    variance: Expr
    rows: MatrixExpr | None
    cols: MatrixExpr | None
    law: Law

    def __init__(
        self,
        symbol: MatrixSymbol,
        variance: Expr = Integer(1),
        rows: MatrixExpr | None = None,
        cols: MatrixExpr | None = None,
        kind: str | None = None,
        *,
        law: Law | None = None,
        **parameters: Expr | float | None,
    ) -> None:
        if not isinstance(symbol, MatrixSymbol):
            raise InputError(
                "field", f"{described(symbol)} is not a matrix symbol", "make it with sympy.MatrixSymbol"
            )
        place = f"field {symbol.name}"
        object.__setattr__(self, "symbol", symbol)
        object.__setattr__(self, "variance", variance_of(variance, place))
        object.__setattr__(self, "rows", rows)
        object.__setattr__(self, "cols", cols)
        found = law_of(kind, place, **parameters) if law is None else given_law(law, kind, parameters, place)
        object.__setattr__(self, "law", found)
        self._check(place)

    def _check(self, place: str) -> None:
        for space in self.shape:
            _check_space(space, place)
        if self.law.is_square:
            if self.shape[0] != self.shape[1]:
                raise InputError(
                    place,
                    f"{self.law.title} field is square, but its shape is {self.shape}",
                    "give it one space twice",
                )
            if self.cols is not None and self.cols != self.rows:
                raise InputError(place, f"{self.law.title} field has one covariance", "give rows only")
        for name, space in (("rows", self.shape[0]), ("cols", self.shape[1])):
            covariance = getattr(self, name)
            if covariance is None:
                continue
            if not isinstance(covariance, MatrixExpr):
                raise InputError(
                    place, f"{name} is {described(covariance)}, not a matrix", f"give a matrix over {space}"
                )
            if covariance.shape != (space, space):
                raise InputError(
                    place,
                    f"the covariance {name} = {covariance} has shape {covariance.shape}",
                    f"the {name} of {self.symbol.name} need shape ({space}, {space})",
                )
            check_covariance(covariance, name, place)
            if isinstance(covariance, Identity):
                object.__setattr__(self, name, None)
        if self.law.is_square:
            object.__setattr__(self, "cols", self.rows)

    @property
    def shape(self) -> tuple[Expr, Expr]:
        """The spaces of the row index and of the column index."""
        rows, cols = self.symbol.shape
        return rows, cols

    @property
    def name(self) -> str:
        """The name of its symbol."""
        return str(self.symbol.name)

    @property
    def kind(self) -> str:
        """The name of its law."""
        return self.law.name


@dataclass(frozen=True)
class Model(Portable):
    """Independent Gaussian fields, and what is known of the spectra of deterministic matrices.

    Parameters
    ----------
    fields
        Made with `Gaussian`.
    spectra
        A `Spectrum` for each matrix of which one is known.
    small
        The spaces that stay finite while all others grow, such as a number of classes or of outputs; 1 for that of
        the single vector of a spike. See `planaria.ensembles.spaces.small`.

    >>> from sympy import MatrixSymbol, symbols
    >>> M, P = symbols("M P", positive=True)
    >>> x = MatrixSymbol("x", M, P)
    >>> Model([Gaussian(x), Gaussian(x)])
    Traceback (most recent call last):
        ...
    planaria.algebra.errors.InputError: model: the field x is given twice; give each field once
    >>> print(Model([Gaussian(x), Gaussian(MatrixSymbol("v", M, 1), 1 / M)], small=[1]))
    fields x (real, M x P), v (real, M x 1); small spaces 1
    """

    fields: tuple[Gaussian, ...]
    spectra: tuple[tuple[MatrixSymbol, Spectrum], ...] = field(default=())
    small: tuple[Expr, ...] = field(default=(), repr=False)

    def __init__(
        self,
        fields: Iterable[Gaussian],
        spectra: Mapping[MatrixSymbol, Spectrum] | Iterable[tuple[MatrixSymbol, Spectrum]] = (),
        small: Iterable[Expr | int] = (),
    ) -> None:
        if not isinstance(fields, Iterable) or isinstance(fields, (str, Mapping)):
            what = f"the field {fields.name}" if isinstance(fields, Gaussian) else described(fields)
            raise InputError("model", f"{what} is no list of fields", "give [Gaussian(...), ...]")
        pairs = _pairs(spectra)
        object.__setattr__(self, "fields", tuple(fields))
        object.__setattr__(self, "spectra", tuple(sorted(pairs, key=lambda pair: str(pair[0].name))))
        object.__setattr__(self, "small", small_spaces(small))
        self._check()

    def _check(self) -> None:
        seen: dict[str, Gaussian] = {}
        for one in self.fields:
            if not isinstance(one, Gaussian):
                raise InputError(
                    "model", f"{described(one)} is not a field", "make fields with Gaussian(symbol, ...)"
                )
            if one.name in seen:
                raise InputError("model", f"the field {one.name} is given twice", "give each field once")
            seen[one.name] = one
        for one in self.fields:
            for covariance in (one.rows, one.cols):
                for symbol in () if covariance is None else covariance.atoms(MatrixSymbol):
                    if str(symbol.name) in seen:
                        raise InputError(
                            f"field {one.name}",
                            f"its covariance contains the random field {symbol.name}",
                            "use deterministic matrices in covariances",
                        )
        sizes = {str(s) for one in self.fields for space in one.shape for s in getattr(space, "free_symbols", ())}
        for one in self.fields:
            for name, value in one.law.parameters.items():
                for symbol in value.free_symbols:
                    if str(symbol) in sizes:
                        raise InputError(
                            f"field {one.name}",
                            f"{name} of its law contains {symbol}, which is a dimension",
                            f"give {name} a number or a parameter",
                        )
        check_small(self.small, [(one.name, one.shape, one.variance) for one in self.fields])
        # What is a function of several matrices and parameters is seen where these have numbers.
        covariances = {one for field in self.fields for one in (field.rows, field.cols)}
        for matrix, spectrum in self.spectra:
            if str(matrix.name) in seen:
                raise InputError(
                    f"matrix {matrix.name}", "a random field has no given spectrum", "give its covariance one"
                )
            if matrix in covariances:
                check_eigenvalues(spectrum, f"matrix {matrix.name}")

    def __str__(self) -> str:
        fields = [f"{one.name} ({one.kind}, {' x '.join(map(str, one.symbol.shape))})" for one in self.fields]
        spectra = [f"{matrix.name} ({spectrum.title})" for matrix, spectrum in self.spectra]
        parts = [f"fields {', '.join(fields)}"]
        parts += [f"spectra {', '.join(spectra)}"] if spectra else []
        parts += [f"small spaces {', '.join(map(str, self.small))}"] if self.small else []
        return "; ".join(parts)

    def _repr_html_(self) -> str:
        return str(extension(VIEWS, "html")(self))

    def field_index(self, symbol: MatrixSymbol) -> int | None:
        """The position of a matrix symbol among the fields; None for a deterministic matrix."""
        if not isinstance(symbol, MatrixSymbol):
            raise InputError("symbol", f"{described(symbol)} is not a matrix symbol", "make it with MatrixSymbol")
        for index, one in enumerate(self.fields):
            if one.symbol == symbol:
                return index
        return None

    def spectrum(self, matrix: MatrixSymbol) -> Spectrum | None:
        """What the model says of a deterministic matrix's spectrum; None where it stays symbolic."""
        if not isinstance(matrix, MatrixSymbol):
            raise InputError("matrix", f"{described(matrix)} is not a matrix symbol", "make it with MatrixSymbol")
        return dict(self.spectra).get(matrix)

    def with_spectra(self, spectra: Mapping[MatrixSymbol, Spectrum]) -> Model:
        """The same fields with other spectra; spectra that are not named stay."""
        return Model(self.fields, {**dict(self.spectra), **dict(_pairs(spectra))}, self.small)

    @property
    def small_spaces(self) -> tuple[str, ...]:
        """Each small space in a sentence."""
        return tuple(f"The space {one} is small: it stays while all others grow." for one in self.small)

    def with_all_large(self) -> Model:
        """The same model without small spaces: that of sums of diagrams, which are exact at every size."""
        return Model(self.fields, self.spectra) if self.small else self


def _pairs(spectra: object) -> list[tuple[MatrixSymbol, Spectrum]]:
    """Matrices and their spectra, checked; InputError for anything else."""
    found: list[tuple[MatrixSymbol, Spectrum]] = []
    pairs = spectra.items() if isinstance(spectra, Mapping) else spectra
    for pair in pairs if isinstance(pairs, Iterable) and not isinstance(pairs, (str, Expr)) else [pairs]:
        if not isinstance(pair, tuple) or len(pair) != 2 or not isinstance(pair[0], MatrixSymbol):
            problem = f"spectra: {described(pair)} is no matrix symbol with its spectrum"
            raise InputError("model", problem, "give {Lambda: PowerLaw(), ...}")
        if not isinstance(pair[1], Spectrum):
            problem = f"{described(pair[1])} is no spectrum"
            raise InputError(
                f"matrix {pair[0].name}", problem, "give PowerLaw(), Eigenvalues.of([...]) or the like"
            )
        found.append(pair)
    return found


def _check_space(space: Expr, place: str) -> None:
    if isinstance(space, Symbol):
        return
    if isinstance(space, Integer) and space >= 1:
        return
    raise InputError(
        place,
        f"the dimension {space} is neither a symbol nor a positive integer",
        "name the space by one symbol",
    )
