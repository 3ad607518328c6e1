"""Pairings of letters by ribbons, one after the other: index work on integers, without any graph.

What is yielded is right by construction, so that graphs are made of it without being checked again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from planaria.diagrams.expressions.expression import Letter, Setting

__all__ = ["Matching", "interval_counts", "matchings", "noncrossing", "untwisted_partners"]

# The partner of each letter, the first letters of the twisted ribbons, and the number of closed index lines.
Matching = tuple[tuple[int, ...], frozenset[int], int]

_UNTWISTED: frozenset[int] = frozenset()


def untwisted_partners(letters: tuple[Letter, ...], setting: Setting) -> list[list[int]]:
    """The later letters at odd distance that each letter can join in a planar way."""
    return [
        [
            j
            for j in range(i + 1, len(letters), 2)
            if one.pairs_untwisted(letters[j], setting.fields[one.field].law)
        ]
        for i, one in enumerate(letters)
    ]


def interval_counts(letters: tuple[Letter, ...], setting: Setting) -> dict[tuple[int, int], int]:
    """The number of noncrossing pairings of the letters i..j-1, by (i, j); without the zeros."""
    partners = untwisted_partners(letters, setting)
    n = len(letters)
    counts = {(i, i): 1 for i in range(n + 1)}
    for i in range(n - 1, -1, -1):
        for j in range(i + 2, n + 1, 2):
            total = 0
            for k in partners[i]:
                if k >= j:
                    break
                inside = counts.get((i + 1, k), 0)
                if inside:
                    total += inside * counts.get((k + 1, j), 0)
            if total:
                counts[i, j] = total
    return counts


# Intervals that still have to be paired, as a linked list: (start, end, rest).
_Waiting = tuple[int, int, "_Waiting"] | None


def noncrossing(letters: tuple[Letter, ...], setting: Setting) -> Iterator[tuple[int, ...]]:
    """The noncrossing pairings by untwisted ribbons, in lexicographic order.

    They are the partitions of an interval of letters: its first letter, the letters up to its partner, and
    the letters behind. A table of counts leaves out every choice that leads nowhere, so that the first
    pairing of any number of letters comes at once.
    """
    counts = interval_counts(letters, setting)
    n = len(letters)
    if (0, n) not in counts:
        return
    partners = untwisted_partners(letters, setting)
    choices: dict[tuple[int, int], tuple[int, ...]] = {
        (i, j): tuple(k for k in partners[i] if k < j and (i + 1, k) in counts and (k + 1, j) in counts)
        for i, j in counts
        if i < j
    }
    pairing = [0] * n
    waiting: _Waiting = (0, n, None) if n else None
    trail: list[tuple[int, int, Iterator[int], _Waiting]] = []
    while True:
        # Take the first choice of every interval that waits.
        while waiting is not None:
            i, j, rest = waiting
            left = iter(choices[i, j])
            k = next(left)
            trail.append((i, j, left, rest))
            pairing[i], pairing[k] = k, i
            waiting = (k + 1, j, rest) if k + 1 < j else rest
            if i + 1 < k:
                waiting = (i + 1, k, waiting)
        yield tuple(pairing)
        # The last interval that has another choice takes it.
        while trail:
            i, j, left, rest = trail[-1]
            k = next(left, -1)
            if k >= 0:
                pairing[i], pairing[k] = k, i
                waiting = (k + 1, j, rest) if k + 1 < j else rest
                if i + 1 < k:
                    waiting = (i + 1, k, waiting)
                break
            trail.pop()
        else:
            return


def matchings(
    options: Sequence[Sequence[tuple[int, bool]]], joints: Sequence[int], wanted: int | None = None
) -> Iterator[Matching]:
    """Every pairing that takes its ribbons from ``options``, with every twist, depth first.

    Parameters
    ----------
    options
        For each letter the later letters that it can join, each with whether that ribbon is twisted.
    joints
        The side that each side meets at its corner: two for each letter, see `RibbonGraph`.
    wanted
        The number of closed index lines, or None for any. A ribbon closes two at most, so that a choice that
        cannot reach the number is left out before its rest is made.

    >>> [(m, sorted(t), f) for m, t, f in matchings([[(1, False), (1, True)], []], (3, 2, 1, 0))]
    [((1, 0), [], 2), ((1, 0), [0], 1)]
    """
    n = len(options)
    pairing = [-1] * n
    # end[s] is the other end of the open index line that ends at s. A ribbon joins two lines, or closes one;
    # sides that are no longer ends keep what they had, and that is all it takes to go back.
    end = list(joints)
    faces = 0
    missing = n // 2
    twists: list[int] = []
    trail: list[tuple[int, Iterator[tuple[int, bool]]]] = []  # letters, and the choices that they have left
    chosen: list[tuple[int, int, bool]] = []  # the ribbons; the last letter of the trail may have none yet
    first = 0
    while True:
        if missing == 0:
            if wanted is None or faces == wanted:
                yield tuple(pairing), frozenset(twists) if twists else _UNTWISTED, faces
        elif wanted is None or faces <= wanted <= faces + 2 * missing:
            while pairing[first] >= 0:
                first += 1
            trail.append((first, iter(options[first])))
        while trail:
            first, left = trail[-1]
            if len(chosen) == len(trail):
                i, j, twist = chosen.pop()
                pairing[i] = pairing[j] = -1
                missing += 1
                if twist:
                    twists.pop()
                for a, b in ((2 * i + 1, 2 * j + twist), (2 * i, 2 * j + 1 - twist)):
                    c = end[a]
                    if c == b:
                        faces -= 1
                    else:
                        end[end[b]], end[c] = b, a
            for choice in left:
                if pairing[choice[0]] < 0:
                    break
            else:
                trail.pop()
                continue
            j, twist = choice
            pairing[first], pairing[j] = j, first
            chosen.append((first, j, twist))
            missing -= 1
            if twist:
                twists.append(first)
            for a, b in ((2 * first, 2 * j + 1 - twist), (2 * first + 1, 2 * j + twist)):
                c = end[a]
                if c == b:
                    faces += 1
                else:
                    d = end[b]
                    end[c], end[d] = d, c
            break
        if not trail:
            return
