"""A derivation held against a formula: a proof, or numbers, and the formula that would hold."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from math import log10
from typing import Any

from mpmath import mp
from sympy import Expr, Symbol

from planaria.algebra.errors import InputError, check_whole, described, unknown_name
from planaria.algebra.work import WorkLimitError, limited
from planaria.derivations.compared import Comparison, Correction, Counterexample
from planaria.derivations.comparison.as_formula import with_quantity
from planaria.derivations.comparison.branch import Branch, UnprovableError
from planaria.derivations.comparison.proof import NONE, SECONDS, Attempt, prove
from planaria.derivations.comparison.vocabulary import Vocabulary, vocabulary
from planaria.derivations.derivation import Derivation
from planaria.derivations.log_determinants import LogDetDerivation
from planaria.ensembles.formulas.claim import Claim, OwnUnknown
from planaria.ensembles.formulas.nodes import names_of
from planaria.ensembles.formulas.reading import parse_claim
from planaria.ensembles.question import Given, Values, given
from planaria.ensembles.verdicts.claims import Verdict
from planaria.numerics.comparison.balls import Balls, NoValueError
from planaria.numerics.comparison.correction import correction
from planaria.numerics.comparison.counterexample import counterexample_at, smallest_counterexample
from planaria.numerics.comparison.numbers import PointOracle
from planaria.numerics.comparison.own_roots import own_root
from planaria.numerics.comparison.points import WORKING, Point, Points, ball_of
from planaria.numerics.methods.memo import once
from planaria.numerics.points.balls import working_balls
from planaria.numerics.points.problem import parameters_of
from planaria.numerics.points.reading import number_of, real_only

__all__ = ["compare"]

COUNT = 6  # random points
FEWEST = 2  # that say anything
DIGITS = 12  # to which sides agree that hold
MOST = 28  # digits that are claimed: those of the solution


def compare(
    derivation: Derivation | LogDetDerivation,
    formula: str | Expr | Claim,
    let: Mapping[str, str | Derivation] | Sequence[str] = (),
    *,
    values: Values | None = None,
    seed: int = 0,
    **numbers: Given,
) -> Comparison:
    """Whether a derived quantity is equal to a formula.

    Parameters
    ----------
    formula
        In the grammar of models, with ``sum(...)`` over eigenvalues, ``tr(...)`` of deterministic matrices,
        ``sqrt`` and ``det([[a, b], [c, d]])``, in the names of the derivation and in those of `let`. Or an
        equation of two, or an expression of sympy, whose symbols count by their names.
    let
        Names of somebody's own: ``"z = sum(lambda_I/(lambda_I + Delta))"``, or, for what an equation fixes,
        ``"k: k*(N - z) = gamma"``. As a mapping it may have other derivations of the model by name.
    values, numbers
        Numbers for parameters and dimensions at which the claim is made: ``sigma_u=1``.
    seed
        Fixes the random points.

    Raises InputError for a formula outside of the grammar, a name without a meaning, and numbers that are none.

    >>> from planaria.derivations import derive
    >>> result = derive("random-features", "gram_resolvent")
    >>> z = "z = sum(lambda_I/(lambda_I + Delta))"
    >>> compare(result, "(P - z)/(gamma*P)", [z]).verdict.value
    'proved'
    >>> wrong = compare(result, "(N - z)/(gamma*P)", [z])
    >>> wrong.verdict.value, str(wrong.correction), wrong.correction.change
    ('refuted', '(P - z)/(gamma*P)', 'P in place of N')
    """
    if isinstance(derivation, LogDetDerivation):
        raise InputError("compare", "a log det is an integral over a closed form", "compare one of its parts")
    if not isinstance(derivation, Derivation):
        raise InputError("compare", f"{described(derivation)} is no derivation", "derive it first")
    check_whole(seed, "seed")
    claim = _claim(formula, let)
    fixed = _fixed(derivation, given(values, numbers))
    session = _session(derivation, seed, tuple(sorted(fixed.items(), key=lambda pair: str(pair[0]))))
    session.names.check(claim)
    return session.compared(claim)


def _claim(formula: str | Expr | Claim, let: Mapping[str, str | Derivation] | Sequence[str]) -> Claim:
    if isinstance(formula, Claim):
        if let:
            raise InputError("let", "the claim has names already", "put them there")
        return formula
    if not isinstance(let, Mapping):
        return parse_claim(formula, let)
    others = {name: one for name, one in let.items() if isinstance(one, Derivation)}
    claim = parse_claim(formula, {name: one for name, one in let.items() if not isinstance(one, Derivation)})
    for name, other in others.items():
        claim = with_quantity(claim, name, other)
    return claim


def _fixed(derivation: Derivation, at: Mapping[Any, Any]) -> dict[Symbol, Expr]:
    """The numbers at which a claim is made: real ones, of parameters and dimensions."""
    symbols = {str(one): one for one in parameters_of(derivation)}
    spaces = derivation.rules.setting.spaces
    bound = real_only(derivation.model, spaces)
    found: dict[Symbol, Expr] = {}
    for key, value in at.items():
        name = str(getattr(key, "name", key))
        if name not in symbols:
            raise unknown_name("values", "parameter", name, symbols)
        number = number_of(symbols[name], value, spaces, bound)
        if not number.is_Rational or (number <= 0 and symbols[name].is_positive):
            raise InputError(
                f"parameter {name}", f"{value} is no positive number", "compare at finite numbers > 0"
            )
        found[symbols[name]] = number
    return found


@once
def _session(derivation: Derivation, seed: int, fixed: tuple[tuple[Symbol, Expr], ...]) -> _Session:
    return _Session(derivation, seed, dict(fixed))


class _Session:
    """What the claims about one derivation share: names, points, and the field of functions on the branch."""

    def __init__(self, derivation: Derivation, seed: int, fixed: Mapping[Symbol, Expr]) -> None:
        self.derivation, self.fixed = derivation, fixed
        self.names: Vocabulary = vocabulary(derivation)
        self.points = Points(derivation, seed, fixed)
        self.oracle = PointOracle(self.points)
        self._branch: Branch | None = None

    def attempt(self, claim: Claim, assumed: Mapping[str, Symbol] = NONE) -> Attempt:
        if self._branch is None:
            try:
                with limited(SECONDS):
                    self._branch = Branch(self.derivation, self.fixed, self.oracle)
            except UnprovableError as error:
                return Attempt(False, str(error))
            except WorkLimitError:
                return Attempt(False, f"to solve the equations takes more work than {SECONDS:g} s")
        return prove(self._branch, self.names, claim, self.oracle, assumed)

    def compared(self, claim: Claim) -> Comparison:
        attempt = self.attempt(claim)
        meanings = {name: str(one) for name, one in attempt.meanings.items()}
        if attempt.proved:
            return Comparison(
                claim, Verdict.PROVED, None, 0, attempt.reason, steps=attempt.steps, meanings=meanings
            )
        verdict, digits, count, reason, differing = self._by_numbers(claim, attempt)
        if verdict is not Verdict.REFUTED:
            return Comparison(claim, verdict, digits, count, reason, steps=attempt.steps, meanings=meanings)
        return Comparison(
            claim,
            verdict,
            digits,
            count,
            reason,
            self._counterexample(claim, attempt, differing),
            self._correction(claim, attempt),
            attempt.steps,
            meanings,
        )

    # -- numbers -------------------------------------------------------------------------------------------

    def _by_numbers(self, claim: Claim, attempt: Attempt) -> tuple[Verdict, int | None, int, str, Point | None]:
        """The verdict of numbers, the digits of agreement, the points, a reason, and where the sides differ."""
        least, count = MOST, 0
        sides = self._sides(claim, attempt)
        for number in range(COUNT):
            points = self.points.first(number + 1)
            if len(points) <= number:
                break
            point = points[number]
            with mp.workdps(WORKING), working_balls():
                try:
                    left, right = sides(point)
                except (NoValueError, UnprovableError) as error:
                    return Verdict.UNDECIDED, None, count, f"{attempt.reason}, and {error}", None
                except ZeroDivisionError:
                    return Verdict.REFUTED, None, count + 1, "the formula divides by zero", point
                count += 1
                if not right.is_finite():
                    return Verdict.REFUTED, None, count, "the formula has no real value", point
                if not left.overlaps(right):
                    return Verdict.REFUTED, None, count, "the sides differ", point
                least = min(least, _agreement(left, right))
        if count < FEWEST:
            why = self.points.reason or "none was found"
            return (
                Verdict.UNDECIDED,
                None,
                count,
                f"{attempt.reason}, and there are no points to tell ({why})",
                None,
            )
        if least < DIGITS:
            reason = f"{attempt.reason}, and numbers agree to {least} digits only"
            return Verdict.UNDECIDED, least, count, reason, None
        return Verdict.HOLDS, least, count, f"not proved: {attempt.reason}", None

    def _sides(self, claim: Claim, attempt: Attempt) -> Callable[[Point], tuple[Any, Any]]:
        def sides(point: Point) -> tuple[Any, Any]:
            return Balls(point, self.names, claim, self._own(claim, attempt, point)).sides()

        return sides

    def _own(self, claim: Claim, attempt: Attempt, point: Point) -> dict[str, Any]:
        """The unknowns of somebody's own in balls: as functions on the branch, or by their equations."""
        found: dict[str, Any] = {}
        left = list(claim.unknowns)
        for one in list(left):
            if attempt.branch is not None and one.name in attempt.meanings:
                try:
                    found[one.name] = ball_of(attempt.branch, attempt.meanings[one.name], point)
                    left.remove(one)
                except KeyError:
                    continue
        needed = {one.name: _needed(claim, one.left) | _needed(claim, one.right) for one in left}
        while left:
            waiting = {each.name for each in left}
            ready = [each for each in left if not needed[each.name] & waiting - {each.name}]
            if not ready:
                names = " and ".join(each.name for each in left)
                raise UnprovableError(f"the equations of {names} are not solved one after the other")
            one = ready[0]
            if attempt.equations is None:
                raise UnprovableError(f"the equation of {one.name} is not read")
            found[one.name] = own_root(point, attempt.equations, one.name, found)
            left.remove(one)
        return found

    def _counterexample(self, claim: Claim, attempt: Attempt, differing: Point | None) -> Counterexample | None:
        sides = self._sides(claim, attempt)
        small = smallest_counterexample(self.points, self._relevant(claim), sides)
        if small is not None or differing is None:
            return small
        return counterexample_at(differing, sides)

    def _relevant(self, claim: Claim) -> frozenset[Symbol]:
        """The symbols that either side contains."""
        closed = self.derivation.closed_form
        found: set[Any] = set()
        for ratio in (closed.value, *closed.relations):
            for one in ratio.support():
                found |= one.free_symbols
        for _, spectrum in self.derivation.model.spectra:
            found |= spectrum.free_symbols
        found |= {s for _, one in closed.sums for s in one.space.free_symbols}
        for _, tree in claim.trees():
            found |= {self.names.scalars[name] for name in names_of(tree) if name in self.names.scalars}
        return frozenset(found)

    def _correction(self, claim: Claim, attempt: Attempt) -> Correction | None:
        points = self.points.first(2)
        if len(points) < 2:
            return None

        def own(point: Point) -> Mapping[str, float]:
            with mp.workdps(WORKING), working_balls():
                return {name: float(ball) for name, ball in self._own(claim, attempt, point).items()}

        def verdict(changed: Claim) -> Verdict:
            again = self.attempt(changed)
            return Verdict.PROVED if again.proved else self._by_numbers(changed, again)[0]

        try:
            found = correction(claim, self.names, points, own, verdict)
        except UnprovableError:
            found = None
        return found or self._corrected_equation(claim, attempt, points)

    def _corrected_equation(self, claim: Claim, attempt: Attempt, points: Sequence[Point]) -> Correction | None:
        """The equation that an unknown of somebody's own satisfies if it is one of the derivation's."""
        for one in claim.unknowns:
            if one.name in attempt.meanings or one.name in claim.derived:
                continue
            equation = replace(claim, left=one.left, right=one.right)
            for symbol in self.derivation.unknowns:
                assumed = {one.name: symbol}

                def own(point: Point, name: str = one.name, symbol: Symbol = symbol) -> Mapping[str, float]:
                    return {name: float(point.scalars[symbol])} if symbol in point.scalars else {}

                def changed(other: Claim, one: OwnUnknown = one) -> Claim:
                    assert other.left is not None
                    equations = (
                        replace(u, left=other.left, right=other.right) if u == one else u for u in claim.unknowns
                    )
                    return replace(claim, unknowns=tuple(equations), definitions=other.definitions)

                def verdict(other: Claim, assumed: Mapping[str, Symbol] = assumed) -> Verdict:
                    if not self.attempt(other, assumed).proved:
                        return Verdict.UNDECIDED
                    return Verdict.PROVED if self.attempt(changed(other)).proved else Verdict.UNDECIDED

                try:
                    found = correction(equation, self.names, points, own, verdict)
                except UnprovableError:
                    continue
                if found is not None:
                    return found if found.name else replace(found, name=one.name)
        return None


def _needed(claim: Claim, tree: Any) -> set[str]:
    """The names of somebody's own that a formula needs, through definitions, too."""
    definitions = {one.name: one.formula for one in claim.definitions}
    found: set[str] = set()
    pending = [tree]
    while pending:
        for name in names_of(pending.pop()) & claim.own - found:
            found.add(name)
            if name in definitions:
                pending.append(definitions[name])
    return found


def _agreement(left: Any, right: Any) -> int:
    """The digits to which two balls with a point in common are known to agree."""
    scale = float(max(abs(left).mid(), abs(right).mid(), key=float))
    difference = float((left - right).abs_upper())
    if difference == 0:
        return MOST
    return MOST if not scale else max(0, min(MOST, int(-log10(difference / scale))))
