"""Which matrix a quantity is the resolvent of, in which variable: read off the expression, tried on numbers.

G(x) = int rho(t) / (x - t) dt falls off like 1/x, and Im G < 0 in the upper half plane (Nevanlinna). A quantity
tr(inv(z - A))/N is G at x = z, tr(inv(gamma + A))/N is -G at x = -gamma.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sympy import Expr, Identity, Integer, MatAdd, MatMul, MatrixExpr, Mul, Symbol, Trace
from sympy.matrices.expressions import MatPow

from planaria.algebra.errors import InputError, unknown_name
from planaria.derivations.derivation import Derivation
from planaria.numerics.plane.loops import Complexes, Plane
from planaria.numerics.plane.path import from_bare
from planaria.numerics.points.problem import parameters_of
from planaria.numerics.points.reading import real_only

__all__ = ["Resolvent", "parameter_of", "resolvent_of"]

FAR = 1e-3  # of x G(x) from 1, where its tail begins
NORMALISED = 1e-2
FALLS = 0.02  # of x G(x) from 1, where x is a few times the size of eigenvalues
MOST_DECADES = 60
TRIED = 12  # random points in the upper half plane
NOISE = 1e-9
BEYOND = 1e-6  # of the ladder's radius above 1


@dataclass(frozen=True)
class Resolvent:
    """A quantity as G(x) = factor * quantity at parameter = sign * x.

    Attributes
    ----------
    matrix
        The matrix whose density it is; None where the expression does not show it.
    height
        Of a point i * height from which all others are reached, with the loops there.
    scale
        The size of eigenvalues: about the root of their mean square.
    """

    plane: Plane
    parameter: Symbol
    sign: int
    factor: int
    matrix: MatrixExpr | None
    height: float
    scale: float
    start: Complexes

    @property
    def variable(self) -> str:
        """The variable of the density in terms of the parameter."""
        return f"{'-' if self.sign < 0 else ''}{self.parameter}"

    def columns(self, points: Complexes) -> dict[Expr, Complexes]:
        return {self.parameter: self.sign * points}

    def value(self, points: Complexes, loops: Complexes) -> Complexes:
        """G at points whose loops are known."""
        found: Complexes = self.sign * self.factor * self.plane.value(self.columns(points), loops)
        return found

    def judged(self, points: Complexes, loops: Complexes) -> tuple[Complexes, NDArray[np.float64]]:
        """G at points whose loops are known, and the ladder's radius there."""
        values, radius = self.plane.judged(self.columns(points), loops)
        return self.sign * self.factor * values, radius


def parameter_of(derivation: Derivation, name: object) -> Symbol:
    """The parameter of a name. Raises InputError for none, and for one that has to be real."""
    known = {str(symbol): symbol for symbol in parameters_of(derivation)}
    text = str(name)
    if text not in known:
        raise unknown_name("density", "parameter", text, sorted(known))
    symbol = known[text]
    if symbol in real_only(derivation.model, derivation.rules.setting.spaces):
        what = "a dimension" if symbol in derivation.rules.setting.spaces else "a parameter of a law or a spectrum"
        raise InputError("density", f"{text} is {what}", "give the spectral parameter of a resolvent")
    return symbol


def shape_of(expression: Expr, parameter: Symbol) -> tuple[int, MatrixExpr | None]:
    """The sign of the variable and the matrix, as the expression shows them; (1, None) where it does not.

    >>> from sympy import MatrixSymbol, symbols
    >>> N, gamma = symbols("N gamma")
    >>> A = MatrixSymbol("A", N, N)
    >>> shape_of(Trace((gamma * Identity(N) + A * A.T).inv()) / N, gamma)
    (-1, A*A.T)
    >>> shape_of(Trace((gamma * Identity(N) - A).inv()) / N, gamma)
    (1, A)
    >>> shape_of(Trace(((gamma - 2) * Identity(N) - A).inv()) / N, gamma)
    (1, 2*I + A)

    What a vector sees of a matrix has its sign, and other moments:

    >>> v = MatrixSymbol("v", N, 1)
    >>> shape_of(Trace(v.T * (gamma * Identity(N) + A).inv() * v), gamma)
    (-1, None)
    """
    traces = expression.atoms(Trace)
    if len(traces) != 1:
        return 1, None
    (trace,) = traces
    coefficient, matrices = _split(trace.arg)
    is_seen = len(matrices) == 3 and matrices[1].shape[0] != trace.arg.shape[0]
    inverse, *more = matrices[1:2] if is_seen else matrices
    factors = [one for one in Mul.make_args(expression) if one != trace]
    if more or not isinstance(inverse, MatPow) or inverse.exp != -1 or Mul(coefficient, *factors).has(parameter):
        return 1, None
    base = inverse.base
    terms = base.args if isinstance(base, MatAdd) else (base,)
    own = [term for term in terms if term.has(parameter)]
    others = [term for term in terms if not term.has(parameter)]
    if len(own) != 1 or not others:
        return 1, None
    scalar, units = _split(own[0])
    if len(units) != 1 or not isinstance(units[0], Identity):
        return 1, None
    turn = next((one for one in (1, -1) if not (scalar - one * parameter).has(parameter)), 0)
    if turn == 0:
        return 1, None
    if shift := scalar - turn * parameter:  # sympy puts multiples of the identity together
        others.append(MatMul(shift, units[0]))
    rest = [MatMul(turn, term).doit(deep=False) for term in others]
    is_minus = any(_split(term)[0].could_extract_minus_sign() for term in rest)
    sign = 1 if is_minus else -1
    if is_seen:
        return sign, None
    return sign, MatAdd(*(MatMul(-sign, term).doit(deep=False) for term in rest)).doit(deep=False)


def _split(term: MatrixExpr) -> tuple[Expr, list[MatrixExpr]]:
    coefficient, matrices = term.as_coeff_matrices() if isinstance(term, MatMul) else (Integer(1), [term])
    return coefficient, list(matrices)


def resolvent_of(derivation: Derivation, plane: Plane, parameter: Symbol, seed: int = 0) -> Resolvent:
    """The quantity as a resolvent.

    Raises InputError where it is none: where it does not fall off like 1/x with the factor 1, or has the wrong
    sign, or other values at conjugate points.
    """
    sign, matrix = shape_of(derivation.expression, parameter)
    height, start, tail = _far(plane, parameter)
    if not np.isfinite(tail) or abs(abs(tail) - 1) > NORMALISED or abs(tail.imag) > NORMALISED:
        raise _no_resolvent(parameter, tail)
    factor = 1 if tail.real > 0 else -1
    rough = Resolvent(plane, parameter, sign, factor, matrix, height, height, start)
    scale = _scale(rough)
    found = Resolvent(plane, parameter, sign, factor, matrix, height, scale, start)
    rng = np.random.default_rng(seed)
    points = np.asarray(
        scale * (3 * rng.standard_normal(TRIED) + 1j * 10 ** rng.uniform(-1, 1, TRIED)), dtype=complex
    )
    both = np.concatenate([points, points.conj()])
    loops, good = from_bare(plane, found.columns(both))
    values = found.value(both, loops)
    above, below = values[:TRIED], values[TRIED:]
    if not good.all():
        raise InputError(
            "density",
            f"no solution was found at {parameter} = {sign * both[~good][0]:.3g}",
            "give a quantity whose inverses exist off the real axis",
        )
    wrong = (above.imag > NOISE * np.abs(above)) | (np.abs(above - below.conj()) > 1e-6 * np.abs(above))
    # Off the axis a Hermitian matrix has no spectrum; the planar value of another one may still look like its.
    wrong |= plane.radius(found.columns(points), loops[:TRIED]) > 1 + BEYOND
    if wrong.any():
        raise InputError(
            "density",
            f"the quantity is no resolvent of a Hermitian matrix in {parameter}: at {sign * points[wrong][0]:.3g} "
            "it is on the wrong side of the real axis, not the conjugate of its value below, or in the spectrum",
            "give the resolvent of a Hermitian A, or ask for --nonhermitian, in Python plane_density",
        )
    return found


def _round(number: float) -> str:
    """A number that is nearly whole as a whole one: the tail is known to some digits."""
    whole = round(number)
    return str(whole) if abs(number - whole) <= 1e-4 * abs(number) else f"{number:.6g}"


def _no_resolvent(parameter: Symbol, tail: complex) -> InputError:
    problem = f"the quantity does not fall off like 1/{parameter}"
    remedy = "give a resolvent, such as tr(inv(z*I(N) - A))/N"
    if np.isfinite(tail) and abs(tail.imag) <= NORMALISED * abs(tail) and abs(tail) > NORMALISED:
        like = f"{_round(tail.real)}/{parameter}"
        problem = f"the quantity falls off like {like}, not like 1/{parameter} or -1/{parameter}"
        remedy = "normalise it: divide the trace by its dimension"
    return InputError("density", problem, remedy)


def _far(plane: Plane, parameter: Symbol) -> tuple[float, Complexes, complex]:
    """A height at which the tail of the quantity has begun, the loops there, and parameter times quantity."""
    height, last = 1.0, complex(np.nan)
    for _ in range(MOST_DECADES):
        point = np.array([1j * height])
        loops, found = from_bare(plane, {parameter: point})
        tail = complex((point * plane.value({parameter: point}, loops))[0]) if found.all() else complex(np.nan)
        if abs(tail - last) <= FAR * abs(tail):
            return height, loops, tail
        last = tail
        height *= 10
    return height, np.empty((1, len(plane.symbols)), dtype=complex), last


def _scale(rough: Resolvent) -> float:
    """The size of eigenvalues: where x G(x) begins to differ from 1."""
    heights = rough.height * 10.0 ** -np.arange(0, 30)
    for height in heights:
        point = np.array([1j * height])
        loops, good = from_bare(rough.plane, rough.columns(point))
        if not good.all() or abs(complex(point[0] * rough.value(point, loops)[0]) - 1) > FALLS:
            return float(height)
    return float(heights[-1])
