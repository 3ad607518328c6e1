"""Unknowns of somebody's own, given by an equation: which function of the derivation's own they are.

An equation has many roots; meant is the one that belongs to the matrices. A root that is an expression in the
derivation's unknowns moves with them, and so does the sum that it stands in. So first the denominators of the
sums are looked at: an unknown in ``lambda_I + k`` is tried as the pole that the derivation knows. What stands in
no denominator is a root of a polynomial over the field, which is factored. Where several roots are left, numbers
tell: see `planaria.numerics.comparison.own_roots` for the root that is meant.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice, product

from sympy import Expr, Symbol

from planaria.algebra.linear import degree_in, root
from planaria.algebra.rational import Ratio
from planaria.derivations.comparison.branch import Equations, UnprovableError
from planaria.derivations.comparison.reading import Element, Reading
from planaria.ensembles.formulas.claim import OwnUnknown
from planaria.ensembles.formulas.nodes import Over, places

__all__ = ["Equations", "OpenRootError", "identify"]


class OpenRootError(UnprovableError):
    """Several roots of an equation are functions on the branch, and it is not said which of them is meant."""

    def __init__(self, name: str, count: int) -> None:
        super().__init__(f"the equation of {name} has {count} roots that may be meant")
        self.name, self.count = name, count


MOST = 64  # assignments of poles that are tried


def identify(reading: Reading, assumed: Mapping[str, Symbol]) -> None:
    """Give every unknown of a claim its meaning in the reading.

    Parameters
    ----------
    assumed
        Unknowns that are taken for one of the derivation's, whatever their equations say.

    Raises UnprovableError where an unknown is none of the functions of the field.
    """
    branch = reading.branch
    reading.meanings = {name: Element(branch, branch.symbol(symbol)) for name, symbol in assumed.items()}
    unknowns = [one for one in reading.claim.unknowns if one.name not in assumed]
    if not unknowns:
        return
    reading.equations = _equations(reading)
    candidates = _candidates(reading, reading.equations)
    poles = {name: several for name, several in candidates.items() if name not in assumed}
    given = dict(reading.meanings)
    fitting: list[dict[str, Element]] = []
    for assignment in _assignments(reading, poles):
        reading.meanings = {**given, **assignment}
        reading.forget()
        if all(_holds(reading, one) for one in unknowns if one.name in poles) and not any(
            all(branch.is_zero((assignment[name] - other[name]).ratio) for name in poles) for other in fitting
        ):
            fitting.append(assignment)
    names = " and ".join(poles)
    reading.meanings = given
    if not fitting:
        raise UnprovableError(f"the equation of {names} is satisfied by no unknown of the derivation")
    if len(fitting) > 1 and names not in reading.choices:
        raise OpenRootError(names, len(fitting))
    reading.meanings = {**given, **fitting[reading.choices.get(names, 0)]}
    reading.forget()
    left = [each for each in unknowns if each.name not in reading.meanings]
    while left:
        ready = [one for one in left if _is_alone(reading, one)]
        if not ready:
            _together(reading, left)
            return
        one = ready[0]
        left.remove(one)
        try:
            meaning = _root_of(reading, one)
        except UnprovableError:
            del reading.meanings[one.name]
            raise
        reading.meanings[one.name] = meaning
        reading.forget()


def _holds(reading: Reading, one: OwnUnknown) -> bool:
    try:
        difference = reading.read(one.left) - reading.read(one.right)
    except UnprovableError:  # there are others in it, which are not known yet
        return True
    return reading.branch.is_zero(difference.ratio)


def _equations(reading: Reading) -> Equations:
    """The equations with every unknown as a generator, and the denominators of sums that then occur."""
    branch = reading.branch.copy()
    trial = Reading(branch, reading.names, reading.claim)
    symbols: dict[str, Symbol] = {}
    for one in reading.claim.unknowns:
        generator = branch.adjoin(f"own {one.name}")
        trial.meanings[one.name] = Element(branch, generator)
        symbols[one.name] = _symbol(next(iter(generator.support())))
    numerators: dict[str, tuple[Symbol, Ratio]] = {}
    for one in reading.claim.unknowns:
        difference = (trial.read(one.left) - trial.read(one.right)).ratio
        numerators[one.name] = symbols[one.name], difference.ring.from_mpoly(difference.numerator)
    for _, tree in reading.claim.trees():
        for _, node in places(tree):
            if isinstance(node, Over):
                trial.read(node)
    return Equations(branch, numerators)


def _candidates(reading: Reading, equations: Equations) -> dict[str, list[Ratio]]:
    """What the unknowns in denominators of sums may be, by comparing denominators with those that are known."""
    branch, scratch = reading.branch, equations.branch
    symbols: dict[Expr, str] = {symbol: name for name, (symbol, _) in equations.numerators.items()}
    found: dict[str, list[Ratio]] = {}
    for value in scratch.defined.values():
        for symbol in value.support() & symbols.keys():
            found.setdefault(symbols[symbol], [])
            for _, known in branch.coefficients:
                difference = value.to(scratch.ring) - known.to(scratch.ring)
                polynomial = scratch.ring.from_mpoly(difference.numerator)
                if degree_in(polynomial, symbol) != 1:
                    continue
                candidate = root(polynomial, symbol)
                if not candidate.support() & symbols.keys() and candidate not in found[symbols[symbol]]:
                    found[symbols[symbol]].append(candidate)
    return {
        name: [one.to(branch.ring) for one in several if one.support() <= set(branch.ring.generators)]
        for name, several in found.items()
    }


def _assignments(reading: Reading, poles: Mapping[str, Sequence[Ratio]]) -> Iterator[dict[str, Element]]:
    names = list(poles)
    tried = 0

    def further(chosen: dict[str, Element]) -> Iterator[dict[str, Element]]:
        nonlocal tried
        if len(chosen) == len(names):
            tried += 1
            yield chosen
            return
        name = names[len(chosen)]
        for one in poles[name]:
            if tried < MOST:
                yield from further({**chosen, name: Element(reading.branch, one)})

    yield from further({})


def _together(reading: Reading, unknowns: Sequence[OwnUnknown]) -> None:
    """Unknowns that stand in one another's equations: those of the derivation, where they satisfy all of these."""
    branch, given = reading.branch, dict(reading.meanings)
    own = [unknown.symbol for unknown in branch.derivation.closed_form.unknowns]
    names = [one.name for one in unknowns]
    for chosen in islice(product(own, repeat=len(names)), MOST):
        meanings = {
            name: Element(branch, branch.symbol(symbol)) for name, symbol in zip(names, chosen, strict=True)
        }
        reading.meanings = {**given, **meanings}
        reading.forget()
        if all(_holds(reading, one) for one in unknowns):
            return
    reading.meanings = given
    raise UnprovableError(f"the equations of {', '.join(names)} are not solved one after the other")


def _is_alone(reading: Reading, one: OwnUnknown) -> bool:
    branch = reading.branch.copy()
    trial = Reading(branch, reading.names, reading.claim)
    trial.meanings = {name: Element(branch, value.ratio) for name, value in reading.meanings.items()}
    trial.meanings[one.name] = Element(branch, branch.adjoin("own"))
    try:
        trial.read(one.left)
        trial.read(one.right)
    except UnprovableError:
        return False
    return True


def _root_of(reading: Reading, one: OwnUnknown) -> Element:
    """The root of an equation that is a polynomial in its unknown."""
    branch = reading.branch
    generator = branch.adjoin(f"own {one.name}")
    (symbol,) = generator.support()
    reading.meanings[one.name] = Element(branch, generator)
    reading.forget()
    difference = reading.read(one.left) - reading.read(one.right)
    if any(value.to(branch.ring).support() & {symbol} for value in branch.defined.values()):
        raise UnprovableError(f"{one.name} stands in the denominators of a sum, and is no pole of the derivation")
    polynomial = branch.normal(difference.ratio)
    if symbol not in polynomial.support():
        raise UnprovableError(f"the equation of {one.name} does not depend on it")
    factors = [branch.ring.from_mpoly(factor) for factor, _ in polynomial.numerator.factor()[1]]
    factors = [factor for factor in factors if symbol in factor.support()]
    rational = [(factor, root(factor, symbol)) for factor in factors if degree_in(factor, symbol) == 1]
    if len(factors) == 1 and rational:
        return Element(branch, rational[0][1])
    if len(factors) == 1:
        branch.algebraic.append((_symbol(symbol), factors[0]))
        return Element(branch, generator)
    others = {name: value.ratio for name, value in reading.meanings.items() if name != one.name}
    assert reading.equations is not None
    roots = [solution for _, solution in rational]
    chosen = branch.oracle.closest(branch, one.name, roots, others, reading.equations)
    if chosen is None and roots:
        if one.name not in reading.choices:
            raise OpenRootError(one.name, len(roots))
        chosen = (reading.choices[one.name],)
    if chosen is None or len(chosen) != 1:
        raise UnprovableError(f"{one.name} is no function of the unknowns of the derivation")
    reading.chosen.add(one.name)
    return Element(branch, roots[chosen[0]])


def _symbol(symbol: Expr) -> Symbol:
    assert isinstance(symbol, Symbol)
    return symbol
