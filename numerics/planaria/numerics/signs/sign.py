"""The sign of a value or of its slope: a proof, or certain signs at random points, or a point of each sign."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, permutations
from typing import Any

from flint import arb
from mpmath import mp
from sympy import Expr, Rational

from planaria.algebra.errors import InputError, check_whole, described
from planaria.algebra.rational import Ratio
from planaria.algebra.work import WorkLimitError, limited
from planaria.derivations.derivation import Derivation
from planaria.derivations.elimination.closed_form import Form
from planaria.derivations.signs.direction import question_of
from planaria.derivations.signs.positivity import Proof, prove_sign
from planaria.derivations.signs.result import SignVerdict, Witness
from planaria.ensembles.estimate import Enclosure
from planaria.ensembles.verdicts.claims import Verdict
from planaria.numerics.comparison.points import WORKING, Point, Points, point_at
from planaria.numerics.evidence.admissible import growing
from planaria.numerics.methods.memo import once
from planaria.numerics.points.balls import working_balls
from planaria.numerics.points.enclosures import enclosure

__all__ = ["sign_of"]

TURNS = 6  # random points
FACTORS = Rational(1, 1000), Rational(1000)  # of the ridges of each
BESIDE = 10  # two sizes next to one another differ by one part in so many
FEWEST = 3  # points that say anything
SHOWN = 16  # digits of a value
SECONDS = 20.0  # of work for a proof


def sign_of(derivation: Derivation, along: str = "", fixed: str = "", *, seed: int = 0) -> SignVerdict:
    """The sign of a derived value, or of its slope by a function of parameters.

    Parameters
    ----------
    along
        ``"N"``, ``"N + P"``: what grows; empty for the sign of the value.
    fixed
        What is held on the way: ``"N*P, Delta"``, functions of parameters, and unknowns, whose equations then give
        other parameters.
    seed
        Fixes the random points.

    Raises InputError for unknown names, and where what is held does not fix the direction.

    >>> from planaria.derivations import derive
    >>> loss = derive("random-features", "loss")
    >>> found = sign_of(loss, "N", fixed="Delta")
    >>> found.statement, found.verdict.value
    ('the slope of the value by N at fixed Delta is negative', 'proved')

    At a fixed ridge there is double descent:

    >>> found = sign_of(loss, "N")
    >>> found.statement, found.verdict.value
    ('the slope of the value by N has no sign', 'refuted')
    """
    if not isinstance(derivation, Derivation):
        raise InputError("sign", f"{described(derivation)} is no derivation", "derive it first")
    check_whole(seed, "seed")
    question = question_of(derivation, along, fixed)
    form = question.form
    proof = _proved(derivation, form, _points(derivation, seed))
    sums = {symbol: one for symbol, one in form.sums if symbol in form.value.support()}
    names = form.named_sums
    written = form.value.to_sympy().xreplace(dict(names))
    known = {names.get(symbol, symbol): one for symbol, one in sums.items()}
    if proof.sign is not None:
        return SignVerdict(
            question.about, Verdict.PROVED, proof.sign, written, known, 0, proof.reason, proof.steps
        )
    seen: dict[int, Witness] = {}
    count = 0
    for point in chain(_points(derivation, seed), _further(derivation, seed)):
        ball = _ball(form.value, form, point)
        sign = _sign(ball)
        if sign is None:
            continue
        count += 1
        seen.setdefault(sign, Witness(_numbers(point), _enclosure(ball)))
        if len(seen) == 2:
            reason = "it is positive at one point and negative at another"
            witnesses = (seen[1], seen[-1])
            return SignVerdict(question.about, Verdict.REFUTED, None, written, known, count, reason, (), witnesses)
    if count < FEWEST:
        reason = f"not proved: {proof.reason}; and its sign is certain at {count} points only"
        return SignVerdict(question.about, Verdict.UNDECIDED, None, written, known, count, reason)
    (sign,) = seen
    reason = f"not proved: {proof.reason}; it has this sign at all {count} points that were tried"
    return SignVerdict(question.about, Verdict.HOLDS, sign, written, known, count, reason)


def _proved(derivation: Derivation, form: Form, points: tuple[Point, ...]) -> Proof:
    def sign_at(factor: Ratio) -> int | None:
        """The sign at the first point where it is certain; none where two points differ, so that it vanishes."""
        signs = {sign for point in points if (sign := _sign(_ball(factor, form, point))) is not None}
        return signs.pop() if len(signs) == 1 else None

    try:
        with limited(SECONDS):
            return prove_sign(derivation, form, sign_at)
    except WorkLimitError:
        return Proof(None, f"it takes more work than {SECONDS:g} s", ())


@once
def _points(derivation: Derivation, seed: int) -> tuple[Point, ...]:
    """Certified points of all orders of the sizes."""
    return tuple(point for point in Points(derivation, seed, {}).first(TURNS) if point.is_certified)


def _further(derivation: Derivation, seed: int) -> Iterator[Point]:
    """Points about these, kept as they are made."""
    known = _kept(derivation, seed)
    yield from known.found
    for values in known.left:
        try:
            point = point_at(derivation, values)
        except InputError:
            continue
        if point.is_certified:
            known.found.append(point)
            yield point


@dataclass
class _Kept:
    found: list[Point]
    left: Iterator[Mapping[Any, Any]]


@once
def _kept(derivation: Derivation, seed: int) -> _Kept:
    around = (values for point in _points(derivation, seed) for values in _around(derivation, point.values))
    return _Kept([], around)


def _around(derivation: Derivation, values: Mapping[Any, Any]) -> Iterator[Mapping[Any, Any]]:
    """A point at smaller and larger ridges, and with two sizes next to one another at small ones."""
    ridges = growing(derivation)
    for factor in FACTORS:
        yield {s: v * factor if s in ridges else v for s, v in values.items()}
    setting = derivation.rules.setting
    listed = {space for matrix, _ in setting.matrices for space in matrix.shape}
    sizes = [s for s in setting.spaces if s in values and s not in derivation.model.small]
    for one, other in permutations(sizes, 2):
        if one in listed:
            continue  # its eigenvalues would have to be drawn anew
        near = {s: v * FACTORS[0] if s in ridges else v for s, v in values.items()}
        for scale in (BESIDE - 1, BESIDE + 1):
            yield {**near, one: values[other] * scale // BESIDE or 1}


def _ball(value: Ratio, form: Form, point: Point) -> Any:
    """A function of the form at a point, in a ball; None where it is not known there."""
    with mp.workdps(WORKING), working_balls():
        at: dict[Expr, Any] = dict(point.scalars)
        sums = dict(form.sums)
        try:
            for symbol in value.support():
                if symbol in sums:
                    at[symbol] = point.sum_of(sums[symbol], at)
            return value.evaluate(at, arb(1))
        except (KeyError, ZeroDivisionError):
            return None


def _sign(ball: Any) -> int | None:
    if ball is None or not ball.is_finite() or ball.contains(0):
        return None
    return 1 if ball > 0 else -1


def _numbers(point: Point) -> Mapping[str, str]:
    return {str(getattr(symbol, "name", symbol)): str(value) for symbol, value in point.values.items()}


def _enclosure(ball: Any) -> Enclosure:
    with mp.workdps(WORKING), working_balls():
        return enclosure(ball, SHOWN)
