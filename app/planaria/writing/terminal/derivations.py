"""A derivation in a few lines of text: what ``print`` shows."""

from __future__ import annotations

from planaria.derivations.analysis.consequence import Consequence
from planaria.derivations.derivation import Derivation
from planaria.derivations.log_determinants import LogDetDerivation, LogDetIntegral
from planaria.derivations.matrix_valued import MatrixDerivation
from planaria.writing.terminal.expressions import Formulas

__all__ = [
    "consequence_text",
    "derivation_text",
    "integral_text",
    "log_determinant_text",
    "value_title",
]


def derivation_text(derivation: Derivation, formulas: Formulas | None = None) -> str:
    """The quantity, its equations, its spectral sums and its value.

    >>> from planaria.derivations import derive
    >>> print(derivation_text(derive("marchenko-pastur", "resolvent")))
    tr(inv(gamma*I(N) + x*x.T))/N
      equation  γ = g_P·(N + P·g_P - P)/(P·(1 - g_P))
      value     1/(g_P + γ)
    """
    show = formulas or Formulas()
    return _lines(show.plain(derivation.expression), derivation, show)


def consequence_text(one: Consequence, formulas: Formulas | None = None) -> str:
    """What follows from a derivation, likewise.

    >>> from planaria.derivations import derive
    >>> print(consequence_text(derive("wigner", "resolvent").derivative(z=1)))
    derivative by z of tr(inv(z*I(N) - h))/N
      equation  z = (g_N² + 1)/g_N
      value     g_N/(2·g_N - z)
    """
    show = formulas or Formulas()
    return _lines(f"{one.about} of {show.plain(one.source.expression)}", one, show)


def _lines(head: str, derivation: Derivation | Consequence, show: Formulas) -> str:
    rows = [("equation", f"{show.inline(one.lhs)} = {show.inline(one.rhs)}") for one in derivation.equations]
    used = set().union(*(one.free_symbols for one in (derivation.value, *derivation.equations)))
    for symbol, one in derivation.spectral_sums.items():
        if symbol in used:
            rows.append(("sum", f"{show.name(symbol)} = ∑ {show.inline(one.summand)} over {show.name(one.space)}"))
    value = derivation.value
    if isinstance(derivation, Derivation):
        rows += [("determinant", show.determinant(one)) for one in derivation.determinants]
        value = derivation.value_as_shown
    rows.append((value_title(derivation, show), show.inline(value)))
    width = max(len(kind) for kind, _ in rows)
    lines = [f"  {kind:{width}}  {text}" for kind, text in rows]
    return "\n".join([head, *lines])


def value_title(derivation: Derivation | Consequence, show: Formulas) -> str:
    """What a value is: the value of a scalar, of a matrix on one mode of its space, or a multiple of the identity.

    >>> from planaria.derivations.asked import derive
    >>> value_title(derive("ridge-regression", "inv(gamma*I(M) + x*x.T/P)"), Formulas())
    'value on mode I'
    """
    if not isinstance(derivation, MatrixDerivation):
        return "value"
    return "value on mode I" if derivation.eigenvalues else f"value, times I({show.inline(derivation.space)})"


def log_determinant_text(derivation: LogDetDerivation, formulas: Formulas | None = None) -> str:
    """The quantity, the integral that each log det is, and the closed form of what is integrated.

    >>> from planaria.derivations.asked import derive
    >>> print(log_determinant_text(derive("marchenko-pastur", "logdet(gamma*I(N) + x*x.T)")))  # doctest: +ELLIPSIS
    logdet(gamma*I(N) + x*x.T)
      logdet(gamma*I(N) + x*x.T) = N·log(κ) + ∫ (N/(κ + t) - resolvent) dt from t = 0 to oo, κ = γ + 1
      resolvent: ...
        equation  ...
        value     ...
    """
    show = formulas or Formulas()
    lines = [show.plain(derivation.expression)]
    for one in derivation.integrals:
        lines.append(f"  {integral_text(one, show)}")
        lines.append(f"  resolvent: {_inner(one.resolvent, show)}")
    lines += [f"  {_inner(one, show)}" for one in derivation.traces.values()]
    return "\n".join(lines)


def integral_text(one: LogDetIntegral, show: Formulas) -> str:
    """log det as an integral, in a line."""
    scale, path, size = show.name(one.scale), show.name(one.path), show.inline(one.logdet.arg.shape[0])
    sign, times = ("∫", "·") if show.unicode else ("integral of", "*")
    integral = f"{sign} ({size}/({scale} + {path}) - resolvent) d{path} from {path} = 0 to oo"
    return (
        f"{show.plain(one.logdet)} = {size}{times}log({scale}) + {integral}, "
        f"{scale} = {show.inline(one.start.value)}"
    )


def _inner(derivation: Derivation, show: Formulas) -> str:
    return derivation_text(derivation, show).replace("\n", "\n  ")
