"""Formulas written as text of the grammar, so that they read back as the same tree."""

from __future__ import annotations

from enum import IntEnum
from fractions import Fraction

from planaria.ensembles.formulas.nodes import (
    Determinant,
    Identity,
    Name,
    Negative,
    Node,
    Number,
    Over,
    Plus,
    Power,
    Quotient,
    Times,
)

__all__ = ["written"]


LONGEST = 1000  # decimal places of a number, which the grammar bounds


class _Level(IntEnum):
    """How tightly a text binds."""

    SUM = 1
    PRODUCT = 2
    SIGN = 3
    POWER = 4
    ATOM = 5


def written(node: Node) -> str:
    """A formula as text.

    >>> difference = Plus((Name("b"), Negative(Name("c"))))
    >>> written(Quotient(Times((Name("a"), difference)), Power(Name("d"), Fraction(2))))
    'a*(b - c)/d**2'
    >>> written(Over(Quotient(Name("lambda_I"), Plus((Name("lambda_I"), Name("Delta"))))))
    'sum(lambda_I/(lambda_I + Delta))'
    """
    return _write(node)[0]


def _at_least(node: Node, level: _Level) -> str:
    text, own = _write(node)
    return text if own >= level else f"({text})"


def _write(node: Node) -> tuple[str, _Level]:
    match node:
        case Number(value=value):
            return _number(value)
        case Name(name=name):
            return name, _Level.ATOM
        case Identity(space=space):
            return f"I({space})", _Level.ATOM
        case Negative(of=one):
            return f"-{_at_least(one, _Level.PRODUCT)}", _Level.SUM
        case Plus(terms=terms):
            return _sum(terms), _Level.SUM
        case Times(factors=factors):
            first, *others = factors
            texts = [_at_least(first, _Level.PRODUCT), *(_at_least(one, _Level.POWER) for one in others)]
            return "*".join(texts), _Level.PRODUCT
        case Quotient(below=below, word="inv"):
            return f"inv({written(below)})", _Level.ATOM
        case Quotient(above=above, below=below):
            return f"{_at_least(above, _Level.PRODUCT)}/{_at_least(below, _Level.POWER)}", _Level.PRODUCT
        case Power(base=base, word="sqrt"):
            return f"sqrt({written(base)})", _Level.ATOM
        case Power(base=base, exponent=exponent):
            return f"{_at_least(base, _Level.ATOM)}**{_exponent(exponent)}", _Level.POWER
        case Over(summand=summand, word=word):
            return f"{word}({written(summand)})", _Level.ATOM
        case Determinant(rows=rows):
            inner = ", ".join(f"[{', '.join(written(one) for one in row)}]" for row in rows)
            return f"det([{inner}])", _Level.ATOM


def _number(value: Fraction) -> tuple[str, _Level]:
    """A decimal where it ends, as it was read; else a fraction."""
    places = 0
    while places < LONGEST and value.denominator > 1 and (value * 10**places).denominator > 1:
        places += 1
    whole = value * 10**places
    if whole.denominator > 1:
        return str(value), _Level.PRODUCT
    digits = str(whole.numerator).rjust(places + 1, "0")
    return (f"{digits[:-places]}.{digits[-places:]}" if places else digits), _Level.ATOM


def _sum(terms: tuple[Node, ...]) -> str:
    text = ""
    for one in terms:
        sign, of = ("-", one.of) if isinstance(one, Negative) else ("+", one)
        piece = _at_least(of, _Level.PRODUCT)
        if text:
            text += f" {sign} {piece}"
        else:
            text = f"-{piece}" if sign == "-" else piece
    return text


def _exponent(exponent: Fraction) -> str:
    return str(exponent) if exponent.denominator == 1 and exponent >= 0 else f"({exponent})"
