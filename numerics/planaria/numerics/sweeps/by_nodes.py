"""The unreduced equations at many points, node by node: slower than `confirmation`, and for every model.

It serves where a space has several matrices or formulas are long, and points at which the shared sums lose digits.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from planaria.numerics.equations.cramer import propagators_at
from planaria.numerics.equations.ladder import radii
from planaria.numerics.equations.unreduced import Numbers, unreduced
from planaria.numerics.solving.direct import float_numbers
from planaria.numerics.sweeps.group import Floats, Group

__all__ = ["ROUNDING", "Findings", "by_nodes"]

ROUNDING = float(np.finfo(float).eps)
MOST_NUMBERS = 2**17  # entries of one array that is worked on at once

# The largest relative change of a loop, the distance of the radius from 1, and the value that is read off.
Findings = tuple[Floats, Floats, Floats]


def by_nodes(group: Group, loops: Mapping[Any, Any]) -> tuple[Findings, Mapping[Any, Any]]:
    """What the equations say of claimed loops at all points, and the loops that they give."""
    base = float_numbers(group.problem)
    nodes = max((np.size(weights) for _, weights in base.nodes.values()), default=1)
    length = max(1, MOST_NUMBERS // nodes)
    worst, distance, read = (np.empty(group.count) for _ in range(3))
    turned = {symbol: np.empty(group.count) for symbol in loops}
    for start in range(0, group.count, length):
        part = slice(start, min(start + length, group.count))
        here = group.part(part)
        claimed = {s: np.broadcast_to(x, group.count)[part, np.newaxis] for s, x in loops.items()}
        (worst[part], distance[part], read[part]), images = _chunk(here, base, claimed)
        for symbol, image in images.items():
            turned[symbol][part] = np.broadcast_to(image, (here.count, 1))[:, 0]
    return (worst, distance, read), turned


def _chunk(group: Group, base: Numbers, loops: Mapping[Any, Any]) -> tuple[Findings, dict[Any, Any]]:
    derivation = group.problem.derivation
    equations = unreduced(derivation)
    scalars = {g: _column(group.scalars.get(g, value)) for g, value in base.scalars.items()}
    nodes = {
        space: (eigenvalues, weights if eigenvalues else _column(group.nodes[space].size))
        for space, (eigenvalues, weights) in base.nodes.items()
    }
    numbers = Numbers(base.one, scalars, nodes)
    propagators = propagators_at(derivation, numbers, loops)
    worst = np.full((group.count, 1), ROUNDING)  # where loops come back to the last bit, that is luck
    for claimed, image, _, vanishes in equations.residuals(numbers, loops, propagators):
        if not vanishes:
            scale = np.maximum(np.abs(claimed), np.abs(image))
            worst = np.maximum(worst, np.where(scale > 0, np.abs(image - claimed) / scale, 0.0))
    radius = np.broadcast_to(radii(derivation, numbers, propagators), group.count)
    read = np.broadcast_to(equations.value(numbers, propagators), (group.count, 1))[:, 0]
    images = equations.image(numbers, list(loops), propagators)
    return (worst[:, 0], 1 - radius, read), dict(zip(loops, images, strict=True))


def _column(value: Any) -> Any:
    return np.reshape(value, (-1, 1))
