"""The word of a trace as a circle, read clockwise from the top, its ribbons inside."""

from __future__ import annotations

from math import atan, cos, hypot, pi, sin, tan
from typing import TYPE_CHECKING

from planaria.writing.emitters.shapes import Path, Point, arc
from planaria.writing.pictures.band import HALF
from planaria.writing.pictures.block import BLOB, LABEL, Block, Slot
from planaria.writing.pictures.crossings import crossing, interlaced, polyline

if TYPE_CHECKING:
    from planaria.diagrams.graphs.ribbon import RibbonGraph

__all__ = ["radius_of", "ring"]

SMALLEST = 52.0
WIDER = 1.3  # for ribbons that cross
CLOSE = 26.0  # crossings nearer than this are moved apart
BOW = 13.0


def radius_of(graph: RibbonGraph, slots: tuple[Slot, ...], gap: float) -> float:
    """The radius that a word needs; ``gap`` is the distance of letters."""
    chords = _chords(graph, slots)
    return max(SMALLEST, len(slots) * gap / (2 * pi)) * (WIDER if _entangled(chords) else 1.0)


def _chords(graph: RibbonGraph, slots: tuple[Slot, ...]) -> list[tuple[int, int]]:
    place = {slot.first: k for k, slot in enumerate(slots) if slot.name is None}
    return [(place[i], place[j]) for i, j in graph.ribbons if i in place]


def _entangled(chords: list[tuple[int, int]]) -> bool:
    return any(interlaced(a, b) for k, a in enumerate(chords) for b in chords[:k])


def ring(graph: RibbonGraph, word: int, slots: tuple[Slot, ...], radius: float) -> Block:
    """Place one closed word whose letters are joined among themselves."""
    n = len(slots)
    number = sum(len(one.corners) for one in graph.words[:word])
    offset = sum(len(letters) for letters in graph.vertices[:word])
    chords = _chords(graph, slots)
    centre = (radius + HALF, radius + HALF)
    outermost = radius + (BLOB if any(slot.name is not None for slot in slots) else HALF)
    found = Block((centre[0] - outermost, centre[1] - outermost, centre[0] + outermost, centre[1] + outermost), 1)
    half, circle = atan(HALF / radius), hypot(radius, HALF)
    angles = [2 * pi * (k + 0.5) / n - pi / 2 for k in range(n)]

    def at(angle: float, reach: float = radius) -> Point:
        return centre[0] + reach * cos(angle), centre[1] + reach * sin(angle)

    if not n:
        found.corners[number] = arc(centre, radius, -pi / 2, 3 * pi / 2)
        found.marks[number] = at(pi / 2, radius + LABEL)
        return found
    for k, (slot, angle) in enumerate(zip(slots, angles, strict=True)):
        # The corner before the first slot comes from the last one, and has its number.
        corner = number + slot.first - offset
        before = angles[k - 1] - (2 * pi if k == 0 else 0)
        found.corners[corner] = arc(centre, circle, before + half, angle - half)
        found.marks[corner] = at((before + angle) / 2, radius + LABEL)
        if slot.name is None:
            found.order.append(slot.first)
            found.places[slot.first] = at(angle)
            found.leaving[slot.first] = (-cos(angle), -sin(angle))
        else:
            found.blobs.append((at(angle), slot, arc(centre, circle, angle - half, angle + half)))
    bows = _bows(radius, angles, chords) if _entangled(chords) else [0.0] * len(chords)
    for (a, b), bow in zip(chords, bows, strict=True):
        found.middles[slots[a].first, slots[b].first] = _chord(centre, radius, angles[a], angles[b], bow)
    return found


def _chord(centre: Point, radius: float, start: float, end: float, bow: float) -> Path:
    """A circular arc at right angles to the circle, or a little to one side of it."""
    half = (end - start) / 2
    middle = (start + end) / 2
    if half > pi / 2 + 1e-9:
        half, middle = pi - half, middle + pi
    side = 1.0 if (end - start) / 2 <= pi / 2 + 1e-9 else -1.0  # the sense of the arc
    apex = radius * (1 - sin(half)) / cos(half) if half < pi / 2 - 1e-9 else 0.0
    turn = pi / 2 - half
    handle = 4 / 3 * tan(turn / 4) * radius * tan(half) if turn > 1e-6 else radius / 3
    x, y = cos(middle), sin(middle)
    top = centre[0] + (apex + bow) * x, centre[1] + (apex + bow) * y

    def inward(angle: float, reach: float) -> Point:
        return centre[0] + (radius - reach) * cos(angle), centre[1] + (radius - reach) * sin(angle)

    def aside(reach: float) -> Point:
        return top[0] - side * reach * y, top[1] + side * reach * x

    return Path(
        inward(start, 0),
        (
            (inward(start, handle), aside(-handle), top),
            (aside(handle), inward(end, handle), inward(end, 0)),
        ),
    )


def _bows(radius: float, angles: list[float], chords: list[tuple[int, int]]) -> list[float]:
    """Bend ribbons, each a little, where three of them would cross in nearly one point.

    One ribbon after the other takes the bend that keeps its crossings furthest from those of the others.
    """
    pairs = [(p, q) for q in range(len(chords)) for p in range(q) if interlaced(chords[p], chords[q])]

    def shape(k: int, bow: float) -> tuple[Point, ...]:
        return polyline(_chord((0.0, 0.0), radius, angles[chords[k][0]], angles[chords[k][1]], bow))

    def meeting(p: tuple[Point, ...], q: tuple[Point, ...]) -> Point:
        place = crossing(p, q)
        if place is None:
            return p[len(p) // 2]
        k = min(int(place[0]), len(p) - 2)
        (ax, ay), (bx, by) = p[k], p[k + 1]
        return ax + (place[0] - k) * (bx - ax), ay + (place[0] - k) * (by - ay)

    bows = [0.0] * len(chords)
    lines = [shape(k, 0.0) for k in range(len(chords))]
    meetings = {(p, q): meeting(lines[p], lines[q]) for p, q in pairs}

    def cost(points: dict[tuple[int, int], Point]) -> float:
        total, known = 0.0, list(points.values())
        for k, (x, y) in enumerate(known):
            for a, b in known[:k]:
                near = abs(x - a) + abs(y - b)
                if near < 1.5 * CLOSE:
                    total += max(0.0, 1 - hypot(x - a, y - b) / CLOSE) ** 2
        return total

    best = cost(meetings)
    for _ in range(2):
        if best < 0.02:
            break
        for k in range(len(chords)):
            mine = [pair for pair in pairs if k in pair]
            if not mine or best < 0.02:
                continue
            for bow in (-BOW, BOW, -2 * BOW, 2 * BOW):
                bent = shape(k, bow)
                tried = dict(meetings)
                for p, q in mine:
                    tried[p, q] = meeting(bent, lines[q]) if k == p else meeting(lines[p], bent)
                value = cost(tried) + 0.01 * abs(bow) / BOW
                if value < best - 1e-9:
                    best, bows[k], lines[k], meetings = value, bow, bent, tried
    return bows
