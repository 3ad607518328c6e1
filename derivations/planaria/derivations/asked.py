"""`derive`, whatever is asked for: a scalar made of traces, one with log det in it, or a matrix."""

from __future__ import annotations

from sympy import Expr, MatrixExpr

from planaria.derivations.derivation import Derivation
from planaria.derivations.log_determinants import LogDetDerivation, derive_log_determinants
from planaria.derivations.matrix_valued import derive_matrix
from planaria.derivations.resummation import BUDGET
from planaria.derivations.resummation import derive as derive_traces
from planaria.ensembles.question import Asked, question
from planaria.ensembles.text.log_determinant import LogDet

__all__ = ["derive"]


def derive(
    expression: Asked, model: Asked | None = None, *, budget: float = BUDGET
) -> Derivation | LogDetDerivation:
    """The planar limit of an expression in Gaussian fields: of a scalar, or of a square matrix.

    Parameters
    ----------
    expression, model
        A rational function of ``sympy.Trace`` objects, `planaria.logdet` objects and parameters, which factorise
        at large N, or a square matrix expression; and a model. Or a model and the name of one of its quantities.
    budget
        About how many seconds of exact algebra may be spent on each part.

    Returns
    -------
    A `Derivation`; of a matrix a `MatrixDerivation`, whose value is a function of the eigenvalues of a mode; where
    there is a log det a `LogDetDerivation`, an integral over one.

    Raises
    ------
    InputError
        If the expression is not of this form, or if the budget covers no closed form.

    >>> derive("marchenko-pastur", "resolvent").value
    1/(g_P + gamma)

    What papers write as E inv(1 + x x^T/(gamma P)) = Delta (Lambda + Delta)^-1 is its value on one mode:

    >>> derive("ridge-regression", "gamma*inv(gamma*I(M) + x*x.T/P)").value
    Delta/(Delta + lambda_I)

    >>> result = derive("marchenko-pastur", "logdet(gamma*I(N) + x*x.T)/N")
    >>> (part,) = result.integrals
    >>> part.start.value
    gamma + 1
    >>> print(result.evaluate(N=1, P=1, gamma=2, digits=12))
    1.04900870449
    """
    asked = question(expression, model, "derive")
    if isinstance(asked.expression, MatrixExpr):
        return derive_matrix(asked, budget)
    if isinstance(asked.expression, Expr) and asked.expression.has(LogDet):
        return derive_log_determinants(asked, budget)
    return derive_traces(expression, model, budget=budget)
