"""log det in LaTeX: the integral that it is, beside equations and value of the integrand."""

from __future__ import annotations

from collections.abc import Mapping

from sympy import Expr

from planaria.derivations.log_determinants import LogDetDerivation, LogDetIntegral
from planaria.writing.latex.derivation import latex_expression, latex_quantity
from planaria.writing.latex.page import AlignedRow
from planaria.writing.renames import NO_RENAMES

__all__ = ["integral_rows", "latex_integrals"]


def latex_integrals(derivation: LogDetDerivation, renames: Mapping[str, str] | None = None) -> list[str]:
    r"""A formula for each log det of a quantity, without dollars; what is derived is the resolvent in it.

    >>> from planaria.derivations.asked import derive
    >>> (formula,) = latex_integrals(derive("marchenko-pastur", "logdet(gamma*I(N) + x*x.T)"))
    >>> print(formula)  # doctest: +ELLIPSIS
    \log\det\left[...\right] = N \log \kappa + \int_0^\infty dt \left(\frac{N}{\kappa + t} - ...\right), \qquad ...
    """
    names = dict(renames or {})
    found = []
    for one in derivation.integrals:
        logdet, size = latex_expression(one.logdet, names), latex_expression(one.logdet.arg.shape[0], names)
        scale, path = latex_expression(one.scale, names), latex_expression(one.path, names)
        resolvent = latex_expression(one.resolvent.expression, names)
        start = latex_expression(one.start.value, names)
        found.append(
            rf"{logdet} = {size} \log {scale} + "
            rf"\int_0^\infty d{path} \left(\frac{{{size}}}{{{scale} + {path}}} - {resolvent}\right), "
            rf"\qquad {scale} = {start}"
        )
    return found


def integral_rows(
    one: LogDetIntegral,
    resolvent: str,
    whole: tuple[str, Expr] | None = None,
    renames: Mapping[str, str] = NO_RENAMES,
) -> list[AlignedRow]:
    r"""One log det as an integral over a resolvent of that name, and what its letters are.

    Parameters
    ----------
    whole
        The name of the quantity that the log det is a part of, and what that is: a row before.

    >>> from planaria.derivations.asked import derive
    >>> (one,) = derive("marchenko-pastur", "logdet(gamma*I(N) + x*x.T)").integrals
    >>> for row in integral_rows(one, "G"):
    ...     print(row.left, row.right)  # doctest: +ELLIPSIS
    \operatorname{E} \log\det\left[...\right] \simeq N \log \kappa + \int_0^\infty dt \left(... - G\right)
    \kappa = \gamma + 1
    """
    logdet, size = latex_expression(one.logdet, renames), latex_expression(one.logdet.arg.shape[0], renames)
    scale, path = latex_expression(one.scale, renames), latex_expression(one.path, renames)
    integrand = rf"\left(\frac{{{size}}}{{{scale} + {path}}} - {latex_quantity(resolvent)}\right)"
    rows = []
    if whole is not None:
        name, expression = whole
        expectation = rf"\operatorname{{E}}\left[{latex_expression(expression, renames)}\right]"
        rows.append(AlignedRow(latex_quantity(name), f"= {expectation}"))
    rows.append(
        AlignedRow(
            rf"\operatorname{{E}} {logdet}",
            rf"\simeq {size} \log {scale} + \int_0^\infty d{path} {integrand}",
        )
    )
    rows.append(AlignedRow(scale, f"= {latex_expression(one.start.value, renames)}"))
    return rows
