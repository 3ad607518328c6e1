"""What a matrix expression says, as a small tree: the common front end of rules and diagrams.

sympy keeps a matrix expression as the user wrote it. Here it is read once: transposes and adjoints are pushed
down to the fields, every deterministic part becomes one function of the eigenvalues of its space (all
deterministic matrices of a space commute), and what remains are sums, products and inverses that contain
fields.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from sympy import (
    Adjoint,
    Expr,
    Identity,
    Inverse,
    MatAdd,
    MatMul,
    MatPow,
    MatrixExpr,
    MatrixSymbol,
    Symbol,
    Trace,
    Transpose,
    ZeroMatrix,
)
from sympy.matrices.expressions.matexpr import MatrixElement

from planaria.algebra.errors import InputError, placed
from planaria.algebra.rational import Ratio, Ring, generators_of
from planaria.algebra.values import Portable
from planaria.diagrams.expressions.letters import Field, Letter
from planaria.ensembles.extent import check_letters, check_terms
from planaria.ensembles.model import Model
from planaria.ensembles.spectra import eigenvalue

__all__ = [
    "Diagonal",
    "Field",
    "Inversion",
    "Letter",
    "Node",
    "Product",
    "Setting",
    "Sum",
    "deterministic_part",
    "prepare",
    "product_of",
    "read",
    "sum_of",
]

LARGEST_POWER = 64


@dataclass(frozen=True)
class Diagonal:
    """A deterministic matrix: a function of the eigenvalues of one space, scalar factors included."""

    space: Expr
    value: Ratio

    @property
    def rows(self) -> Expr:
        return self.space

    @property
    def cols(self) -> Expr:
        return self.space


@dataclass(frozen=True)
class Sum:
    rows: Expr
    cols: Expr
    terms: tuple[Node, ...]


@dataclass(frozen=True)
class Product:
    factors: tuple[Node, ...]

    @property
    def rows(self) -> Expr:
        return self.factors[0].rows

    @property
    def cols(self) -> Expr:
        return self.factors[-1].cols


@dataclass(frozen=True)
class Inversion:
    argument: Node

    @property
    def rows(self) -> Expr:
        return self.argument.rows

    @property
    def cols(self) -> Expr:
        return self.argument.cols


Node = Diagonal | Letter | Sum | Product | Inversion


@dataclass(frozen=True)
class Setting(Portable):
    """A model read into exact arithmetic: its ring, its fields, the eigenvalues of each space."""

    model: Model
    ring: Ring
    fields: tuple[Field, ...]
    matrices: tuple[tuple[MatrixSymbol, Symbol], ...]

    def matrices_of(self, space: Expr) -> tuple[tuple[MatrixSymbol, Symbol], ...]:
        """The deterministic matrices of a space, each with the symbol of its eigenvalue."""
        return tuple(pair for pair in self.matrices if pair[0].shape[0] == space)

    @cached_property
    def weighted(self) -> frozenset[int]:
        """The fields that have ribbons of another weight than 1."""
        return frozenset(
            index
            for index, one in enumerate(self.fields)
            if any(weight and not weight.is_one for pair in one.ribbons for weight in pair)
        )

    @cached_property
    def spaces(self) -> tuple[Expr, ...]:
        found = [s for f in self.fields for s in (f.row_space, f.col_space)]
        found += [matrix.shape[0] for matrix, _ in self.matrices]
        return tuple(dict.fromkeys(found))


def prepare(expressions: Iterable[Expr], model: Model, extra: Iterable[Expr] = ()) -> Setting:
    """Collect every scalar and every deterministic matrix of some expressions into one ring.

    Raises InputError for what is larger than the bounds of `extent`, before anything is multiplied out.
    """

    def is_field(matrix: MatrixSymbol) -> bool:
        return model.field_index(matrix) is not None

    scalars: list[Expr] = list(extra)
    matrices: set[MatrixSymbol] = set()
    given = list(expressions)
    for expression in given:
        check_letters(expression)
    check_terms([*given, *scalars], is_field)
    for expression in given:
        _collect(expression, model, scalars, matrices)
    for one in model.fields:
        parameters = one.law.parameters.values()
        with placed(f"field {one.name}"):
            parts = (one.variance, *parameters, one.rows, one.cols)
            check_terms([part for part in parts if part is not None], is_field)
        scalars += [one.variance, *parameters, *one.shape]
        for covariance in (one.rows, one.cols):
            if covariance is not None:
                _collect(covariance, model, scalars, matrices)
    free = sorted(
        (m for m in matrices if (s := model.spectrum(m)) is None or not s.is_identity), key=lambda m: str(m.name)
    )
    for matrix in matrices:
        scalars.append(matrix.shape[0])
    pairs = tuple((matrix, eigenvalue(matrix)) for matrix in free)
    generators = dict.fromkeys(g for scalar in scalars for g in generators_of(scalar))
    names = [str(symbol) for _, symbol in pairs]
    if len(set(names)) < len(names):
        raise InputError("model", f"two matrices share the eigenvalue symbol among {names}", "rename one matrix")
    ring = Ring([*sorted(generators, key=str), *(symbol for _, symbol in pairs)])
    setting = Setting(model, ring, (), pairs)
    return Setting(model, ring, tuple(_field(setting, index) for index in range(len(model.fields))), pairs)


def read(expression: MatrixExpr, setting: Setting) -> Node:
    """The tree of a matrix expression.

    Raises InputError for anything that is not a rational expression in fields and deterministic matrices.
    """
    try:
        return _read(expression, setting, False, False)
    except RecursionError:
        raise InputError("expression", "it is nested too deeply", "define parts of it by name") from None


def deterministic_part(node: Node, setting: Setting) -> Ratio:
    """The node with every field set to zero, as a function of eigenvalues; zero off the diagonal.

    Raises InputError where an inverse then has nothing to invert: there is no expansion about it.
    """
    match node:
        case Diagonal(value=value):
            return value
        case Letter():
            return setting.ring.zero
        case Sum(terms=terms):
            total = setting.ring.zero
            for term in terms:
                total = total + deterministic_part(term, setting)
            return total
        case Product(factors=factors):
            # Every factor is visited, also beside a field: an inverse inside must have something to expand about.
            product = setting.ring.one
            for factor in factors:
                product = product * deterministic_part(factor, setting)
            return product
        case Inversion(argument=argument):
            bare = deterministic_part(argument, setting)
            if not bare:
                raise InputError(
                    "expression",
                    "an inverse has no deterministic part, so there is no bare propagator to expand about",
                    "write inv(gamma*I(N) + ...) and take the limit gamma = 0 afterwards",
                )
            return setting.ring.one / bare


def _collect(expression: Expr, model: Model, scalars: list[Expr], matrices: set[MatrixSymbol]) -> None:
    if isinstance(expression, MatrixSymbol):
        if model.field_index(expression) is None:
            for one in model.fields:
                if one.name == str(expression.name):
                    raise InputError(
                        f"field {one.name}",
                        f"it has shape {one.shape}, but an expression uses it with shape {expression.shape}",
                        "use one symbol for the field",
                    )
            if expression.shape[0] != expression.shape[1]:
                raise InputError(
                    f"matrix {expression.name}",
                    f"it is no field and has shape {expression.shape}",
                    "make it a field of the model, or a square deterministic matrix",
                )
            matrices.add(expression)
        return
    if isinstance(expression, MatrixElement):
        raise InputError("expression", f"it contains the matrix element {expression}", "use traces of matrices")
    if isinstance(expression, (MatrixExpr, Trace)):
        if isinstance(expression, (Identity, ZeroMatrix)):
            scalars.extend(expression.shape)
            return
        for argument in expression.args:
            _collect(argument, model, scalars, matrices)
        return
    if expression.has(Trace) or expression.has(MatrixExpr):
        for argument in expression.args:
            _collect(argument, model, scalars, matrices)
        return
    scalars.append(expression)


def _field(setting: Setting, index: int) -> Field:
    one = setting.model.fields[index]
    covariances = []
    for covariance in (one.rows, one.cols):
        if covariance is None:
            covariances.append(setting.ring.one)
            continue
        node = read(covariance, setting)
        if not isinstance(node, Diagonal):
            raise InputError(f"field {one.name}", f"its covariance {covariance} is not deterministic", "")
        covariances.append(node.value)
    ring, law = setting.ring, one.law
    ribbons = tuple(
        tuple(ring(weight) for weight in law.ribbon(turned, conjugated))
        for turned in (False, True)
        for conjugated in (False, True)
    )
    return Field(one.name, law, *one.shape, ring(one.variance), covariances[0], covariances[1], ribbons)


def _read(expression: MatrixExpr, setting: Setting, transposed: bool, conjugated: bool) -> Node:
    ring = setting.ring
    match expression:
        case MatrixSymbol():
            return _symbol(expression, setting, transposed, conjugated)
        case Identity():
            return Diagonal(expression.shape[0], ring.one)
        case ZeroMatrix():
            rows, cols = expression.shape
            return sum_of(setting, (), *((cols, rows) if transposed else (rows, cols)))
        case Transpose():
            return _read(expression.arg, setting, not transposed, conjugated)
        case Adjoint():
            return _read(expression.arg, setting, not transposed, not conjugated)
        case MatAdd():
            terms = [_read(term, setting, transposed, conjugated) for term in expression.args]
            rows, cols = expression.shape
            return sum_of(setting, terms, *((cols, rows) if transposed else (rows, cols)))
        case MatMul():
            coefficient, factors = expression.as_coeff_matrices()
            nodes = [_read(factor, setting, transposed, conjugated) for factor in factors]
            if transposed:
                nodes.reverse()
            if coefficient != 1:
                nodes.insert(0, Diagonal(nodes[0].rows, _coefficient(coefficient, setting, conjugated)))
            return product_of(setting, nodes)
        case Inverse():
            return _inverse(setting, _read(expression.arg, setting, transposed, conjugated))
        case MatPow():
            return _power(setting, _read(expression.base, setting, transposed, conjugated), expression.exp)
        case _:
            raise InputError(
                "expression",
                f"{type(expression).__name__} is not part of a rational matrix expression",
                "use sums, products, transposes, adjoints, inverses and integer powers",
            )


def _coefficient(coefficient: Expr, setting: Setting, conjugated: bool) -> Ratio:
    for symbol in sorted(coefficient.free_symbols, key=str) if conjugated else ():
        if symbol.is_complex and symbol.is_real is None:
            problem = f"an adjoint contains the complex parameter {symbol}, whose conjugate is no function of it"
            raise InputError("expression", problem, "write the adjoint out, with a parameter for the conjugate")
    if coefficient.has(Trace):
        raise InputError(
            "expression", "a trace multiplies a matrix inside the expression", "keep traces outside of matrices"
        )
    return setting.ring(coefficient)


def _symbol(symbol: MatrixSymbol, setting: Setting, transposed: bool, conjugated: bool) -> Node:
    index = setting.model.field_index(symbol)
    if index is None:
        for matrix, value in setting.matrices:
            if matrix == symbol:
                return Diagonal(symbol.shape[0], setting.ring.generator(value))
        return Diagonal(symbol.shape[0], setting.ring.one)  # a unit spectrum
    sign, transposed, conjugated = setting.model.fields[index].law.read(transposed, conjugated)
    rows, cols = symbol.shape
    if transposed:
        rows, cols = cols, rows
    letter = Letter(index, transposed, conjugated, rows, cols)
    return letter if sign > 0 else product_of(setting, [Diagonal(rows, -setting.ring.one), letter])


def sum_of(setting: Setting, terms: Iterable[Node], rows: Expr, cols: Expr) -> Node:
    """A sum of nodes of one shape, flat, its deterministic parts added up."""
    flat: list[Node] = []
    diagonal = setting.ring.zero
    for term in terms:
        for one in term.terms if isinstance(term, Sum) else (term,):
            if isinstance(one, Diagonal):
                diagonal = diagonal + one.value
            else:
                flat.append(one)
    if diagonal or (not flat and rows == cols):
        flat.insert(0, Diagonal(rows, diagonal))
    return flat[0] if len(flat) == 1 else Sum(rows, cols, tuple(flat))


def product_of(setting: Setting, factors: Iterable[Node]) -> Node:
    """A product of nodes, flat, neighbouring deterministic factors multiplied."""
    flat: list[Node] = []
    for factor in factors:
        for one in factor.factors if isinstance(factor, Product) else (factor,):
            if isinstance(one, Diagonal) and flat and isinstance(flat[-1], Diagonal):
                flat[-1] = Diagonal(one.space, flat[-1].value * one.value)
            else:
                flat.append(one)
    if any((isinstance(f, Sum) and not f.terms) or (isinstance(f, Diagonal) and not f.value) for f in flat):
        return sum_of(setting, (), flat[0].rows, flat[-1].cols)
    flat = [f for f in flat if not (isinstance(f, Diagonal) and f.value.is_one)] or flat[:1]
    return flat[0] if len(flat) == 1 else Product(tuple(flat))


def _inverse(setting: Setting, node: Node) -> Node:
    if node.rows != node.cols:
        raise InputError(
            "expression", f"an inverse of a matrix of shape ({node.rows}, {node.cols})", "invert square matrices"
        )
    if isinstance(node, Diagonal):
        if not node.value:
            raise InputError("expression", "an inverse of the zero matrix", "invert a matrix that is not singular")
        return Diagonal(node.space, setting.ring.one / node.value)
    return node.argument if isinstance(node, Inversion) else Inversion(node)


def _power(setting: Setting, base: Node, exponent: Expr) -> Node:
    if not exponent.is_Integer:
        raise InputError("expression", f"the matrix power {exponent}", "use integer powers")
    n = int(exponent)
    if abs(n) > LARGEST_POWER:
        raise InputError("expression", f"the matrix power {n} is too large", f"stay within {LARGEST_POWER}")
    if n == 0:
        return Diagonal(base.rows, setting.ring.one)
    if isinstance(base, Diagonal):
        return (
            _inverse(setting, Diagonal(base.space, base.value**-n))
            if n < 0
            else Diagonal(base.space, base.value**n)
        )
    return product_of(setting, [_inverse(setting, base) if n < 0 else base] * abs(n))
