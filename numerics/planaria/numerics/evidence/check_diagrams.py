"""Check: the sum of all planar diagrams equals the power series of the closed form, in exact arithmetic.

The series runs in the strength of the fields, so that its coefficients collect the diagrams with equally many
ribbons. It is taken far enough to contain every diagram of order 3 and less. Diagrams are made one by one as
long as they are not too many; beyond, the sum over the planar contractions of a word is taken by recursion over
its intervals, which is the same sum. Where even that would take minutes, the check stops at a lower order and
says so. A further face over a small space makes a diagram one of lower order, and it is left out.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from fractions import Fraction
from typing import Any

from flint import fmpq
from sympy import Expr

from planaria.algebra.laurent import Laurent
from planaria.derivations.derivation import Derivation
from planaria.derivations.equations.planar_series import Point
from planaria.derivations.equations.schwinger_dyson import STRENGTH
from planaria.derivations.equations.zero_test import Witness
from planaria.diagrams.expressions.expression import (
    Diagonal,
    Inversion,
    Letter,
    Node,
    Product,
    Setting,
    Sum,
    prepare,
    read,
)
from planaria.diagrams.expressions.trace_function import TraceFunction
from planaria.diagrams.expressions.words import Word, close, words_by_ribbons
from planaria.diagrams.graphs.ribbon import RibbonGraph
from planaria.diagrams.graphs.wick import count_planar, planar_contractions
from planaria.diagrams.weights.evaluation import Evaluator
from planaria.ensembles.evidence import Check, Outcome, Progress

__all__ = ["check_diagrams"]

ORDER = 3  # every diagram up to this order is meant to be in the sum
MOST_DIAGRAMS = 12_000  # that are made one by one
MOST_SUMMED = 60_000  # that are summed at all
MOST_WORDS = 5_000  # that are made with one number of ribbons
MOST_STEPS = 100_000  # of the recursion over the intervals of words: some seconds
NONE = -(10**6)  # letters of a word that there is not
SMALL_LEFT_OUT = " (those with a further face in a small space are of lower order, and left out)"
UNDECIDED = Outcome.INCONCLUSIVE


def check_diagrams(derivation: Derivation, seed: int, progress: Progress) -> Check:
    """Compare, at a random rational point, the power series of diagrams and of the closed form."""
    quantity = TraceFunction(derivation.expression)
    setting = prepare([derivation.expression], derivation.model)
    nodes = [read(trace.arg, setting) for trace in quantity.traces]
    by_ribbons, complete = _words(nodes, setting)
    last = len(by_ribbons) - 1
    if last < 1:
        detail = f"already the diagrams with one ribbon are more than {MOST_SUMMED:,}: none was compared"
        return Check("planar diagrams sum to the series of the closed form", "all diagrams", UNDECIDED, detail)
    witness = Witness(derivation.system, orders=last + 6, seed=seed + 1000, exact=True)
    point = _fractions(witness.point)
    evaluator = Evaluator(*point)
    small = frozenset(setting.model.small)
    total = sum(count_planar(w, setting) for level in by_ribbons for group in level for w in group)
    if total == 0 and derivation.closed_form.value:
        detail = (
            f"there are none with up to {last} ribbons, and more than {MOST_SUMMED:,} beyond: none was compared"
        )
        return Check("planar diagrams sum to the series of the closed form", "all diagrams", UNDECIDED, detail)
    done = 0
    columns: list[list[Any]] = [[] for _ in nodes]
    for level in by_ribbons:
        for number, group in enumerate(level):
            value = Fraction(0)
            for word in group:
                if total <= MOST_DIAGRAMS:
                    value += evaluator.total(_leading(word, setting, small))
                else:
                    value += evaluator.planar(word, setting, small)
                done += count_planar(word, setting)
                progress("summing planar diagrams", done, total)
            columns[number].append(fmpq(value.numerator, value.denominator))
    series = (Laurent.of(column, high=last + 1) for column in columns)
    scalars = {symbol: Laurent.of([number]) for symbol, number in witness.point.values.items()}
    by_diagrams = quantity.at(dict(zip(quantity.traces, series, strict=True)), scalars, Laurent.of([1]))
    by_formula = closed_series(derivation, witness)
    high = min(last + 1, by_diagrams.high, by_formula.high)
    agree = all(by_diagrams.coefficient(n) == by_formula.coefficient(n) for n in range(high))
    known = high == last + 1
    what = f"{total} planar diagrams with up to {last} ribbons"
    what += f", among them all of order {complete} and less" if complete >= 0 else ""
    what += SMALL_LEFT_OUT if small and _has_small(nodes, small) else ""
    detail = f"{what}: {'equal to' if agree else 'DIFFERENT from'} the series of the closed form, exact rationals"
    if complete < 0 and agree:
        detail += f"; words of order 0 have more ribbons, whose diagrams are more than {MOST_SUMMED:,}"
        return Check("planar diagrams sum to the series of the closed form", "all diagrams", UNDECIDED, detail)
    which = "leading planar" if SMALL_LEFT_OUT in what else "planar"
    statement = f"all {which} diagrams to order {max(complete, 0)} sum to the series of the closed form"
    return Check(statement, "all diagrams", agree and known, detail)


def _leading(word: Word, setting: Setting, small: Collection[Expr]) -> Iterator[RibbonGraph]:
    """The planar contractions with no face over a small space but the one that the word is read from."""
    allowed = 1 if word.rows in small else 0
    for graph in planar_contractions(word, setting):
        if not small or not word.letters or sum(face.space in small for face in graph.faces) == allowed:
            yield graph


def _has_small(nodes: Iterable[Node], small: Collection[Expr]) -> bool:
    """Whether a face may lie in a small space: some field of the traces has an index there."""
    pending = list(nodes)
    while pending:
        match pending.pop():
            case Letter(rows=rows, cols=cols) if rows in small or cols in small:
                return True
            case Sum(terms=parts) | Product(factors=parts):
                pending += parts
            case Inversion(argument=argument):
                pending.append(argument)
    return False


def closed_series(derivation: Derivation, witness: Witness) -> Laurent:
    """The power series of the closed form's value, its relations being checked on the way."""
    closed = derivation.closed_form
    for unknown in closed.unknowns:
        witness.define(unknown.symbol, unknown.definition)
    for symbol, spectral_sum in closed.sums:
        witness.define_sum(symbol, spectral_sum)
    for relation in closed.relations:
        if not witness.vanishes(relation):
            return Laurent.of([0], high=0)  # nothing is known of a value whose equations do not hold
    try:
        return witness.evaluate(closed.value)
    except ZeroDivisionError:
        return Laurent.of([0], high=0)


def _words(nodes: Sequence[Node], setting: Setting) -> tuple[list[list[tuple[Word, ...]]], int]:
    """Closed words by ribbons and trace, and the order up to which they are complete."""
    longest = [max((_longest(node, k) for node in nodes), default=0) for k in range(ORDER + 1)]
    levels: list[list[tuple[Word, ...]]] = []
    count = 0
    last = max(max(longest) // 2, ORDER)
    numbers = [sum(column) for column in zip(*(_numbers(node, 2 * last) for node in nodes), strict=True)]
    for ribbons in range(last + 1):
        if len(levels) > 1 and numbers[2 * ribbons] > MOST_WORDS:
            break
        level = [close(words_by_ribbons(node, setting, ribbons), setting) for node in nodes]
        earlier = count
        count += sum(count_planar(word, setting) for group in level for word in group)
        # Without them nothing would be compared: the recursion over intervals does not mind how many there are.
        steps = sum(len(word.letters) ** 3 // 24 for group in level for word in group)
        if count > MOST_SUMMED and (earlier > 1 or steps > MOST_STEPS):
            break
        levels.append(level)
    complete = max((k for k in range(ORDER + 1) if max(longest[: k + 1]) // 2 < len(levels)), default=-1)
    return levels, complete


def _longest(node: Node, order: int) -> int:
    """The letters of the longest word of an order; minus one million or less where there is none.

    Counted, as the words themselves may be millions.
    """
    match node:
        case Diagonal():
            return 0 if order == 0 else NONE
        case Letter():
            return 1 if order == 0 else NONE
        case Sum(terms=parts):
            return max((_longest(part, order) for part in parts), default=NONE)
        case Product(factors=parts):
            best = [0] + order * [NONE]
            for part in parts:
                own = [_longest(part, k) for k in range(order + 1)]
                best = [max(best[j] + own[k - j] for j in range(k + 1)) for k in range(order + 1)]
            return best[order]
        case Inversion(argument=argument):
            best = [0]
            inserted = [_longest(argument, k) for k in range(order)]  # one insertion takes what is in it along
            for k in range(1, order + 1):
                steps = [inserted[j] + best[k - 1 - j] for j in range(k) if inserted[j] > 0]
                best.append(max(steps, default=NONE))
            return best[order]


def _numbers(node: Node, most: int) -> list[int]:
    """How many words of 0 to so many letters are made, before equal ones are added."""
    none = [0] * (most + 1)
    match node:
        case Diagonal():
            return [1, *none[1:]]
        case Letter():
            return [0, 1, *none[2:]]
        case Sum(terms=parts):
            return [sum(column) for column in zip(none, *(_numbers(part, most) for part in parts), strict=True)]
        case Product(factors=parts):
            found = [1, *none[1:]]
            for part in parts:
                own = _numbers(part, most)
                found = [sum(found[m] * own[n - m] for m in range(n + 1)) for n in range(most + 1)]
            return found
        case Inversion(argument=argument):
            inserted = _numbers(argument, most)
            found = [1]
            for n in range(1, most + 1):
                found.append(sum(inserted[m] * found[n - m] for m in range(1, n + 1)))
            return found


def _fractions(point: Point) -> tuple[dict[Expr, Fraction], dict[Expr, Any]]:
    def fraction(number: Any) -> Fraction:
        return Fraction(int(number.p), int(number.q))

    values = {symbol: fraction(number) for symbol, number in point.values.items() if symbol != STRENGTH}
    measures = {
        space: [(fraction(weight), {s: fraction(x) for s, x in node.items()}) for weight, node in measure]
        for space, measure in point.measures.items()
    }
    return values, measures
