"""Numbers: closed forms evaluated and verified, sweeps, simulations, and the checks of a derivation.

Formulas are in `planaria.derivations`. Names are loaded when they are used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from planaria.ensembles.lazy import lazy_names

if TYPE_CHECKING:
    from planaria.ensembles.estimate import Estimate
    from planaria.ensembles.evidence import Check
    from planaria.numerics.datasets.sweep import sweep
    from planaria.numerics.evidence.checks import checks
    from planaria.numerics.nonhermitian.density import plane_density
    from planaria.numerics.nonhermitian.values import PlaneDensity
    from planaria.numerics.solving.evaluate import evaluate
    from planaria.numerics.spectral.density import density
    from planaria.numerics.spectral.values import Density
    from planaria.numerics.sweeps.arrays import evaluate_array

__all__ = [
    "Check",
    "Density",
    "Estimate",
    "PlaneDensity",
    "checks",
    "density",
    "evaluate",
    "evaluate_array",
    "plane_density",
    "sweep",
]

_HOMES = {
    "Check": "planaria.ensembles.evidence",
    "Estimate": "planaria.ensembles.estimate",
    "PlaneDensity": "planaria.numerics.nonhermitian.values",
    "Density": "planaria.numerics.spectral.values",
    "checks": "planaria.numerics.evidence.checks",
    "density": "planaria.numerics.spectral.density",
    "evaluate": "planaria.numerics.solving.evaluate",
    "evaluate_array": "planaria.numerics.sweeps.arrays",
    "plane_density": "planaria.numerics.nonhermitian.density",
    "sweep": "planaria.numerics.datasets.sweep",
}

__getattr__ = lazy_names(__name__, _HOMES)
