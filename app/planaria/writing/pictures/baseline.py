"""Words on a line from left to right, their ribbons above it; a trace is closed below its letters.

The words of several traces that are joined, and open words, are drawn like this. The words and the turns of the
traces are chosen so that few ribbons cross; each ribbon runs at a height of its own over those that it encloses.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations, product
from math import pi, prod
from typing import TYPE_CHECKING

from planaria.writing.emitters.shapes import Path, Point, arc, join, line
from planaria.writing.pictures.band import HALF
from planaria.writing.pictures.block import BLOB, LABEL, Block, Slot
from planaria.writing.pictures.crossings import interlaced

if TYPE_CHECKING:
    from planaria.diagrams.graphs.ribbon import RibbonGraph

__all__ = ["baseline"]

LOWEST = 24.0  # the height of a ribbon over two neighbours
STEP = 21.0  # from a ribbon to one that it encloses
ROUND = 44.0  # the largest radius of a turn
DEPTH = 2 * LABEL + 6.0  # of a closed word
MOST_TRIALS = 600

Arrangement = tuple[tuple[int, int], ...]  # words from left to right, each with its first slot


def baseline(
    graph: RibbonGraph, component: tuple[int, ...], slots: tuple[tuple[Slot, ...], ...], gap: float
) -> Block:
    """Place some words that are joined; ``gap`` is the distance of letters."""
    found = Block((0.0, 0.0, 0.0, 0.0), -1)
    arrangement = _arrange(graph, component, slots)
    position: dict[int, float] = {}
    left = 0.0
    for word, first in arrangement:
        turned = (*slots[word][first:], *slots[word][:first])
        left = _word(graph, word, turned, left, gap, found, position) + gap / 2
    ribbons = sorted((r for r in graph.ribbons if r[0] in position), key=lambda r: _span(r, position))
    top = _ribbons(ribbons, position, found)
    is_closed = any(graph.words[word].closed for word in component)
    bottom = DEPTH if is_closed else HALF
    found.box = (0.0, -top - HALF, left - gap / 2, max(bottom, BLOB if found.blobs else 0.0))
    return found


def _word(
    graph: RibbonGraph,
    word: int,
    slots: tuple[Slot, ...],
    left: float,
    gap: float,
    found: Block,
    position: dict[int, float],
) -> float:
    """Place one word from the left; where it ends."""
    number = sum(len(one.corners) for one in graph.words[:word])
    offset = sum(len(letters) for letters in graph.vertices[:word])
    closed = graph.words[word].closed
    start = left + (DEPTH / 2 - HALF if closed else 0.0)
    places = [start + gap * (k + (0.5 if closed else 0.75)) for k in range(len(slots))]
    right = start + gap * (len(slots) + (0.0 if closed else 0.5)) if slots else left + gap
    end = right + (DEPTH / 2 - HALF if closed else 0.0)
    for slot, x in zip(slots, places, strict=True):
        position.update(dict.fromkeys(range(slot.first, slot.stop), x))
        if slot.name is None:
            found.order.append(slot.first)
            found.places[slot.first] = (x, 0.0)
            found.leaving[slot.first] = (0.0, -1.0)
        else:
            found.blobs.append(((x, 0.0), slot, line((x - HALF, 0.0), (x + HALF, 0.0))))
    for slot, x, y in zip(slots[1:], places, places[1:], strict=False):
        corner = number + slot.first - offset
        found.corners[corner] = line((x + HALF, 0.0), (y - HALF, 0.0))
        found.marks[corner] = ((x + y) / 2, LABEL)
    if closed:
        corner = number + slots[0].first - offset
        found.corners[corner] = _closing(places[-1] + HALF, end, left, places[0] - HALF)
        found.marks[corner] = ((left + end) / 2, DEPTH + LABEL)
        found.outer.add(corner)
        return end
    stops = (left, places[0] - HALF, places[-1] + HALF, right) if slots else (left, right)
    last = number + len(graph.words[word].corners) - 1
    for corner, a, b in ((number, *stops[:2]), (last, *stops[-2:])):
        found.corners[corner] = line((a, 0.0), (b, 0.0))
        found.marks[corner] = ((a + b) / 2, LABEL)
    found.ends += [((left, 0.0), graph.words[word].rows), ((right, 0.0), graph.words[word].cols)]
    return right


def _closing(start: float, right: float, left: float, end: float) -> Path:
    """From the last letter of a trace around below its letters to the first one."""
    r = DEPTH / 2
    return join(
        (
            line((start, 0.0), (right - r, 0.0)),
            arc((right - r, r), r, -pi / 2, pi / 2),
            line((right - r, 2 * r), (left + r, 2 * r)),
            arc((left + r, r), r, pi / 2, 3 * pi / 2),
            line((left + r, 0.0), (end, 0.0)),
        )
    )


def _ribbons(ribbons: list[tuple[int, int]], position: dict[int, float], found: Block) -> float:
    """Place ribbons, the shortest first; the height of the highest."""
    done: list[tuple[float, float, int]] = []
    top = 0.0
    for i, j in ribbons:
        if i not in found.places:
            continue
        a, b = sorted((position[i], position[j]))
        below = {level for c, d, level in done if c < b and a < d}
        level = max(below, default=0) + 1
        done.append((a, b, level))
        height = LOWEST + (level - 1) * STEP
        top = max(top, height)
        path = _bridge(a, b, height)
        found.middles[i, j] = path if position[i] < position[j] else path.reversed()
    return top


def _bridge(a: float, b: float, height: float) -> Path:
    """Up, over and down, with round turns."""
    r = min((b - a) / 2, height, ROUND)
    pieces: list[Path] = []
    at: Point = (a, 0.0)
    if height - r > 0.5:
        pieces.append(line(at, (a, r - height)))
    r = min(r, (b - a) / 2)
    pieces.append(arc((a + r, r - height), r, pi, 3 * pi / 2))
    if b - a - 2 * r > 0.5:
        pieces.append(line((a + r, -height), (b - r, -height)))
    pieces.append(arc((b - r, r - height), r, 3 * pi / 2, 2 * pi))
    if height - r > 0.5:
        pieces.append(line((b, r - height), (b, 0.0)))
    else:
        pieces = [Path(at, pieces[0].curves), *pieces[1:-1], _ending(pieces[-1], (b, 0.0))]
    return join(pieces)


def _ending(path: Path, end: Point) -> Path:
    (first, second, _) = path.curves[-1]
    return Path(path.start, (*path.curves[:-1], (first, second, end)))


def _span(ribbon: tuple[int, int], position: dict[int, float]) -> tuple[float, float]:
    a, b = position[ribbon[0]], position[ribbon[1]]
    return abs(b - a), min(a, b)


def _arrange(graph: RibbonGraph, component: tuple[int, ...], slots: tuple[tuple[Slot, ...], ...]) -> Arrangement:
    """The order and the turns of words with the fewest crossings, and among these with the shortest ribbons."""
    turns = [range(len(slots[w]) if graph.words[w].closed else 1) for w in component]
    as_written: Arrangement = tuple((word, 0) for word in component)
    if len(component) == 1:
        return as_written
    orders = list(permutations(range(len(component)))) if len(component) <= 4 else [tuple(range(len(component)))]
    trials = len(orders) * prod(map(len, turns))

    def cost(arrangement: Arrangement) -> tuple[int, int]:
        place: dict[int, int] = {}
        count = 0
        for word, first in arrangement:
            own = slots[word]
            for slot in (*own[first:], *own[:first]):
                place[slot.first] = count
                count += 1
        chords = [
            (min(place[i], place[j]), max(place[i], place[j]))
            for i, j in graph.ribbons
            if i in place and j in place
        ]
        crossings = sum(interlaced(a, b) for k, a in enumerate(chords) for b in chords[:k])
        return crossings, sum(b - a for a, b in chords)

    def all_of_them() -> Iterator[Arrangement]:
        for order in orders:
            for chosen in product(*(turns[k] for k in order)):
                yield tuple((component[k], first) for k, first in zip(order, chosen, strict=True))

    if trials <= MOST_TRIALS:
        return min(all_of_them(), key=cost)
    best, least = as_written, cost(as_written)
    for order in orders:  # turn one word after the other, twice
        found: Arrangement = tuple((component[k], 0) for k in order)
        for k in (*range(len(order)), *range(len(order))):
            found = min(
                ((*found[:k], (found[k][0], first), *found[k + 1 :]) for first in turns[order[k]]), key=cost
            )
        value = cost(found)
        if value < least:
            best, least = found, value
    return best
