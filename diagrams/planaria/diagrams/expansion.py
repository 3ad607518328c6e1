"""The expansion of an expression into diagrams: a sequence that makes them when they are looked at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import count, groupby, islice
from os import PathLike
from typing import overload

from sympy import Add, Expr, Integer

from planaria.algebra.errors import check_truth, check_whole
from planaria.algebra.values import CACHE, Portable
from planaria.diagrams.expressions.expression import Setting
from planaria.diagrams.expressions.trace_products import Term, read_terms
from planaria.diagrams.graphs.ribbon import RibbonGraph
from planaria.diagrams.graphs.wick import Euler, check_euler, count_contractions, diagrams_of, word_groups
from planaria.ensembles.extensions import VIEWS, extension
from planaria.ensembles.question import Asked, question
from planaria.ensembles.shown import Shown

__all__ = ["Diagrams", "expand"]

SHOWN = 60  # diagrams of a picture in a notebook


class _Reader:
    """An iterator over diagrams that knows its place, and still has the last one that it gave out."""

    def __init__(self, left: Iterator[RibbonGraph]) -> None:
        self.left = left
        self.place = 0  # of the last one
        self.last: RibbonGraph | None = next(left, None)

    def at(self, place: int) -> RibbonGraph | None:
        """The diagram at a place that is not behind the last; None where there is none."""
        if place > self.place:
            self.last = next(islice(self.left, place - self.place - 1, None), None)
            self.place = place
        return self.last


@dataclass(frozen=True)
class Diagrams(Portable, Sequence[RibbonGraph]):
    """The diagrams of one order, the highest Euler characteristic first; they are made when they are looked at.

    Diagram number k of a sheet or a list is ``found[k - 1]``. What was looked at is not kept: a loop over
    ``found[k]`` goes on where it was, and whatever lies before is made anew.

    >>> from sympy import MatrixSymbol, Trace, symbols
    >>> from planaria.diagrams import Gaussian, Model, expand
    >>> N, P = symbols("N P", positive=True)
    >>> x = MatrixSymbol("x", N, P)
    >>> found = expand(Trace((x * x.T) ** 2), Model([Gaussian(x)]), order=0, euler=None)
    >>> len(found), found[0].weight, found.total
    (3, N*P**2, N**2*P + N*P**2 + N*P)
    >>> {chi: len(part) for chi, part in found.by_euler().items()}
    {2: 2, 1: 1}
    """

    terms: tuple[Term, ...] = field(repr=False)
    setting: Setting = field(repr=False)
    order: int
    euler: Euler
    connected: bool
    _readers: list[_Reader] = field(default_factory=list, init=False, repr=False, compare=False, metadata=CACHE)

    def __iter__(self) -> Iterator[RibbonGraph]:
        return diagrams_of(self.terms, self.setting, self.order, self.euler, self.connected)

    def __reversed__(self) -> Iterator[RibbonGraph]:
        return reversed(tuple(self))

    @cached_property
    def _number(self) -> int:
        if self.euler is None and not self.connected:
            groups = (group for term in self.terms for group in word_groups(term, self.setting, self.order))
            return sum(count_contractions(group, self.setting) for group in groups)
        return sum(1 for _ in self)

    def __len__(self) -> int:
        return self._number

    def __bool__(self) -> bool:
        return next(iter(self), None) is not None

    @overload
    def __getitem__(self, place: int) -> RibbonGraph: ...

    @overload
    def __getitem__(self, place: slice) -> Shown[RibbonGraph]: ...

    def __getitem__(self, place: int | slice) -> RibbonGraph | Shown[RibbonGraph]:
        if isinstance(place, slice):
            if min(place.start or 0, place.stop or 0, place.step or 1) < 0 or place.step == 0:
                return Shown(self)[place]
            start, step = place.start or 0, place.step or 1
            places = count(start, step) if place.stop is None else range(start, place.stop, step)
            return Shown(self._some(places))
        if place < 0:
            place += len(self)
        graph = None if place < 0 else self._at(place)
        if graph is None:
            raise IndexError(f"there are {len(self)} diagrams")
        return graph

    def _some(self, places: Iterable[int]) -> Iterator[RibbonGraph]:
        for place in places:
            graph = self._at(place)
            if graph is None:
                return
            yield graph

    def _at(self, place: int) -> RibbonGraph | None:
        """The diagram at a place, read on from the last one that was asked for if that is not behind it."""
        reader = self._readers.pop() if self._readers else _Reader(iter(self))
        if place < reader.place:
            reader = _Reader(iter(self))
        graph = reader.at(place)
        self._readers[:] = [reader]
        return graph

    @cached_property
    def total(self) -> Expr:
        """The sum of their weights."""
        counts = Counter(graph.weight for graph in self)
        return Add(*(number * weight for weight, number in counts.items()))

    def by_euler(self) -> dict[int, Shown[RibbonGraph]]:
        """The diagrams of each Euler characteristic, the highest first."""
        return {chi: Shown(part) for chi, part in groupby(self, key=lambda graph: graph.euler_characteristic)}

    def __str__(self) -> str:
        """Their order; their number where they have been counted, as that may take long."""
        counted = f"{self._number} " if "_number" in self.__dict__ else ""
        kind = "planar" if self.euler == "planar" else "all" if self.euler is None else f"Euler {self.euler}"
        return f"{counted}diagrams of order {self.order}, {kind}"

    def draw(
        self,
        path: str | PathLike[str],
        *,
        select: str | None = None,
        columns: int | None = None,
        width: float | str | None = None,
    ) -> None:
        """Draw them on a contact sheet with their weights, into a file; its ending says how.

        ``select="3,5-7"`` draws only these, ``columns`` so many side by side, and ``width`` makes the picture so
        wide: a number of points, 72 to an inch, or a length such as ``"8cm"``.
        """
        extension(VIEWS, "file")(self, path, select=select, columns=columns, width=width)

    def _repr_svg_(self) -> str:
        return str(extension(VIEWS, "svg")(self))

    def _repr_html_(self) -> str:
        return str(extension(VIEWS, "html")(self))


def expand(
    expression: Asked | Sequence[Expr],
    model: Asked,
    order: int,
    *,
    euler: Euler = "planar",
    connected: bool = False,
) -> Diagrams:
    """The diagrams of an expression of exactly one order, one after the other.

    Parameters
    ----------
    expression
        A scalar, a sum of products of traces; or a matrix expression (open lines: a matrix element with free
        ends); or a tuple of such factors, whose correlator is meant. Every trace and every matrix expression
        is one word, so that a product of k traces has k of them.
    model
        Its fields. Or a model, by its name, by the path of its file or as a `ModelFile`, and one of its
        quantities: ``expand("random-features", "gram_resolvent", order=2)``.
    order
        How many insertions in the geometric series of the inverses, shared among all factors.
    euler
        The Euler characteristic of the whole graph. ``"planar"``: every component is a sphere; for one word
        that is 2. A connected graph has at most 2, one of k words at most 2 k. None is every one. Real
        fields have odd ones too. An open word counts as closed by its ends.
    connected
        Whether to leave out the graphs whose words do not all hang together: their sum is the connected
        correlator, the cumulant of the words.

    >>> from sympy import Identity, MatrixSymbol, Trace, symbols
    >>> from planaria.diagrams import Gaussian, Model
    >>> N, P, M, gamma = symbols("N P M gamma", positive=True)
    >>> x, u = MatrixSymbol("x", M, P), MatrixSymbol("u", N, M)
    >>> model = Model([Gaussian(x), Gaussian(u)])
    >>> phi = u * x
    >>> Q = (gamma * Identity(P) + phi.T * phi).inv()
    >>> for d in expand(Trace(Q), model, order=1):
    ...     print(d.weight)
    -M*N*P/gamma**2
    >>> [sum(1 for _ in expand(Trace(Q), model, order=n)) for n in range(5)]
    [1, 1, 3, 12, 55]
    >>> sum(1 for _ in expand(Trace(Q), model, order=2, euler=1))
    3

    The variance of a trace, and the connected four-point function of matrix elements:

    >>> [d.weight for d in expand(Trace(x * x.T)**2, model, order=0, euler=None, connected=True)]
    [M*P, M*P]
    >>> expand((phi, phi, phi, phi), model, order=0, connected=True)[0].weight
    M*KroneckerDelta(i_1, i_2)*KroneckerDelta(i_3, i_4)*KroneckerDelta(j_1, j_3)*KroneckerDelta(j_2, j_4)

    Raises InputError for an expression that is none of these, an order or an Euler characteristic that is
    impossible, and an inverse without a deterministic part. The diagrams themselves are made on demand; those
    of ``"planar"`` and of the highest Euler characteristic without making any others.
    """
    check_whole(order, "order")
    check_truth(connected, "connected")
    if isinstance(expression, (tuple, list)) and any(isinstance(one, Expr) for one in expression):
        # A whole number is a factor, too.
        expression = [Integer(one) if type(one) is int else one for one in expression]
    asked = question(expression, model, "expand")
    terms, setting = read_terms(asked.expression, asked.model)
    words_at_most = max((len(term.factors) for term in terms), default=1)
    check_euler(euler, 2 if connected else 2 * words_at_most)
    return Diagrams(terms, setting, order, euler, connected)
