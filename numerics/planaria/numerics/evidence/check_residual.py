"""Check: the closed form solves the full Schwinger-Dyson equations, to fifty digits at a random point.

The equations are taken as the Feynman rules give them, matrix by matrix and eigenvalue by eigenvalue, before
any elimination: G is inverted numerically, and the loops that the closed form gives must come back.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mpmath import matrix as mp_matrix
from mpmath import mp, mpf, nstr
from sympy import Expr, Symbol, Trace

from planaria.derivations.derivation import Derivation
from planaria.derivations.equations.schwinger_dyson import STRENGTH, by_space
from planaria.diagrams.expressions.trace_function import TraceFunction
from planaria.ensembles.evidence import Check, Progress
from planaria.numerics.equations.functions import functions_of
from planaria.numerics.evidence.admissible import admissible_point
from planaria.numerics.points.problem import Problem, pose, to_mpf
from planaria.numerics.solving.solve import closed_estimate

__all__ = ["check_residual"]

DIGITS = 50
SIZE = 6  # of the smallest space
STATEMENT = "equations and value solve the full Schwinger-Dyson system"


def check_residual(derivation: Derivation, seed: int, progress: Progress) -> Check:
    """Solve the closed form at a random point and put it into the equations it came from."""
    progress("solving to fifty digits", 0, 1)
    problem = pose(derivation, admissible_point(derivation, SIZE, seed))
    estimate = closed_estimate(problem, DIGITS + 10)
    with mp.workdps(DIGITS + 15):
        mismatch, value = _resummed(problem, estimate.unknowns)
        difference = abs(value - estimate.value) / (abs(value) or mpf(1))
        worst = max(mismatch, difference)
    progress("solving to fifty digits", 1, 1)
    passed = bool(worst < mpf(10) ** -DIGITS)
    detail = f"largest relative residual {nstr(worst, 2)} at a random point, sizes of {SIZE} and more"
    return Check(STATEMENT, "residual", passed, detail)


def _resummed(problem: Problem, unknowns: Mapping[str, Any]) -> tuple[Any, Any]:
    """Largest relative change of a loop under the equations, and the value read off the propagators."""
    derivation = problem.derivation
    closed, system = derivation.closed_form, derivation.system
    rules, setting = system.rules, system.rules.setting
    spectrum, scalars = problem.mpfs(), problem.scalars(to_mpf)
    vector = [unknowns[str(u.symbol)] for u in closed.unknowns]
    sums = functions_of(closed, "mpmath").sum_values(vector, spectrum, scalars)
    at: dict[Expr, Any] = {**scalars, STRENGTH: mpf(1)}
    at |= {u.symbol: x for u, x in zip(closed.unknowns, vector, strict=True)}
    at |= {symbol: x for (symbol, _), x in zip(closed.sums, sums, strict=True)}
    loops = {symbol: ratio.evaluate(at, mpf(1)) for symbol, ratio in closed.loops}
    base = {g: to_mpf(problem.exact(g)) for g in setting.ring.generators if g.free_symbols <= set(problem.values)}
    base[STRENGTH] = mpf(1)
    propagators: dict[Expr, list[tuple[dict[Expr, Any], Any]]] = {}
    for space in {*by_space(rules), *(r.rows for r in rules.readings)}:
        propagators[space] = [
            (node, _propagator(problem, space, loops, {**base, **node})) for node in _nodes(problem, space)
        ]
    worst = mpf(0)
    for symbol, claimed in loops.items():
        loop = system.representative(symbol)
        rows, cols = by_space(rules)[loop.space]
        i, j = cols.index(loop.column), rows.index(loop.row)
        weight = _copies(problem, loop.space)
        total = mpf(0)
        for node, g in propagators[loop.space]:
            total += weight * loop.weight.evaluate({**base, **node}, mpf(1)) * g[i, j]
        worst = max(worst, abs(total - claimed) / max(abs(claimed), abs(total), mpf(10) ** -30))
    return worst, _value(problem, propagators, base)


def _nodes(problem: Problem, space: Expr) -> list[dict[Expr, Any]]:
    own = [symbol for _, symbol in problem.derivation.rules.setting.matrices_of(space)]
    spectrum = problem.mpfs()
    present = [symbol for symbol in own if symbol in spectrum]
    if not present:
        return [{}]
    return [{s: spectrum[s][n] for s in present} for n in range(len(spectrum[present[0]]))]


def _copies(problem: Problem, space: Expr) -> Any:
    """How often the one node of a space without eigenvalues counts."""
    spectrum = problem.mpfs()
    own = [symbol for _, symbol in problem.derivation.rules.setting.matrices_of(space)]
    return mpf(1) if any(symbol in spectrum for symbol in own) else mpf(problem.size(space))


def _propagator(problem: Problem, space: Expr, loops: Mapping[Symbol, Any], at: Mapping[Expr, Any]) -> Any:
    system = problem.derivation.system
    rules = system.rules
    rows, cols = by_space(rules).get(space, ((), ()))
    if not rows:
        return None
    full = mp_matrix(len(rows), len(cols))
    for (i, j), value in rules.bare_inverse(space).items():
        full[rows.index(i), cols.index(j)] += value.evaluate(at, mpf(1))
    for term in system.terms:
        symbol = system.symbols[term.loop]
        if symbol is not None and rules.row_spaces[term.row] == space and symbol in loops:
            factor = (term.factor * system.scales[term.loop]).evaluate(at, mpf(1))
            full[rows.index(term.row), cols.index(term.column)] -= factor * loops[symbol]
    return mp.inverse(full)


def _value(problem: Problem, propagators: Mapping[Expr, Any], base: Mapping[Expr, Any]) -> Any:
    derivation = problem.derivation
    rules = derivation.rules
    traces: dict[Trace, Any] = {}
    for reading in rules.readings:
        rows, cols = by_space(rules).get(reading.rows, ((), ()))
        weight = _copies(problem, reading.rows)
        total = mpf(0)
        for node, g in propagators[reading.rows]:
            here = {**base, **node}
            total += weight * reading.corner.evaluate(here, mpf(1))
            for j, a in reading.a:
                for i, b in reading.b:
                    element = g[cols.index(j), rows.index(i)]
                    total += weight * a.evaluate(here, mpf(1)) * b.evaluate(here, mpf(1)) * element
        traces[reading.trace] = total
    scalars = {**base, **{d: to_mpf(problem.exact(d)) for d in problem.values}}
    return TraceFunction(derivation.outer).at(traces, scalars, mpf(1))
