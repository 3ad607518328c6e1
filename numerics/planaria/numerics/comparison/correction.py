"""The formula that holds, where it is one change away from one that does not.

Every place of the formula, and of the formulas of names of somebody's own, gets thousands of changes at once in
double precision; what makes both sides equal at a first point is tried at a second one, and what is left goes
through the proof, the smallest change first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from sympy import Expr

from planaria.algebra.errors import InputError
from planaria.derivations.compared import Correction
from planaria.derivations.comparison.vocabulary import Vocabulary
from planaria.ensembles.formulas.claim import Claim
from planaria.ensembles.formulas.nodes import (
    Identity,
    Node,
    Over,
    Path,
    Times,
    at_path,
    names_of,
    parts,
    places,
    replaced,
    tidied,
)
from planaria.ensembles.formulas.writing import written
from planaria.ensembles.verdicts.claims import Verdict
from planaria.numerics.comparison.edits import Change, changes, further_changes
from planaria.numerics.comparison.menu import Menu
from planaria.numerics.comparison.points import Point
from planaria.numerics.comparison.vectors import HOLE, Vectors

__all__ = ["correction"]

CLOSE = 1e-9  # relative difference of two sides that are equal in double precision
SMALL = 2.4  # what a change costs beyond which another one may be smaller
MOST_TRIED = 12  # changes that go through the proof
MOST_PLACES = 120  # of a formula
MOST_NAMES = 18  # that are written at a place


@dataclass(frozen=True)
class _Variant:
    """A change at a place of one formula of a claim."""

    which: str  # "right", "left", or the name of a definition
    tree: Node
    change: Change

    def of(self, claim: Claim) -> Claim:
        if self.which == "right":
            return replace(claim, right=self.tree)
        if self.which == "left":
            return replace(claim, left=self.tree)
        return claim.with_definition(self.which.removeprefix("let "), self.tree)


def correction(
    claim: Claim,
    names: Vocabulary,
    points: Sequence[Point],
    own: Callable[[Point], Mapping[str, float]],
    verdict: Callable[[Claim], Verdict],
) -> Correction | None:
    """The smallest change that makes a claim hold; None where no single one does.

    Parameters
    ----------
    points
        Two points.
    own
        The unknowns of somebody's own at a point.
    verdict
        What is to be said of a changed claim.
    """
    first, *others = (Vectors(point, names, claim, own(point)) for point in points)
    best: tuple[_Variant, Verdict] | None = None
    seen: set[str] = set()
    for far in (False, True):
        found = sorted(
            _Search(claim, names, first, far).survivors(), key=lambda one: (one.change.cost, len(one.change.words))
        )
        tried = 0
        for variant in found:
            changed = variant.of(claim)
            text = str(_tree(changed, variant.which))
            if (
                text in seen
                or not _has_meaning(changed, names)
                or not all(_is_equal(changed, one) for one in others)
            ):
                continue
            seen.add(text)
            tried += 1
            said = verdict(changed)
            if said.agrees and (best is None or _rank(variant, said) < _rank(*best)):
                best = variant, said
            if said is Verdict.PROVED or tried == MOST_TRIED:
                break
        if best is not None and best[1] is Verdict.PROVED and best[0].change.cost < SMALL:
            break
    if best is None:
        return None
    one, said = best
    name = "" if one.which in ("right", "left") else one.which.removeprefix("let ")
    changed = one.of(claim)
    formula = written(_tree(changed, one.which)) if name else str(changed)
    return Correction(formula, name, one.change.words, said)


def _rank(variant: _Variant, verdict: Verdict) -> tuple[bool, float]:
    return verdict is not Verdict.PROVED, variant.change.cost


def _has_meaning(claim: Claim, names: Vocabulary) -> bool:
    try:
        names.check(claim)
    except InputError:
        return False
    return True


def _tree(claim: Claim, which: str) -> Node:
    if which == "right":
        return claim.right
    if which == "left":
        assert claim.left is not None
        return claim.left
    return next(one.formula for one in claim.definitions if one.name == which.removeprefix("let "))


class _Search:
    """The changes that make both sides of a claim equal at one point.

    Parameters
    ----------
    far
        Whether longer terms are tried, and parts of products.
    """

    def __init__(self, claim: Claim, names: Vocabulary, vectors: Vectors, far: bool) -> None:
        self.claim, self.names, self.vectors, self.far = claim, names, vectors, far
        own = [one.formula for one in claim.definitions if one.name not in claim.derived]
        sides = [claim.right, *([claim.left] if claim.left is not None else []), *own]
        written_names = frozenset(name for tree in sides for name in names_of(tree))
        self.familiar = (claim.own - claim.derived) | written_names
        self.scalars = _distinct(vectors.scalars(), claim, written_names)
        self._menus: dict[tuple[str, Expr | None, bool], Menu] = {}

    def survivors(self) -> Iterator[_Variant]:
        claim = self.claim
        formulas = ["right", *(["left"] if claim.left is not None else [])]
        formulas += [f"let {one.name}" for one in claim.definitions if one.name not in claim.derived]
        for which in formulas:
            tree = _tree(claim, which)
            for path, node in list(places(tree))[:MOST_PLACES]:
                if not isinstance(node, Identity):
                    yield from self._at(which, tree, path, node)
                if self.far and isinstance(node, Times) and len(node.factors) > 2:
                    for n in range(len(node.factors) - 2, 0, -1):
                        grouped = Times((*node.factors[:n], Times(node.factors[n:])))
                        whole = replaced(tree, path, grouped)
                        yield from self._at(which, whole, (*path, n), grouped.factors[n])

    def _menu(self, which: str, over: Over | None, space: Expr | None) -> Menu:
        in_trace = over is not None and over.word == "tr"
        key = which, space, in_trace
        if key not in self._menus:
            later = _names_after(self.claim, which)
            known: dict[str, Any] = {name: value for name, value in self.scalars.items() if name not in later}
            if space is not None:
                known = {**self.vectors.eigenvalues(space), **known}
            if in_trace:  # where a name is a matrix
                known = {}
            familiar = self.familiar | ({*self.vectors.eigenvalues(space)} if space is not None else set())
            self._menus[key] = Menu(known, familiar)
        return self._menus[key]

    def _at(self, which: str, tree: Node, path: Path, node: Node) -> Iterator[_Variant]:
        over = _sum_around(tree, path)
        space = None if over is None else self.names.space_of(over)
        vectors = self.vectors
        try:
            value = vectors.within(space).value(node)
            inner = [vectors.within(space).value(part) for part in parts(node)]
        except (KeyError, ZeroDivisionError):
            return
        finally:
            vectors.within(None)
        menu = self._menu(which, over, space)
        if not self.far:
            groups = list(changes(node, value, inner, menu))
        else:
            groups = list(further_changes(node, value, menu)) if over is None else []
        if not groups:
            return
        width = max(one.values.shape[1] for one in groups)
        column = np.concatenate([np.broadcast_to(one.values, (len(one.values), width)) for one in groups])
        with_hole = replaced(tree, path, HOLE)
        left, right = _sides(self.claim, which, with_hole, column, vectors, space)
        with np.errstate(all="ignore"):
            equal = np.isfinite(right) & (np.abs(left - right) <= CLOSE * np.abs(left)) & (np.abs(left) > 0)
        if len(equal) != len(column):
            return  # the place has no say
        starts = np.cumsum([0, *(len(one.values) for one in groups)])
        for n in np.flatnonzero(equal.any(axis=-1)):
            group = int(np.searchsorted(starts, n, side="right")) - 1
            change = groups[group].change(int(n - starts[group]))
            yield _Variant(which, tidied(replaced(tree, path, change.node)), change)


def _sides(
    claim: Claim, which: str, tree: Node, hole: Any, vectors: Vectors, space: Expr | None
) -> tuple[Any, Any]:
    definitions = {which.removeprefix("let "): tree} if which.startswith("let ") else None
    right = tree if which == "right" else claim.right
    left = tree if which == "left" else claim.left
    try:
        other = vectors.target() if left is None else vectors.value(left, hole, definitions, space)
        value = vectors.value(right, hole, definitions, space)
    except (KeyError, ZeroDivisionError):
        value, other = np.nan, np.nan
    return np.atleast_2d(other), np.atleast_2d(value)


def _is_equal(claim: Claim, like: Vectors) -> bool:
    vectors = Vectors(like.point, like.names, claim, like.own)
    try:
        right = float(np.asarray(vectors.value(claim.right)).ravel()[0])
        left = vectors.target() if claim.left is None else float(np.asarray(vectors.value(claim.left)).ravel()[0])
    except (KeyError, ZeroDivisionError):
        return False
    return bool(abs(left - right) <= CLOSE * abs(left))


def _sum_around(tree: Node, path: Path) -> Over | None:
    for n in range(len(path)):
        node = at_path(tree, path[:n])
        if isinstance(node, Over):
            return node
    return None


def _names_after(claim: Claim, which: str) -> frozenset[str]:
    """The names of somebody's own that a formula may not have: those that are defined by it, or later."""
    if not which.startswith("let "):
        return frozenset()
    names = [one.name for one in claim.definitions]
    return frozenset(names[names.index(which.removeprefix("let ")) :])


def _distinct(scalars: Mapping[str, float], claim: Claim, familiar: frozenset[str]) -> dict[str, float]:
    """The names of a formula first, and of several with one value the first alone.

    The points have no two equal sizes or parameters: names of one value are names of one thing.
    """
    known = [name for name in scalars if name in familiar or name not in claim.derived]
    ordered = sorted(known, key=lambda name: (name not in claim.own, name not in familiar))
    found: dict[str, float] = {}
    for name in ordered:
        value = scalars[name]
        if (
            np.isfinite(value)
            and value
            and not any(abs(value - one) <= CLOSE * abs(one) for one in found.values())
        ):
            found[name] = value
        if len(found) == MOST_NAMES:
            break
    return found
