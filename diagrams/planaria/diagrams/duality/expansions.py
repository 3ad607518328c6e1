"""An expression that is linear in traces, expanded into standard words order by order."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from sympy import Add, Expr, Trace

from planaria.algebra.numbering import Numbering
from planaria.algebra.rational import Ratio
from planaria.algebra.values import Portable
from planaria.diagrams.duality.exchange import Exchange
from planaria.diagrams.duality.integrating_out import to_sympy
from planaria.diagrams.duality.standard_fields import Gauge, StandardWord, canonical, exchanged
from planaria.diagrams.expressions.expression import Diagonal, Node, Setting, prepare, product_of, read
from planaria.diagrams.expressions.words import Word, close, words, words_by_ribbons
from planaria.diagrams.graphs.weight import trace_of_function
from planaria.diagrams.graphs.wick import count_contractions, linear_in_traces
from planaria.diagrams.moments.moment import moment
from planaria.ensembles.model import Model

__all__ = ["Expansion"]

_Key = tuple[tuple[int, int], ...]


@dataclass(frozen=True, eq=False)
class Expansion(Portable):
    """The words of an expression in one setting.

    Attributes
    ----------
    expression
        A scalar, linear in traces.
    setting
        What its letters mean.
    terms
        The coefficient and the tree of each trace.
    constant
        What is no trace.
    """

    expression: Expr
    setting: Setting
    terms: tuple[tuple[Ratio, Node], ...]
    constant: Expr

    @classmethod
    def of(cls, expression: Expr, model: Model) -> Expansion:
        traces, constant = linear_in_traces(expression)
        setting = prepare([expression], model, extra=[*traces.values(), constant])
        terms = tuple((setting.ring(factor), read(trace.arg, setting)) for trace, factor in traces.items())
        return cls(expression, setting, terms, constant)

    @cached_property
    def gauge(self) -> Gauge:
        return Gauge(self.setting)

    @cached_property
    def _numbers(self) -> Numbering[object]:
        """What canonical keys count in."""
        return Numbering()

    @cached_property
    def _standard(self) -> dict[int, tuple[StandardWord, ...]]:
        return {}

    @cached_property
    def _expectations(self) -> dict[int, Expr]:
        return {}

    @cached_property
    def _content(self) -> dict[int, dict[_Key, Ratio]]:
        return {}

    def words(self, order: int) -> tuple[Word, ...]:
        """The closed words of one order that have contractions, with the prefactors of their traces."""
        return self._closed((scalar, words(node, self.setting, order)) for scalar, node in self.terms)

    def words_by_ribbons(self, ribbons: int) -> tuple[Word, ...]:
        """The closed words of so many ribbons, of every order."""
        return self._closed((scalar, words_by_ribbons(node, self.setting, ribbons)) for scalar, node in self.terms)

    def _closed(self, found: Iterable[tuple[Ratio, tuple[Word, ...]]]) -> tuple[Word, ...]:
        return tuple(
            Word(w.letters, w.corners, scalar * w.coefficient, w.rows, w.cols, closed=True)
            for scalar, open_words in found
            for w in close(open_words, self.setting)
            if not w.letters or count_contractions(w, self.setting)
        )

    def standard(self, order: int) -> tuple[StandardWord, ...]:
        """The words of one order in terms of standard fields, those without letters left out."""
        if order not in self._standard:
            self._standard[order] = tuple(self.gauge.standard(word) for word in self.words(order) if word.letters)
        return self._standard[order]

    def key(self, word: StandardWord) -> _Key:
        return canonical(word, self.setting, self._numbers)

    def content(self, order: int, exchange: Exchange | None = None) -> dict[_Key, Ratio]:
        """The coefficient of every standard word, equal traces added up; on the other side of an exchange."""
        if exchange is None and order in self._content:
            return self._content[order]
        total: dict[_Key, Ratio] = {}
        for word in self.standard(order):
            one = word if exchange is None else exchanged(word, exchange, self.setting)
            key = self.key(one)
            total[key] = total[key] + one.scalar if key in total else one.scalar
        found = {key: value for key, value in total.items() if value}
        if exchange is None:
            self._content[order] = found
        return found

    def polynomial(self, order: int) -> Expr:
        """The terms of one order that hold fields, as traces of products."""
        parts = []
        for word in self.words(order):
            if word.letters:
                factors: list[Node] = []
                for letter, corner in zip(word.letters, word.corners, strict=True):
                    factors += (Diagonal(letter.rows, corner), letter)
                matrix = to_sympy(product_of(self.setting, factors), self.setting)
                parts.append(word.coefficient.to_sympy() * Trace(matrix))
        return Add(*parts)

    def expectation(self, order: int) -> Expr:
        """The exact expectation of `polynomial`, at every size."""
        if order not in self._expectations:
            self._expectations[order] = moment(self.polynomial(order), self.setting.model)
        return self._expectations[order]

    @cached_property
    def bare(self) -> Expr:
        """The part without fields."""
        parts = []
        for word in self.words(0):
            if not word.letters:
                parts.append(
                    word.coefficient.to_sympy() * trace_of_function(word.rows, word.corners[0], self.setting)
                )
        return Add(self.constant, *parts)
