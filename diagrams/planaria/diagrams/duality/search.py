"""The search for dualities: exchanges that fit, tried on words, proved on the expression, or refuted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Literal, overload

from sympy import Expr, Integer, Inverse, expand

from planaria.algebra.errors import InputError, check_whole
from planaria.algebra.rational import Ratio
from planaria.algebra.values import Portable
from planaria.diagrams.duality.candidates import candidates
from planaria.diagrams.duality.certificates import (
    Certificate,
    Mismatch,
    diagram_certificate,
    first_mismatch,
    identity_certificate,
    law_certificate,
    polynomial_certificate,
)
from planaria.diagrams.duality.exchange import Exchange
from planaria.diagrams.duality.expansions import Expansion
from planaria.diagrams.duality.inserted_ribbons import dual_around
from planaria.diagrams.duality.integrating_out import Averaged, average_spectators
from planaria.diagrams.duality.transform import Dual, dual
from planaria.diagrams.expressions.contents import Contents, contents_of
from planaria.diagrams.graphs.ribbon import RibbonGraph
from planaria.diagrams.networks.reading import Node, given
from planaria.ensembles.extensions import VIEWS, extension
from planaria.ensembles.model import Model
from planaria.ensembles.question import Asked, question
from planaria.ensembles.shown import Shown

if TYPE_CHECKING:
    from networkx import Graph, MultiGraph

__all__ = ["Dualities", "Duality", "Refutation", "dualities"]

_SCREEN = 2  # orders that every candidate is tried on


@dataclass(frozen=True)
class Duality(Portable):
    """An exchange under which an expectation maps to itself, up to a factor and a term without fields.

    E(f) at the exchanged parameters = factor * E(f) + remainder, at every finite size.

    Attributes
    ----------
    exchange
        What changes places.
    quantity
        The expression that was asked about.
    expression
        The same expectation with its spectators integrated out: what the certificates speak of.
    spectators
        The names of the fields that were integrated out.
    factor, remainder
        Functions of the parameters and dimensions, 1 and 0 for an invariant.
    certificates
        What is known, strongest first.
    """

    model: Model = field(repr=False)
    exchange: Exchange
    quantity: Expr = field(repr=False)
    expression: Expr
    spectators: tuple[str, ...]
    factor: Expr
    remainder: Expr
    certificates: tuple[Certificate, ...] = field(repr=False)

    def __str__(self) -> str:
        return f"{self.exchange}: {self.verdict}"

    @property
    def verdict(self) -> Literal["invariant", "covariant"]:
        """Invariant where the factor is 1 and nothing remains; else covariant."""
        return "invariant" if self.factor == 1 and self.remainder == 0 else "covariant"

    @property
    def is_proved(self) -> bool:
        """Whether it holds at every order, not only at those that were tried."""
        return any(one.method == "identity" and one.passed for one in self.certificates)

    @cached_property
    def _expansion(self) -> Expansion:
        return Expansion.of(self.expression, self.model)

    @cached_property
    def _whole(self) -> Expansion:
        return Expansion.of(self.quantity, self.model)

    @overload
    def dual(self, graph: RibbonGraph) -> Dual[RibbonGraph]: ...
    @overload
    def dual(self, graph: Graph[Node]) -> Dual[MultiGraph[int]]: ...
    def dual(self, graph: RibbonGraph | Graph[Node]) -> Dual[RibbonGraph] | Dual[MultiGraph[int]]:
        """The dual of a diagram and the map of half-edges; the dual of the dual is the diagram.

        The diagram is one of ``expression``, or of the quantity with its spectators.

        Raises InputError for a diagram with open words or of another model, and for spectators that do not
        stand at the two ends of one word.
        """
        if not isinstance(graph, RibbonGraph):
            found = self.dual(given(graph, RibbonGraph))
            return Dual(found.graph.graph, found.half_edges)
        if graph.setting.model != self.model:
            raise InputError("diagram", "it belongs to another model", "find the dualities of its own model")
        expansion = self._expansion
        factor = expansion.setting.ring(self.factor)
        if any(graph.setting.fields[letter.field].name in self.spectators for letter in graph.letters):
            return dual_around(graph, self._whole, expansion, self.exchange, factor)
        return dual(graph, expansion, self.exchange, factor)

    def _repr_html_(self) -> str:
        return str(extension(VIEWS, "html")(self))

    def _repr_latex_(self) -> str:
        return str(extension(VIEWS, "latex")(self))


@dataclass(frozen=True)
class Refutation(Portable):
    """An exchange that fits the shapes, and the first order at which the expectation is not mapped to itself.

    Attributes
    ----------
    exchange
        What would change places.
    order
        The first order at which it fails.
    before, after
        The exact expectation at this order, at every finite size, and what the exchange makes of it. They are
        not proportional; None where the diagrams of the first order that could decide are too many.
    is_decided
        Whether the two expectations differ: if not, no identity was found, and no counterexample either.
    """

    exchange: Exchange
    order: int
    before: Expr | None
    after: Expr | None

    @property
    def is_decided(self) -> bool:
        return self.before is not None

    def _repr_html_(self) -> str:
        return str(extension(VIEWS, "html")(self))


@dataclass(frozen=True)
class Dualities(Sequence[Duality]):
    """The dualities of a quantity, and the exchanges that were tried and are none."""

    found: tuple[Duality, ...]
    refuted: tuple[Refutation, ...]

    def __post_init__(self) -> None:
        for name in ("found", "refuted"):
            object.__setattr__(self, name, Shown(getattr(self, name)))

    @overload
    def __getitem__(self, index: int) -> Duality: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Duality, ...]: ...
    def __getitem__(self, index: int | slice) -> Duality | tuple[Duality, ...]:
        return self.found[index]

    def __len__(self) -> int:
        return len(self.found)

    def __iter__(self) -> Iterator[Duality]:
        return iter(self.found)

    def _repr_html_(self) -> str:
        return str(extension(VIEWS, "html")(self))


def dualities(model: Asked, quantity: Asked | None = None, *, order: int = 2) -> Dualities:
    """Every exchange of spaces and fields under which the expectation of a quantity maps to itself.

    Parameters
    ----------
    model
        Its fields; or its name, the path of its file, or a `ModelFile`.
    quantity
        A scalar that is linear in traces, or the name of a quantity of the model.
    order
        Diagrams are compared one by one up to this order of insertions, and exact expectations up to the next
        one; the identity holds at every order.

    Exchanges are involutions of the fields in the quantity, with the spaces, deterministic matrices and
    parameters that follow. Fields that stand once on each side of a trace, such as a teacher, are integrated out
    first.

    >>> from sympy import Identity, MatrixSymbol, Trace, symbols
    >>> from planaria.diagrams import Gaussian, Model
    >>> N, P, gamma = symbols("N P gamma", positive=True)
    >>> x = MatrixSymbol("x", N, P)
    >>> q = (gamma * Identity(N) + x * x.T).inv()
    >>> duality, = dualities(Model([Gaussian(x)]), Trace(q))
    >>> print(duality.exchange, "|", duality.verdict, "|", duality.remainder)
    N <-> P, x <-> x.T | covariant | -N/gamma + P/gamma
    >>> for certificate in duality.certificates:
    ...     print(certificate.method, certificate.passed)
    identity True
    diagrams True
    polynomials True
    >>> scaled = (N * gamma * Identity(N) + x * x.T).inv()
    >>> refutation, = dualities(Model([Gaussian(x)]), Trace(scaled)).refuted
    >>> refutation.order
    2

    Raises InputError for an expression that is not linear in traces or has no expansion.
    """
    check_whole(order, "order")
    asked = question(model, quantity, "dualities")
    if not isinstance(asked.expression, Expr):
        raise InputError("dualities", "there are several expressions", "take one after the other")
    return _dualities(asked.model, asked.expression, order)


def _dualities(model: Model, quantity: Expr, order: int) -> Dualities:
    found = _search(model, quantity, Averaged(quantity), order)
    averaged = average_spectators(quantity, model)
    # The average over all that a polynomial is made of would leave nothing to speak of.
    if not averaged.spectators or not averaged.expression.has(Inverse):
        return found
    more = _search(model, quantity, averaged, order)
    known = {one.exchange.pairs for one in found}
    together = (*found, *(one for one in more if one.exchange.pairs not in known))
    holding = {one.exchange.pairs for one in together}
    return Dualities(together, tuple(one for one in more.refuted if one.exchange.pairs not in holding))


def _search(model: Model, quantity: Expr, averaged: Averaged, order: int) -> Dualities:
    expansion = Expansion.of(averaged.expression, model)
    contents = contents_of(averaged.expression, model)
    fields = [one.symbol for one in contents.fields]
    found, refuted = [], []
    for group in candidates(expansion.setting, fields, contents.matrices, _parameters(expansion, contents)):
        for exchange in group:
            factor = _factor(expansion, exchange)
            if factor is None:
                continue
            identity = identity_certificate(expansion, exchange, factor)
            if not identity.passed:
                continue
            remainder = expand(exchange.expression(expansion.bare) - factor.to_sympy() * expansion.bare)
            diagrams = diagram_certificate(expansion, exchange, factor, order)
            polynomials = polynomial_certificate(expansion, exchange, factor, order + 1)
            found.append(
                Duality(
                    model,
                    exchange,
                    quantity,
                    averaged.expression,
                    averaged.spectators,
                    factor.to_sympy(),
                    remainder,
                    (identity, diagrams, polynomials),
                )
            )
            break
        else:
            law = law_certificate(model, group[0])
            # What only renames fields cannot be refuted; where their laws differ, it says nothing.
            telling = next((one for one in group if not one.renames), None)
            if law is not None:
                one, zero = Integer(1), Integer(0)
                spectators, left = averaged.spectators, averaged.expression
                found.append(Duality(model, group[0], quantity, left, spectators, one, zero, (law,)))
            elif telling is not None:
                mismatch: Mismatch = first_mismatch(expansion, telling)
                refuted.append(Refutation(telling, *mismatch))
    return Dualities(tuple(found), tuple(refuted))


def _parameters(expansion: Expansion, contents: Contents) -> list[Expr]:
    """The parameters that can change places: all scalars but dimensions and eigenvalues."""
    setting = expansion.setting
    eigenvalues = {symbol for _, symbol in setting.matrices}
    used = {
        name
        for word_order in range(_SCREEN + 1)
        for word in expansion.standard(word_order)
        for name in word.scalar.support() | {n for c in word.corners for n in c.s.support()}
    }
    correlations = (value for field in contents.fields for value in field.law.parameters.values())
    used |= {symbol for value in correlations for symbol in value.free_symbols}
    return sorted(used - eigenvalues - set(setting.spaces), key=str)


def _factor(expansion: Expansion, exchange: Exchange) -> Ratio | None:
    """The factor between the two sides, if the words of the first orders are those of the exchange."""
    factor: Ratio | None = None
    for order in range(_SCREEN + 1):
        own, other = expansion.content(order), expansion.content(order, exchange)
        if own.keys() != other.keys():
            return None
        for key, value in own.items():
            quotient = other[key] / value
            if factor is None:
                factor = quotient
            elif quotient != factor:
                return None
    return factor
