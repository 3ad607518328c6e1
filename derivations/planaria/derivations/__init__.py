"""From Feynman rules to Schwinger-Dyson equations, closed forms and what is done with them.

Diagrams are in `planaria.diagrams`, numbers in `planaria.numerics`. Names are loaded when they are used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from planaria.ensembles.lazy import lazy_names

if TYPE_CHECKING:
    from planaria.derivations.derivation import Derivation
    from planaria.derivations.resummation import derive

__all__ = [
    "Derivation",
    "derive",
]

_HOMES = {
    "Derivation": "planaria.derivations.derivation",
    "derive": "planaria.derivations.resummation",
}

__getattr__ = lazy_names(__name__, _HOMES)
