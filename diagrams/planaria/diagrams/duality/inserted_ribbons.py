"""Duals of diagrams with a spectator: its ribbon is taken out, the rest has a dual, and the ribbon is put back."""

from __future__ import annotations

from dataclasses import replace

from planaria.algebra.errors import InputError
from planaria.algebra.rational import Ratio
from planaria.diagrams.duality.exchange import Exchange
from planaria.diagrams.duality.expansions import Expansion
from planaria.diagrams.duality.transform import Dual, dual, in_ring
from planaria.diagrams.expressions.expression import Setting
from planaria.diagrams.expressions.words import Word, split
from planaria.diagrams.graphs.faces import covariance
from planaria.diagrams.graphs.ribbon import RibbonGraph

__all__ = ["dual_around"]


def dual_around(
    graph: RibbonGraph, whole: Expansion, averaged: Expansion, exchange: Exchange, factor: Ratio
) -> Dual[RibbonGraph]:
    """The dual of a diagram whose one word is w A w^T, the spectator w joined to itself.

    Parameters
    ----------
    whole, averaged
        The expansion of the quantity, and of what is left after the average over w.

    Raises InputError for another word, and where no word of the quantity has the dual of A inside.
    """
    last = len(graph.letters) - 1
    if len(graph.words) > 1 or last < 1 or graph.pairing[0] != last:
        raise InputError(
            "diagram",
            "its spectators do not stand at the two ends of one word",
            "expand duality.expression, where they are integrated out",
        )
    (word,) = graph.words
    inside = RibbonGraph(
        graph.setting,
        (_inside(word, graph.setting),),
        tuple(partner - 1 for partner in graph.pairing[1:last]),
        frozenset(i - 1 for i in graph.twisted),
    )
    image, half_edges = dual(inside, averaged, exchange, factor)
    (found,) = image.words
    outer = _outside(found, word, graph.setting, whole)
    pairing = (last, *(partner + 1 for partner in image.pairing), 0)
    result = RibbonGraph(graph.setting, (outer,), pairing, frozenset(i + 1 for i in image.twisted))
    return Dual(result, (0, *(place + 1 for place in half_edges), last))


def _inside(word: Word, setting: Setting) -> Word:
    """A of w A w^T, closed, with the scalars and the traces that the average over w gives."""
    first, *letters, last = word.letters
    middle = covariance(first, True, setting)
    corners = word.corners[1:]
    if letters:
        scalar, corner = split(corners[-1] * middle * corners[0], setting)
        corners = (corner, *corners[1:-1])
    else:
        scalar, corner = split(corners[0] * middle, setting)
        corners = (corner,)
    coefficient = word.coefficient * scalar * _ribbon(word, setting)
    return Word(tuple(letters), corners, coefficient, first.cols, last.rows, closed=True)


def _ribbon(word: Word, setting: Setting) -> Ratio:
    """What the ribbon of w and the face outside of it contribute."""
    first, last = word.letters[0], word.letters[-1]
    field = setting.fields[first.field]
    outside = word.corners[0] * covariance(first, False, setting)
    return field.variance * field.weight(first, last, twisted=False) * outside * setting.ring(first.rows)


def _outside(inside: Word, pattern: Word, setting: Setting, whole: Expansion) -> Word:
    """The word of the quantity that has a given word inside of the ribbon of w."""
    letters = (pattern.letters[0], *inside.letters, pattern.letters[-1])
    for candidate in whole.words_by_ribbons(len(letters) // 2):
        if candidate.letters != letters:
            continue
        found = in_ring(candidate, setting)
        reduced = _inside(found, setting)
        if reduced.corners == inside.corners:
            scale = inside.coefficient / reduced.coefficient
            return replace(found, coefficient=found.coefficient * scale)
    raise InputError(
        "diagram",
        "no word of the quantity has its dual inside of the spectators",
        "expand duality.expression, where they are integrated out",
    )
