"""Which slope is meant: a derivative by a function of parameters, others being held fixed.

By N + P at fixed N P is along the vector v with v(N + P) = 1 and v(N P) = 0. Where an unknown is held fixed, the
parameter that its equation gives follows: by N at fixed Delta, gamma changes so that Delta does not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sympy import Expr, Matrix, MatrixExpr, Symbol

from planaria.algebra.errors import InputError
from planaria.algebra.linear import degree_in, root
from planaria.algebra.values import Portable
from planaria.derivations.asymptotics.path import path_names
from planaria.derivations.calculus.combinations import shortened
from planaria.derivations.calculus.differentiation import Differentiation, check_differentiable, physical
from planaria.derivations.derivation import Derivation
from planaria.derivations.elimination.closed_form import Form
from planaria.ensembles.text.grammar import parse_expression

__all__ = ["Question", "question_of"]


@dataclass(frozen=True)
class Question(Portable):
    """Something whose sign is asked for, as the value of a form.

    Attributes
    ----------
    about
        What it is, in words.
    form
        The unknowns with their relations; its value has the sign.
    """

    about: str
    form: Form


def question_of(derivation: Derivation, along: str = "", fixed: str = "") -> Question:
    """The value itself, or its slope.

    Parameters
    ----------
    along
        A function of parameters and dimensions, as ``"N"`` or ``"N + P"``; the value itself if empty.
    fixed
        What is held: functions of parameters and dimensions, and unknowns, as ``"N*P, Delta"``.

    Raises InputError for unknown names, and where what is held does not fix the direction.
    """
    form = physical(derivation.closed_form)
    if not along.strip():
        if fixed.strip():
            raise InputError("--fixed", "it holds something on no way", "say along what: --monotone N")
        return Question("the value", form)
    unknowns = {u.symbol for u in form.unknowns}
    names = {**path_names(derivation), **{str(one): one for one in unknowns}}
    chosen = _function(along, names, "--monotone")
    held = [_function(one, names, "--fixed") for one in fixed.split(",") if one.strip()]
    kept = [one for one in held if one in unknowns]
    others = [one for one in held if one not in unknowns]
    for one in (chosen, *others):
        if one.free_symbols & unknowns:
            raise InputError("--monotone", f"{one} contains an unknown", "take functions of parameters")
    words = f"the slope of the value by {chosen}" + (f" at fixed {', '.join(map(str, held))}" if held else "")
    if kept and set(kept) != unknowns:
        missing = ", ".join(sorted(str(u) for u in unknowns - set(kept)))
        raise InputError("--fixed", "only some of the unknowns are held", f"hold {missing}, too")
    if kept:
        form = _given(form)
    slopes = _vector(chosen, others)
    at = Differentiation(form)
    total = at.ring.zero
    for symbol, speed in slopes.items():
        check_differentiable(form, symbol)
        change = at.partial(form.value, symbol) if kept else at.along(form.value, symbol)
        ring = at.ring.extend([*slopes])
        total = total.to(ring) + change.to(ring) * ring(speed)
    return Question(words, at.form_of(shortened(total, at.sums)))


def _given(form: Form) -> Form:
    """The form in which the parameters that the relations give are written by the unknowns in the value."""
    value = form.value
    for relation, parameter in zip(form.relations, form.solved_for, strict=True):
        if parameter is None or degree_in(relation, parameter) != 1:
            raise InputError("--fixed", "no parameter follows where the unknown is held", "leave the unknown out")
        value = value.substitute({parameter: root(relation, parameter)})
    return Form(
        form.ring, form.unknowns, form.relations, form.sums, value, form.solved_for, declared=form.declared
    )


def _vector(chosen: Expr, held: Sequence[Expr]) -> dict[Symbol, Expr]:
    """How fast each parameter changes."""
    symbols = sorted({s for one in (chosen, *held) for s in one.free_symbols}, key=str)
    if len(symbols) != 1 + len(held):
        problem = f"{len(symbols)} parameters change, and {1 + len(held)} functions of them are named"
        raise InputError("--fixed", problem, "hold as many functions as there are further parameters, as N*P")
    matrix = Matrix([[one.diff(s) for s in symbols] for one in (chosen, *held)])
    if matrix.det().simplify() == 0:
        raise InputError("--fixed", f"{chosen} does not change where these are held", "hold others")
    speeds = matrix.inv()[:, 0]
    return {s: speed.cancel() for s, speed in zip(symbols, speeds, strict=True) if speed != 0}


def _function(text: str, names: dict[str, Symbol], place: str) -> Expr:
    found = parse_expression(text.strip(), names, place, set())
    if isinstance(found, MatrixExpr) or not isinstance(found, Expr) or not found.free_symbols:
        raise InputError(place, f"'{text.strip()}' is no function of parameters", "name one, as N or N*P")
    if not found.is_rational_function(*found.free_symbols):
        raise InputError(place, f"'{text.strip()}' is no rational function", "take N*P, N/P, N + P")
    return found
