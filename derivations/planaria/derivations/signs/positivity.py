"""Whether a function has one sign on the branch: polynomials with positive coefficients in what is positive."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sympy import Expr, Mul, Symbol

from planaria.algebra.linear import degree_in, root
from planaria.algebra.rational import Ratio
from planaria.derivations.derivation import Derivation
from planaria.derivations.elimination.closed_form import Form
from planaria.derivations.signs.bernstein import Positive, in_positive_sums
from planaria.derivations.signs.premises import Premise, covariances, premises_of
from planaria.derivations.steps import Formula, Step

__all__ = ["Proof", "prove_sign"]

MOST = 4000  # terms of a polynomial that is looked at


@dataclass(frozen=True)
class Proof:
    """A sign, with the steps that lead to it; None where there is no proof, and why."""

    sign: int | None
    reason: str
    steps: tuple[Step, ...]


def prove_sign(derivation: Derivation, form: Form, sign_at: Callable[[Ratio], int | None]) -> Proof:
    """Prove that the value of a form has one sign.

    Parameters
    ----------
    sign_at
        The certain sign of a function at some point of the branch; None where it is not known.
    """
    value = form.value
    if not value:
        return Proof(0, "it is zero", ())
    loose = [s for s in value.support() if not _is_known(s, form)]
    if loose:
        return Proof(None, f"{min(map(str, loose))} may have any sign", ())
    sums = dict(form.sums)
    eigen = covariances(derivation)
    premises = premises_of(form, sign_at)
    used = value.support().union(*(one.factor.support() for one in premises))
    for symbol in sorted(used & set(sums), key=str):
        own = set(sums[symbol].occurring)
        if not own <= eigen:
            return Proof(None, f"eigenvalues in {symbol} may be negative", ())
    best = Proof(None, "no way to write it shows a sign", ())
    for whole in (False, True):
        best = _attempt(value, form, premises, whole)
        if best.sign is not None:
            break
    return best


def _is_known(symbol: Expr, form: Form) -> bool:
    own = {u.symbol for u in form.unknowns} | {s for s, _ in form.sums}
    return symbol in own or bool(symbol.is_positive)


def _attempt(value: Ratio, form: Form, premises: tuple[Premise, ...], whole: bool) -> Proof:
    """The sign, with the number of eigenvalues as a sum of ones or as a parameter."""
    written = in_positive_sums([value, *(one.factor for one in premises)], dict(form.sums), whole)
    target, *factors = written.ratios
    unknowns = {u.symbol for u in form.unknowns}
    signs = {
        next(iter(factor.support())): premise.sign
        for premise, factor in zip(premises, factors, strict=True)
        if len(factor.numerator) == 1 and len(factor.support()) == 1 and factor.support() <= unknowns
    }
    unsure = frozenset().union(*(one.support() for one in written.ratios)) & unknowns - signs.keys()
    if unsure:
        return Proof(None, f"nothing tells the sign of {min(map(str, unsure))}", ())
    if any(sign < 0 for sign in signs.values()):
        names = ", ".join(sorted(str(u) for u, sign in signs.items() if sign < 0))
        return Proof(None, f"{names} is negative, and sums over its poles need no sign", ())
    steps = [
        Step("positive sum", symbol, symbol, f"{symbol} > 0 is the {meaning}")
        for symbol, meaning in written.meanings.items()
    ]
    for number, premise in enumerate(premises):
        factor = factors[number]
        symbol = _free(factor, form, written)
        if len(factor.numerator) == 1 or symbol is None:
            steps.append(_premise_step(premise, "it has the sign that it has at one point"))
            continue
        slack = Symbol(f"s_{number + 1}", positive=True)
        ring = target.ring.extend([slack])
        equation = factor.to(ring) - ring.constant(premise.sign) * ring.generator(slack)
        inside = {symbol: root(equation, symbol)}
        target = target.to(ring).substitute(inside)
        factors = [one.to(ring).substitute(inside) for one in factors]
        steps.append(_premise_step(premise, f"so that {symbol} is written by {slack} > 0"))
    sign, after = _sign(target, written.families)
    if sign is None:
        return Proof(None, after, ())
    steps.append(Step("positive terms", Formula(value), Formula(target), after))
    return Proof(sign, "all terms of numerator and denominator have one sign in positive symbols", tuple(steps))


def _premise_step(premise: Premise, reason: str) -> Step:
    word = "> 0" if premise.sign > 0 else "< 0"
    return Step(
        "sign on the branch",
        Formula(premise.factor),
        Formula(premise.factor),
        f"{premise.factor.to_sympy()} {word}: {premise.parameter} > 0 would vanish with it; {reason}",
    )


def _free(factor: Ratio, form: Form, written: Positive) -> Symbol | None:
    """A parameter or dimension in which a factor is linear with a number in front."""
    own = {u.symbol for u in form.unknowns} | set(written.meanings)
    for symbol in sorted(factor.support() - own, key=str):
        if isinstance(symbol, Symbol) and not str(symbol).startswith("s_"):
            slope = factor.derivative(symbol)
            if degree_in(factor, symbol) == 1 and not slope.support():
                return symbol
    return None


def _sign(target: Ratio, families: tuple[tuple[Symbol, ...], ...]) -> tuple[int | None, str]:
    """The sign of a ratio of positive variables, and how it is seen."""
    total, words = 1, "all coefficients of its irreducible factors have one sign"
    for polynomial in (target.numerator, target.denominator):
        content, parts = polynomial.factor()
        total *= 1 if content > 0 else -1
        for one, multiplicity in parts:
            factor = target.ring.from_mpoly(one)
            if len(one) > MOST:
                return None, f"a factor has {len(one)} terms"
            sign = _definite(factor)
            if sign is None and multiplicity % 2 == 0:
                return None, f"{factor.to_sympy()} is a square, which may vanish"
            if sign is None:
                sign, moments = _by_moments(factor, families)
                if sign is not None:
                    words = f"with {moments} > 0 all coefficients have one sign"
            if sign is None:
                return None, f"a factor of it has terms of both signs: {_short(factor)}"
            total *= sign if multiplicity % 2 else 1
    return total, words


def _definite(factor: Ratio) -> int | None:
    signs = {1 if coefficient > 0 else -1 for _, coefficient in factor.numerator.terms()}
    return signs.pop() if len(signs) == 1 else None


def _by_moments(factor: Ratio, families: tuple[tuple[Symbol, ...], ...]) -> tuple[int | None, str]:
    """By the inequality of Cauchy and Schwarz for three neighbouring sums of one family."""
    for low, middle, high in _triples(families):
        if not {low, middle, high} <= factor.support():
            continue
        gap = Symbol("m", positive=True)
        ring = factor.ring.extend([gap])
        a, b, m = ring.generator(low), ring.generator(middle), ring.generator(gap)
        for kept, taken in ((a, high), (ring.generator(high), low)):
            moved = factor.to(ring).substitute({taken: (m + b * b) / kept})
            sign = _definite(ring.from_mpoly(moved.numerator))
            if sign is not None:
                return sign, str(Mul(low, high) - middle**2)
    return None, ""


def _triples(families: tuple[tuple[Symbol, ...], ...]) -> Iterator[tuple[Symbol, Symbol, Symbol]]:
    for family in families:
        for i in range(len(family) - 2):
            yield family[i], family[i + 1], family[i + 2]


def _short(factor: Ratio) -> str:
    text = str(factor.to_sympy())
    return text if len(text) < 120 else f"{text[:100]} ... ({len(factor.numerator)} terms)"
