"""log det in LaTeX: the integral that it is, beside equations and value of the integrand."""

from __future__ import annotations

from collections.abc import Mapping

from planaria.derivations.log_determinants import LogDetDerivation
from planaria.writing.latex.derivation import latex_expression

__all__ = ["latex_integrals"]


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
