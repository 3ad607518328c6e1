"""A polynomial in scalars and traces as it is read best: by products of traces, then by powers."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from sympy import Add, Expr, Integer, Mul, Pow, Rational, Symbol, Trace

from planaria.ensembles.text.formatting import format_expression
from planaria.writing.names import greek_text
from planaria.writing.scripts import raised
from planaria.writing.terminal.expressions import Formulas

__all__ = ["Polynomial"]

_POWER = re.compile(r"\*\*(\d+)")
_ON_A_LINE = 5  # terms, in LaTeX

_Factors = tuple[tuple[Expr, Expr], ...]  # bases with their exponents


@dataclass(frozen=True)
class _Group:
    """front * (sum of number * dimensions): the front is made of parameters, traces and common denominators."""

    front: _Factors
    terms: tuple[tuple[Rational, _Factors], ...]

    @classmethod
    def of(cls, front: _Factors, terms: Iterable[tuple[Rational, _Factors]]) -> _Group:
        """A group, with the denominators that all of its terms have moved to the front."""
        terms = tuple(terms)
        common = {one for one in terms[0][1] if not _is_above(one)}.intersection(*(rest for _, rest in terms))
        below = tuple(one for one in terms[0][1] if one in common)
        return cls(
            (*front, *below),
            tuple((number, tuple(one for one in rest if one not in common)) for number, rest in terms),
        )


class Polynomial:
    """An expanded sum of numbers times powers of scalars and traces.

    Parameters
    ----------
    expression
        The sum, as `moment` gives it.
    parameters
        The symbols that are no dimensions: their powers are common to many terms, as those of traces are.

    >>> from sympy import MatrixSymbol, symbols
    >>> N, P, M, s = symbols("N P M s", positive=True)
    >>> Lambda = MatrixSymbol("Lambda", M, M)
    >>> t1, t2 = Trace(Lambda), Trace(Lambda**2)
    >>> one = Polynomial((s**2 * (3*N*P*t2 + N**2*P*t2/M - N*P*t1**2)).expand(), (s,))
    >>> for line in one.lines(Formulas(), 80):
    ...     print(line)
    - s²·tr(Λ)²·N·P
    + s²·tr(Λ²)·(3·N·P + N²·P/M)
    >>> one.text()
    '-s**2*tr(Lambda)**2*N*P + 3*s**2*tr(Lambda**2)*N*P + s**2*tr(Lambda**2)*N**2*P/M'
    >>> one.variables
    ('s', 'M', 'N', 'P', 'tr(Lambda)', 'tr(Lambda**2)')
    """

    def __init__(self, expression: Expr, parameters: Sequence[Symbol] = ()) -> None:
        self._apart = frozenset(parameters)
        self._kinds: tuple[set[Expr], set[Expr], set[Expr]] = (set(), set(), set())
        self._names: dict[Expr, str] = {}
        groups: dict[_Factors, list[tuple[Rational, _Factors]]] = {}
        for term in Add.make_args(expression):
            number, rest = term.as_coeff_Mul()
            factors: tuple[list[tuple[Expr, Expr]], ...] = ([], [], [])
            for factor in Mul.make_args(rest) if rest != 1 else ():
                base, exponent = factor.as_base_exp()
                plain = isinstance(base, Symbol) and base not in self._apart
                kind = 1 if plain else 2 if base.has(Trace) else 0
                factors[kind].append((base, exponent))
                self._kinds[kind].add(base)
            front, dimensions, traces = (tuple(sorted(one, key=self._order)) for one in factors)
            if number != 0:
                groups.setdefault((*front, *traces), []).append((number, dimensions))
        self._groups = [
            _Group.of(front, sorted(groups[front], key=self._power)) for front in sorted(groups, key=self._traces)
        ]

    @cached_property
    def variables(self) -> tuple[str, ...]:
        """What occurs: parameters, dimensions, traces, each in the grammar of models."""
        bases = set[Expr]().union(*self._kinds)
        traces = {trace for base in bases for trace in base.atoms(Trace)}
        scalars = {s for base in bases for s in base.xreplace(dict.fromkeys(traces, Integer(1))).free_symbols}
        kinds = (scalars & self._apart, scalars - self._apart, traces)
        return tuple(name for kind in kinds for name in sorted(map(self._name, kind)))

    def text(self) -> str:
        """The sum in one line, in the grammar of models."""
        return _joined(
            (number < 0, self._product(abs(number), (*group.front, *dimensions)))
            for group in self._groups
            for number, dimensions in group.terms
        )

    def lines(self, formulas: Formulas, width: int) -> Iterator[str]:
        """A line for each product of traces; where it is longer than the width, several of them."""
        for place, group in enumerate(self._groups or [_Group((), ((Integer(0), ()),))]):
            minus, text = self._written(group)
            sign = "- " if minus else "+ " if place else ""
            yield "\n".join(
                textwrap.wrap(
                    sign + _shown(formulas.renamed_text(text), formulas),
                    max(width, 20),
                    subsequent_indent="    ",
                    break_long_words=False,
                    break_on_hyphens=False,
                )
            )

    def latex(
        self, write: Callable[[Expr], str], fit: Callable[[str], list[str]] = lambda row: [row]
    ) -> Iterator[str]:
        """The lines of an ``align*`` block, at least one for each product of traces.

        Parameters
        ----------
        write
            The LaTeX of a product.
        fit
            The lines of a row that is too wide for its page.
        """
        yield r"\begin{align*}"
        rows: list[str] = []
        for group in self._groups or [_Group((), ((Integer(0), ()),))]:
            front = Mul(*(Pow(*one) for one in group.front))
            if len(group.terms) == 1:
                ((number, dimensions),) = group.terms
                text = write(abs(number) * front * Mul(*(Pow(*one) for one in dimensions)))
                rows.append(f"{_sign(number < 0, not rows)}{text}")
                continue
            flip = group.terms[0][0] < 0 and front != 1
            signed = [
                _sign((number < 0) != flip, place == 0 and (front != 1 or not rows))
                + write(abs(number) * Mul(*(Pow(*one) for one in dimensions)))
                for place, (number, dimensions) in enumerate(group.terms)
            ]
            if front != 1:
                signed[0] = rf"{_sign(flip, not rows)}{write(front)} \bigl( {signed[0]}"
                signed[-1] += r" \bigr)"
            lines = [" ".join(signed[k : k + _ON_A_LINE]) for k in range(0, len(signed), _ON_A_LINE)]
            rows += [lines[0], *(rf"\quad {one}" for one in lines[1:])]
        lines = [line for row in rows for line in fit(row)]
        yield from (rf"  &{line} \\" for line in lines[:-1])
        yield f"  &{lines[-1]}"
        yield r"\end{align*}"

    def _written(self, group: _Group) -> tuple[bool, str]:
        """Whether a group has a minus in front, and its text without it."""
        minus = group.terms[0][0] < 0
        if len(group.terms) == 1:
            ((number, dimensions),) = group.terms
            return minus, self._product(abs(number), (*group.front, *dimensions))
        inner = _joined(
            ((number < 0) != minus, self._product(abs(number), dimensions)) for number, dimensions in group.terms
        )
        if not group.front:
            return False, _joined((number < 0, self._product(abs(number), d)) for number, d in group.terms)
        # an inverse in front stands behind the bracket, where the grammar has a division
        above = tuple(one for one in group.front if _is_above(one))
        below = tuple(one for one in group.front if not _is_above(one))
        front = self._product(Integer(1), above) + "*" if above else ""
        return minus, front + f"({inner})" + self._product(Integer(1), below).removeprefix("1")

    def _product(self, number: Rational, factors: Iterable[tuple[Expr, Expr]]) -> str:
        """A product in the grammar of models; the number is not negative."""
        above = [str(number.p)] if number.p != 1 else []
        below = [str(number.q)] if number.q != 1 else []
        for base, exponent in factors:
            over = _is_above((base, exponent))
            text = self._name(base)
            if base.is_Add:
                text = f"({text})"
            power = exponent if over else -exponent
            if power != 1:
                text = f"{text}**{power}" if power.is_Integer else f"{text}**({power})"
            (above if over else below).append(text)
        top = "*".join(above) or "1"
        if len(below) > 1:
            return f"{top}/({'*'.join(below)})"
        return f"{top}/{below[0]}" if below else top

    def _name(self, base: Expr) -> str:
        if base not in self._names:
            self._names[base] = format_expression(base)
        return self._names[base]

    def _order(self, factor: tuple[Expr, Expr]) -> str:
        return self._name(factor[0])

    def _traces(self, front: _Factors) -> tuple[object, ...]:
        """Groups with equal parameters together; the most traces first, as these have the most faces."""
        parameters = tuple((self._name(b), -e) for b, e in front if b not in self._kinds[2])
        traces = [(b, e) for b, e in front if b in self._kinds[2]]
        return parameters, -sum(e for _, e in traces), tuple((self._name(b), -e) for b, e in traces)

    def _power(self, term: tuple[Rational, _Factors]) -> tuple[object, ...]:
        """High powers first."""
        dimensions = sorted(self._kinds[1], key=self._name)
        found = dict(term[1])
        powers = [found.get(one, Integer(0)) for one in dimensions]
        return (-sum(powers), *(-one for one in powers))


def _is_above(factor: tuple[Expr, Expr]) -> bool:
    return not (factor[1].is_number and factor[1] < 0)


def _sign(minus: bool, first: bool) -> str:
    return "-" if minus else "" if first else "+ "


def _joined(signed: Iterable[tuple[bool, str]]) -> str:
    """Terms with their signs, whether each is negative and its text without sign; 0 if there are none."""
    text = ""
    for minus, one in signed:
        if text:
            text += f" - {one}" if minus else f" + {one}"
        else:
            text = f"-{one}" if minus else one
    return text or "0"


def _shown(text: str, formulas: Formulas) -> str:
    """A text of the grammar with Greek letters and raised powers, where the terminal has them.

    >>> _shown("N**2*tr(Lambda**12)/sigma_u", Formulas())
    'N²·tr(Λ¹²)/σᵤ'
    """
    if not formulas.unicode:
        return text
    text = _POWER.sub(lambda match: raised(match[1]), text)
    return greek_text(text).replace("*", "·")
