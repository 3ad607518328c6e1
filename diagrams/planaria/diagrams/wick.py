"""Wick contractions of words, planar ones and all, and the diagrams of an expression."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from math import factorial, prod

from sympy import Add, Expr, MatrixExpr, Mul, Pow, S, SympifyError, Trace, sympify

from planaria.diagrams.enumeration import interval_counts, matchings, noncrossing, untwisted_partners
from planaria.diagrams.errors import InputError
from planaria.diagrams.expansion import Word, close, words
from planaria.diagrams.model import Model
from planaria.diagrams.ribbon import RibbonGraph, corner_joints, trusted_contractions
from planaria.diagrams.tree import (
    Diagonal,
    Inversion,
    Letter,
    Node,
    Product,
    Setting,
    Sum,
    deterministic_part,
    prepare,
    read,
)

__all__ = [
    "all_contractions",
    "count_contractions",
    "count_planar",
    "expand",
    "linear_in_traces",
    "planar_contractions",
    "untwisted_partners",
]


def expand(expression: Expr, model: Model, order: int, *, euler: int | None = 2) -> Iterator[RibbonGraph]:
    """The diagrams of an expression of exactly one order, one after the other.

    Parameters
    ----------
    expression
        A scalar that is linear in traces, or a matrix expression (open lines: matrix elements).
    model
        Its fields.
    order
        How many insertions in the geometric series of the inverses of the expression, all together.
    euler
        The Euler characteristic: 2 is planar, None is every one. Real fields have odd ones too.

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

    Raises InputError for an expression that is neither, an order or an Euler characteristic that is
    impossible, and an inverse without a deterministic part. The diagrams themselves are made on demand.
    """
    if isinstance(order, bool) or not isinstance(order, int) or order < 0:
        raise InputError("order", f"{order!r} is not a whole number >= 0", "give 0, 1, 2, ...")
    if euler is not None and (isinstance(euler, bool) or not isinstance(euler, int) or euler > 2):
        raise InputError(
            "euler",
            f"no diagram has the Euler characteristic {euler!r}",
            "give 2 (planar), 1, 0, -1, ... or None",
        )
    try:
        expression = sympify(expression, strict=True)
    except SympifyError:
        raise InputError(
            "expression",
            f"{expression!r} is no sympy expression",
            "build it from matrix symbols, or parse it",
        ) from None
    terms: list[tuple[Expr, Node, bool]] = []
    if isinstance(expression, MatrixExpr):
        setting = prepare([expression], model)
        terms.append((S.One, read(expression, setting), False))
    else:
        traces, constant = linear_in_traces(expression)
        setting = prepare([expression], model, extra=[*traces.values(), constant])
        terms += ((coefficient, read(trace.arg, setting), True) for trace, coefficient in traces.items())
        if constant != 0:  # c = (c/D) tr 1, for a space of dimension D
            if not setting.spaces:
                raise InputError("expression", f"{expression} contains no matrix", "give a trace")
            space = setting.spaces[0]
            terms.append((constant / space, Diagonal(space, setting.ring.one), True))
    for _, node, _ in terms:
        _check_inverses(node, setting)
    return _diagrams(terms, setting, order, euler)


def _diagrams(
    terms: list[tuple[Expr, Node, bool]], setting: Setting, order: int, euler: int | None
) -> Iterator[RibbonGraph]:
    for scalar, node, closed in terms:
        prefactor = setting.ring(scalar)
        found = words(node, setting, order)
        for word in close(found, setting) if closed else found:
            scaled = Word(
                word.letters, word.corners, prefactor * word.coefficient, word.rows, word.cols, word.closed
            )
            if euler == 2:
                yield from planar_contractions(scaled, setting)
                continue
            yield from all_contractions((scaled,), setting, euler=euler)


def linear_in_traces(expression: Expr) -> tuple[dict[Trace, Expr], Expr]:
    """Write a scalar as a sum of coefficient * trace, and a constant.

    >>> from sympy import MatrixSymbol, Trace, symbols
    >>> N, P = symbols("N P")
    >>> a = MatrixSymbol("a", N, N)
    >>> linear_in_traces((Trace(a) + 2 * N) / N)
    ({Trace(a): 1/N}, 2)

    Raises InputError for a product of traces, or a trace in a denominator or a function.
    """
    traces: dict[Trace, Expr] = {}
    constants: list[Expr] = []

    def visit(term: Expr, factor: Expr) -> None:
        if isinstance(term, Trace):
            traces[term] = traces.get(term, S.Zero) + factor
        elif not term.has(Trace):
            if term.has(MatrixExpr):
                raise InputError("expression", f"{term} has a matrix outside of traces", "take its trace")
            constants.append(factor * term)
        elif isinstance(term, Add):
            for one in term.args:
                visit(one, factor)
        elif isinstance(term, Mul):
            inside = [one for one in term.args if one.has(Trace)]
            if len(inside) > 1:
                raise _not_linear(term)
            visit(inside[0], factor * Mul(*(one for one in term.args if one is not inside[0])))
        else:
            raise _not_linear(term)

    visit(expression, S.One)
    return {trace: factor for trace, factor in traces.items() if factor != 0}, Add(*constants)


def _not_linear(term: Expr) -> InputError:
    inside = [one for one in Mul.make_args(term) if one.has(Trace)]
    if not any(isinstance(one, Pow) and not one.exp.is_positive for one in inside) and (
        len(inside) > 1 or isinstance(term, Pow)
    ):
        return InputError(
            "expression",
            f"it contains a product of traces, {term}",
            "expand each trace by itself: a product factorises at leading order",
        )
    return InputError(
        "expression", f"it is not linear in traces: {term}", "give a sum of traces with coefficients"
    )


def _check_inverses(node: Node, setting: Setting) -> None:
    """Raise InputError for an inverse that cannot be expanded, wherever it stands."""
    waiting = [node]
    while waiting:
        match waiting.pop():
            case Inversion(argument=argument) as inverse:
                deterministic_part(inverse, setting)
                waiting.append(argument)
            case Sum(terms=parts) | Product(factors=parts):
                waiting.extend(parts)
            case _:
                pass


def count_planar(word: Word, setting: Setting) -> int:
    """How many planar contractions a word has, without making them.

    >>> from sympy import MatrixSymbol, symbols
    >>> from planaria.diagrams import Gaussian, Model
    >>> N = symbols("N", positive=True)
    >>> H = MatrixSymbol("H", N, N)
    >>> setting = prepare([H], Model([Gaussian(H, kind="hermitian")]))
    >>> word, = words(read(H**60, setting), setting, 0)
    >>> count_planar(word, setting)  # the 30th Catalan number
    3814986502092304
    """
    return interval_counts(word.letters, setting).get((0, len(word.letters)), 0)


def count_contractions(word: Word, setting: Setting) -> int:
    """How many contractions a word has, planar or not, twisted or not."""
    plain, conjugated = _occurrences(word.letters)
    counts = []
    for index, total in plain.items():
        kind, half = setting.fields[index].kind, total // 2
        if total % 2 or (kind == "complex" and 2 * conjugated[index] != total):
            return 0
        pairings = factorial(half) if kind == "complex" else factorial(total) // (2**half * factorial(half))
        counts.append(pairings * 2**half if kind == "symmetric" else pairings)
    return prod(counts)


def planar_contractions(word: Word, setting: Setting) -> Iterator[RibbonGraph]:
    """The planar contractions of a word, lazily: its noncrossing pairings by untwisted ribbons.

    They are the partitions of an interval of letters: its first letter, the letters up to its partner, and
    the letters behind. A table of counts leaves out every choice that leads nowhere, so that the first
    diagram of a word of any length comes at once.
    """
    make = trusted_contractions(setting, (word,))
    for pairing in noncrossing(word.letters, setting):
        yield make(pairing)


def all_contractions(
    words: Word | tuple[Word, ...], setting: Setting, *, euler: int | None = None
) -> Iterator[RibbonGraph]:
    """Every contraction of one word, or of several words together, with every allowed twist, lazily.

    The contractions of several words include those that leave them unconnected. With ``euler`` only those of
    this Euler characteristic: index lines are counted as ribbons are joined, and no other graph is made.
    """
    group = (words,) if isinstance(words, Word) else words
    letters = tuple(letter for word in group for letter in word.letters)
    plain, conjugated = _occurrences(letters)
    for index, total in plain.items():
        if total % 2 or (setting.fields[index].kind == "complex" and 2 * conjugated[index] != total):
            return
    without_faces = len(group) - len(letters) // 2 + sum(not word.letters for word in group)
    joints = corner_joints(tuple(len(word.letters) for word in group))
    wanted = None if euler is None else euler - without_faces
    make = trusted_contractions(setting, group)
    for pairing, twisted, faces in matchings(_options(letters, setting), joints, wanted):
        yield make(pairing, twisted, without_faces + faces)


def _occurrences(letters: tuple[Letter, ...]) -> tuple[Counter[int], Counter[int]]:
    plain = Counter(letter.field for letter in letters)
    return plain, Counter(letter.field for letter in letters if letter.conjugated)


def _options(letters: tuple[Letter, ...], setting: Setting) -> list[list[tuple[int, bool]]]:
    """The later partners of each letter, untwisted before twisted."""
    options: list[list[tuple[int, bool]]] = []
    for i, one in enumerate(letters):
        kind = setting.fields[one.field].kind
        options.append([])
        for j in range(i + 1, len(letters)):
            if one.pairs_untwisted(letters[j], kind):
                options[-1].append((j, False))
            if one.pairs_twisted(letters[j], kind):
                options[-1].append((j, True))
    return options
