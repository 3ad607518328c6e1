"""Products of traces as a sum of products of words: what `moment` takes the expectation of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import prod

from sympy import Expr, Trace

from planaria.algebra.errors import InputError
from planaria.algebra.rational import Ratio
from planaria.diagrams.expressions.expression import Inversion, Letter, Node, Product, Setting, Sum, prepare, read
from planaria.diagrams.expressions.words import close, split, words
from planaria.diagrams.moments.necklaces import Alphabet, is_face
from planaria.ensembles.extent import MOST_PRODUCTS
from planaria.ensembles.model import Model

__all__ = ["WordProduct", "products_of_words"]

_Traces = tuple[Trace, ...]


@dataclass(frozen=True)
class WordProduct:
    """A product of traces of words: those with letters, and the traces of deterministic functions beside them.

    Both are in the canonical form of `Alphabet`, sorted.
    """

    words: tuple[str, ...]
    faces: str = ""


def products_of_words(
    terms: Mapping[_Traces, Expr], model: Model, *, connected: bool, highest_degree: int | None
) -> tuple[Alphabet, dict[WordProduct, Ratio]]:
    """Expand the traces into words, each product with its coefficient, the variances of its ribbons included.

    Products whose letters cannot be joined in pairs are left out. With ``connected``, the random traces of a
    product are the members of a correlator, so that a constant beside another member gives nothing.

    Raises InputError for an inverse of a random matrix, a product with more letters than ``highest_degree``,
    and an expansion without end.
    """
    traces = {trace for product in terms for trace in product}
    # a trace that stands in a coefficient, such as 1/tr(Lambda), is one more generator
    setting = prepare(traces, model, extra=terms.values())
    alphabet = Alphabet(setting)
    nodes = {trace: read(trace.arg, setting) for trace in traces}
    for node in nodes.values():
        _check_polynomial(node)
    for product in terms:
        degree = sum(_degree(nodes[trace]) for trace in product)
        if highest_degree is not None and degree > highest_degree:
            raise InputError(
                "expression",
                f"it is of degree {degree} in the random matrices, more than {highest_degree}",
                "lower the degree, or lift the limit with limit=None",
            )
    for node in nodes.values():
        _check_number(_count(node))
    expanded = {trace: _words_of(node, alphabet) for trace, node in nodes.items()}
    found: dict[WordProduct, Ratio] = {}
    for product, scalar in terms.items():
        correlated = sum(any(word.words for word in expanded[trace]) for trace in product) > 1 and connected
        total = {WordProduct(()): setting.ring(scalar)}
        for trace in product:
            factor = expanded[trace]
            if correlated and any(word.words for word in factor):
                factor = {word: value for word, value in factor.items() if word.words}
            total = _merged(total, factor)
            _check_number(len(total))
        for key, value in total.items():
            found[key] = found[key] + value if key in found else value
    strengths = _strengths(setting)
    weighed = {}
    for key, value in found.items():
        if value and not alphabet.vanishes(key.words):
            counts = alphabet.field_counts(key.words)
            powers = (
                strength ** (number // 2) for strength, number in zip(strengths, counts, strict=True) if number
            )
            weighed[key] = prod(powers, start=value)
    return alphabet, weighed


def _check_number(number: int) -> None:
    if number > MOST_PRODUCTS:
        raise InputError(
            "expression",
            f"it expands into more than {MOST_PRODUCTS:,} products of traces of words",
            "lower the powers, or take the moments of its terms one by one",
        )


def _strengths(setting: Setting) -> list[Ratio]:
    """The scalar of a ribbon of each field: its variance, and the scalar factors of its covariances."""
    return [
        field.variance * split(field.rows, setting)[0] * split(field.cols, setting)[0] for field in setting.fields
    ]


def _words_of(node: Node, alphabet: Alphabet) -> dict[WordProduct, Ratio]:
    """The words of one trace, those that are equal up to rotation and transposition added."""
    setting = alphabet.setting
    found: dict[WordProduct, Ratio] = {}
    for word in close(words(node, setting, 0), setting):
        text, sign = alphabet.word(word)
        if not sign:
            continue
        key = WordProduct((), text) if is_face(text) else WordProduct((text,))
        coefficient = word.coefficient if sign > 0 else -word.coefficient
        found[key] = found[key] + coefficient if key in found else coefficient
    return {key: coefficient for key, coefficient in found.items() if coefficient}


def _merged(left: Mapping[WordProduct, Ratio], right: Mapping[WordProduct, Ratio]) -> dict[WordProduct, Ratio]:
    found: dict[WordProduct, Ratio] = {}
    for one, value in left.items():
        for other, more in right.items():
            key = WordProduct(tuple(sorted(one.words + other.words)), "".join(sorted(one.faces + other.faces)))
            product = value * more
            found[key] = found[key] + product if key in found else product
    return found


def _check_polynomial(node: Node) -> None:
    if any(isinstance(one, Inversion) for one in _parts(node)):
        raise InputError(
            "expression",
            "it contains an inverse of a random matrix, so its moment is no polynomial",
            "use derive or evaluate for its planar value, or diagrams for its series",
        )


def _parts(node: Node) -> Iterator[Node]:
    waiting = [node]
    while waiting:
        one = waiting.pop()
        yield one
        match one:
            case Sum(terms=parts) | Product(factors=parts):
                waiting.extend(parts)
            case _:
                pass


def _degree(node: Node) -> int:
    """The largest number of letters of a word."""
    match node:
        case Sum(terms=parts):
            return max((_degree(part) for part in parts), default=0)
        case Product(factors=parts):
            return sum(map(_degree, parts))
        case _:
            return int(isinstance(node, Letter))


def _count(node: Node) -> int:
    """The number of words, before equal ones are added."""
    match node:
        case Sum(terms=parts):
            return sum(map(_count, parts))
        case Product(factors=parts):
            return prod(map(_count, parts))
        case _:
            return 1
