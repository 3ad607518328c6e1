"""The density of the eigenvalues of a matrix that is not Hermitian, whose resolvent a quantity is."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from sympy import Identity, Integer, MatAdd, MatMul, MatrixExpr, Symbol

from planaria.algebra.errors import InputError, described
from planaria.derivations import derive
from planaria.derivations.derivation import Derivation
from planaria.ensembles.question import Asked, Given, Values, given
from planaria.numerics.nonhermitian.atoms import circles
from planaria.numerics.nonhermitian.general import general_density
from planaria.numerics.nonhermitian.points import Counted, Solver
from planaria.numerics.nonhermitian.radial import radial_density
from planaria.numerics.nonhermitian.transform import adjoint_of, hermitised
from planaria.numerics.nonhermitian.values import PlaneDensity
from planaria.numerics.plane.telling import Told, untold
from planaria.numerics.solving.exclusive import exclusive
from planaria.numerics.spectral.resolvent import parameter_of, shape_of

__all__ = ["plane_density"]

Floats = NDArray[np.float64]

MOST_POINTS = 250_000
SAME = 1e-7  # relative, of G (w - centre) at one distance in several directions


@exclusive
def plane_density(
    quantity: Asked | Derivation,
    model: Asked | None = None,
    values: Values | None = None,
    *,
    of: Symbol | str,
    points: int = 2500,
    budget: float = 10.0,
    progress: Told = untold,
    **numbers: Given,
) -> PlaneDensity:
    """The density of eigenvalues in the complex plane of the matrix whose normalised resolvent a quantity is.

    Parameters
    ----------
    quantity, model
        As for `derive`, or a derivation alone.
    values, numbers
        As for `evaluate`, real; the parameter needs none.
    of
        The spectral parameter, by symbol or name: z in tr(inv(z*I(N) - A))/N, gamma in tr(inv(gamma*I(N) + A))/N.
    points
        About how many points the grid has, and, where the density is radial, how many distances.
    budget
        As for `derive`.
    progress
        Told how many points of the plane are solved, and how many there will be as far as is known.

    Raises
    ------
    InputError
        For a quantity that does not show its matrix, a Hermitian one, a density that is not two-dimensional, and
        what `evaluate` refuses.

    >>> from sympy import Identity, MatrixSymbol, Trace, symbols
    >>> from planaria.diagrams import Gaussian, Model
    >>> N, z = symbols("N z", positive=True)
    >>> g = MatrixSymbol("g", N, N)
    >>> resolvent = Trace((z * Identity(N) - g).inv()) / N
    >>> found = plane_density(resolvent, Model([Gaussian(g, variance=1 / N)]), of="z", points=100, N=10)
    >>> found  # the circular law: 1/pi in the unit disc
    PlaneDensity(z, 0 to 1 from the centre)
    >>> float((found.radial.rho * np.pi).round(9).max()), round(found.mass, 9)
    (1.0, 1.0)
    """
    if isinstance(points, bool) or not isinstance(points, int) or not 9 <= points <= MOST_POINTS:
        raise InputError("density", f"points = {points!r} is out of range", f"give 9 to {MOST_POINTS:,}")
    derivation = _derived(quantity, model, budget)
    parameter = parameter_of(derivation, of)
    wanted = given(values, numbers)
    for key in wanted:
        if str(getattr(key, "name", key)) == str(parameter):
            raise InputError("density", f"{parameter} is given a number", "leave it out: it runs over the plane")
    sign, matrix = shape_of(derivation.expression, parameter)
    checked = _checked(matrix, derivation)
    shift, rest = _split(checked)
    solver = Solver.of(hermitised(rest, derivation.model), derivation.model, wanted, budget)
    solver = replace(solver, told=Counted(progress, 2 * points))
    variable = f"{'-' if sign < 0 else ''}{parameter}"
    centre = _centre(solver)
    if _is_radial(solver, centre):
        return radial_density(solver, variable, centre, points).moved(shift)
    return general_density(solver, variable, centre, points).moved(shift)


def _derived(quantity: Asked | Derivation, model: Asked | None, budget: float) -> Derivation:
    if not isinstance(quantity, Derivation):
        return derive(quantity, model, budget=budget)
    if model is not None:
        raise InputError(
            "density", f"a derivation has its model, and there is {described(model)}", "give numbers as values=..."
        )
    return quantity


def _checked(matrix: MatrixExpr | None, derivation: Derivation) -> MatrixExpr:
    if matrix is None:
        raise InputError(
            "density",
            "the quantity does not show the matrix whose density is asked for",
            "give one inverse in one trace, such as tr(inv(z*I(N) - A))/N",
        )
    if matrix.doit() == adjoint_of(matrix, derivation.model).doit():
        raise InputError(
            "density",
            f"the matrix {matrix} is Hermitian: its eigenvalues are real",
            "ask for its density on the real axis",
        )
    return matrix


def _centre(solver: Solver) -> float:
    """The mean of all eigenvalues, by a circle about them."""
    shares, sums = circles(solver, np.zeros(1), np.array([1.5 * solver.size]))
    mean = float(sums[0] / shares[0])
    return 0.0 if abs(mean) < SAME * solver.size else mean


def _is_radial(solver: Solver, centre: float) -> bool:
    """Whether G (w - centre) is the same in several directions, inside of the support and outside."""
    distances, turns = solver.size * np.array([0.15, 0.4, 0.7, 1.1, 1.6]), np.exp(1j * np.array([0.3, 1.1, 2.2]))
    steps = distances[:, np.newaxis] * turns
    products = solver.at(np.asarray(centre + steps, dtype=complex).ravel()).values.reshape(steps.shape) * steps
    spread = np.abs(products - products[:, :1]).max(axis=1)
    return bool((spread <= SAME * np.maximum(1e-2, np.abs(products[:, 0]))).all())


def _split(matrix: MatrixExpr) -> tuple[float, MatrixExpr]:
    """A number times the identity, which moves all eigenvalues, and what is left of a sum."""
    terms = matrix.args if isinstance(matrix, MatAdd) else (matrix,)
    shift, others = 0.0, []
    for term in terms:
        coefficient, factors = term.as_coeff_matrices() if isinstance(term, MatMul) else (Integer(1), [term])
        if all(isinstance(one, Identity) for one in factors) and coefficient.is_number and coefficient.is_real:
            shift += float(coefficient)
        else:
            others.append(term)
    return (shift, MatAdd(*others).doit(deep=False)) if others else (0.0, matrix)
