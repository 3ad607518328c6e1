r"""A comparison as LaTeX: the claim, its verdict, and the formula that would hold."""

from __future__ import annotations

from planaria.derivations.compared import Comparison
from planaria.ensembles.formulas.reading import parse_claim
from planaria.writing.comparisons.formulas import latex_claim, latex_formula
from planaria.writing.names import latex_name, latex_text

__all__ = ["latex_comparison"]

_QUANTITY = r"\text{quantity}"


def latex_comparison(comparison: Comparison, name: str = "") -> str:
    r"""An ``align*`` block: the claim with its own names, the verdict, and what would be right.

    Parameters
    ----------
    name
        What the quantity is called.

    >>> from planaria.derivations import derive
    >>> found = derive("marchenko-pastur", "resolvent").equals("1/(gamma + g_N)", ["g_N: g_N = g_P"])
    >>> print(latex_comparison(found, "f"))
    \begin{align*}
    f &= \frac{1}{\gamma + g_N} \\
    g_N &= g_P \\
    & \text{proved: the difference is zero modulo the equations of the model}
    \end{align*}
    """
    left = latex_name(name) if name else _QUANTITY
    sign = "=" if comparison else r"\neq"
    rows = []
    for n, (one, other) in enumerate(latex_claim(comparison.claim, left)):
        rows.append(f"{one} &{sign if n == 0 else '='} {other}")
    rows.append(rf"& \text{{{latex_text(f'{comparison.verdict.value}: {comparison.reason}')}}}")
    if (correction := comparison.correction) is not None:
        text = f"{correction.name}: {correction.formula}" if "=" in correction.formula else correction.formula
        if correction.name and "=" in correction.formula:
            right = parse_claim(text.partition(":")[2])
        else:
            right = parse_claim(correction.formula)
        start = latex_name(correction.name) if correction.name else left
        side = start if right.left is None else latex_formula(right.left)
        rows.append(rf"& \text{{right is }} {side} = {latex_formula(right.right)}")
    body = " \\\\\n".join(rows)
    return f"\\begin{{align*}}\n{body}\n\\end{{align*}}"
