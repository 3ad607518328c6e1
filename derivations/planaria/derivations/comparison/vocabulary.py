"""What the names of a formula stand for in a derivation, and what is wrong with those that stand for nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from sympy import Expr, Integer, Symbol

from planaria.algebra.errors import InputError, unknown_name
from planaria.algebra.values import Portable
from planaria.derivations.derivation import Derivation
from planaria.derivations.equations.schwinger_dyson import STRENGTH
from planaria.ensembles.formulas.claim import Claim
from planaria.ensembles.formulas.nodes import Identity, Name, Node, Over, names_of, parts, places

__all__ = ["Vocabulary", "vocabulary"]


@dataclass(frozen=True)
class Vocabulary(Portable):
    """The names of a derivation.

    Attributes
    ----------
    scalars
        Parameters, dimensions, unknowns and spectral sums.
    eigenvalues
        By each way of writing it, ``lambda_I`` and ``Lambda_I``, the symbol of an eigenvalue and its space.
    matrices
        The same by the matrix, for traces.
    fields
        Random fields, which no formula contains.
    spaces
        By the name that ``I(...)`` takes.
    """

    scalars: Mapping[str, Symbol]
    eigenvalues: Mapping[str, tuple[Symbol, Expr]]
    matrices: Mapping[str, tuple[Symbol, Expr]]
    fields: frozenset[str]
    spaces: Mapping[str, Expr]

    def has(self, name: str) -> bool:
        """Whether a name stands for something."""
        return any(name in known for known in (self.scalars, self.eigenvalues, self.matrices, self.fields))

    def check(self, claim: Claim) -> None:
        """Raise InputError for a name that stands for nothing, or stands where it has no meaning."""
        for place, tree in claim.trees():
            for part, over in _with_sums(tree):
                if isinstance(part, Name) and part.name not in claim.own:
                    self._check_name(part.name, over, place, claim)
                if isinstance(part, Identity) and (over is None or over.word != "tr"):
                    raise InputError(place, f"I({part.space}) is a matrix outside of a trace", "write tr(...)")
                if isinstance(part, Over):
                    if over is not None:
                        raise InputError(
                            place,
                            "there is a sum inside of a sum",
                            "give the inner one a name, as in --let 'z = sum(...)'",
                        )
                    self.space_of(part, place)

    def _check_name(self, name: str, over: Over | None, place: str, claim: Claim) -> None:
        if name in self.scalars:
            return
        if name in self.eigenvalues:
            if over is None:
                raise InputError(place, f"{name} stands outside of a sum", "write sum(...) over it")
            return
        if name in self.matrices:
            if over is None or over.word != "tr":
                symbol = self.matrices[name][0]
                raise InputError(
                    place,
                    f"{name} is a matrix outside of a trace",
                    f"write sum(...) over its eigenvalues {symbol}",
                )
            return
        if name in self.fields:
            raise InputError(place, f"{name} is a random field", "compare with a formula in parameters and sums")
        known = [*self.scalars, *self.eigenvalues, *claim.own]
        close = get_close_matches(name, known, n=1, cutoff=0.75)
        if close or name.casefold() in map(str.casefold, known):
            raise unknown_name(place, "name", name, known)
        raise InputError(
            place,
            f"there is no name '{name}'",
            f"the known ones are {', '.join(known)}; give it a meaning, as in --let '{name} = ...'",
        )

    def space_of(self, over: Over, place: str = "FORMULA") -> Expr:
        """The space whose eigenvalues are summed over."""
        found: dict[Expr, str] = {}
        for _, part in places(over.summand):
            if isinstance(part, Name):
                pair = self.eigenvalues.get(part.name) or (
                    self.matrices.get(part.name) if over.word == "tr" else None
                )
                if pair is not None:
                    found.setdefault(pair[1], part.name)
            if isinstance(part, Identity):
                if part.space not in self.spaces:
                    raise unknown_name(place, "space", part.space, self.spaces)
                found.setdefault(self.spaces[part.space], f"I({part.space})")
        if not found:
            for name in sorted(names_of(over.summand) & self.matrices.keys()):
                self._check_name(name, over, place, Claim(over))
            names = ", ".join(dict.fromkeys(str(symbol) for symbol, _ in self.eigenvalues.values()))
            if not names:
                raise InputError(place, "there are no deterministic matrices to sum over", "leave the sum out")
            raise InputError(place, f"a {over.word}(...) has no eigenvalue in it", f"the eigenvalues are {names}")
        if len(found) > 1:
            (first, one), (second, other), *_ = found.items()
            raise InputError(
                place,
                f"one sum has {one} of the space {first} and {other} of the space {second}",
                "write two sums",
            )
        return next(iter(found))


def _with_sums(tree: Node) -> list[tuple[Node, Over | None]]:
    """Every node of a tree with the sum that it stands in."""
    found: list[tuple[Node, Over | None]] = []
    pending: list[tuple[Node, Over | None]] = [(tree, None)]
    while pending:
        node, over = pending.pop()
        found.append((node, over))
        inside = node if isinstance(node, Over) else over
        pending += [(part, inside) for part in reversed(parts(node))]
    return found


def vocabulary(derivation: Derivation) -> Vocabulary:
    """The names that a formula about a derivation may have.

    >>> from planaria.derivations import derive
    >>> names = vocabulary(derive("random-features", "gram_resolvent"))
    >>> sorted(names.scalars)[:5], sorted(names.eigenvalues)
    (['C', 'Delta', 'M', 'N', 'P'], ['Lambda_I', 'lambda_I'])
    """
    closed, setting = derivation.closed_form, derivation.rules.setting
    matrices = {str(matrix.name): (symbol, matrix.shape[0]) for matrix, symbol in setting.matrices}
    eigen = {symbol for _, symbol in setting.matrices}
    symbols: set[Symbol] = set()
    for generator in (*closed.ring.generators, *setting.ring.generators, *setting.spaces):
        symbols |= generator.free_symbols
    for _, spectrum in derivation.model.spectra:
        symbols |= spectrum.free_symbols
    own = {unknown.symbol for unknown in closed.unknowns} | {symbol for symbol, _ in closed.sums}
    symbols = {one for one in symbols if one not in eigen and one != STRENGTH} | own
    eigenvalues: dict[str, tuple[Symbol, Expr]] = {}
    for name, pair in matrices.items():
        eigenvalues[f"{name}_I"] = pair
    eigenvalues |= {str(pair[0].name): pair for pair in matrices.values()}
    return Vocabulary(
        {str(one.name): one for one in sorted(symbols, key=str)},
        eigenvalues,
        matrices,
        frozenset(str(one.name) for one in derivation.model.fields),
        {str(space): space for space in setting.spaces if not isinstance(space, Integer)},
    )
