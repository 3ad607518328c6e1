"""Planar diagrams, Schwinger-Dyson equations and checked closed forms for models made of Gaussian matrices.

This is the front door; what it leads to lives on the floors below it, and is loaded when it is used.

>>> import planaria as pl
>>> result = pl.derive("marchenko-pastur", "resolvent")
>>> print(result.evaluate(N=1, P=1, gamma=2, digits=20))
0.36602540378443864676
"""

from pkgutil import extend_path
from typing import TYPE_CHECKING

__path__ = extend_path(__path__, __name__)

from planaria.ensembles.lazy import lazy_names
from planaria.ensembles.shown import tell_ipython

if TYPE_CHECKING:
    from planaria.algebra.errors import InputError
    from planaria.derivations.asked import derive
    from planaria.derivations.compared import Comparison
    from planaria.derivations.derivation import Derivation
    from planaria.derivations.log_determinants import LogDetDerivation
    from planaria.derivations.matrix_valued import MatrixDerivation
    from planaria.diagrams.duality import Duality, dualities
    from planaria.diagrams.expansion import Diagrams, expand
    from planaria.diagrams.graphs.canonical import classes, isomorphic
    from planaria.diagrams.graphs.ribbon import RibbonGraph, diagram
    from planaria.diagrams.moments.moment import moment
    from planaria.diagrams.networks.flags import edge_match, node_match
    from planaria.ensembles.estimate import Estimate, Simulation
    from planaria.ensembles.evidence import Check
    from planaria.ensembles.library import load_model, models
    from planaria.ensembles.model import Gaussian, Model
    from planaria.ensembles.spectra import Eigenvalues, Exponential, PowerLaw, TwoLevel, UnitSpectrum
    from planaria.ensembles.text.log_determinant import LogDet, logdet
    from planaria.ensembles.text.model_data import ModelFile
    from planaria.numerics.datasets.sweep import sweep
    from planaria.numerics.evidence.checks import check
    from planaria.numerics.nonhermitian.density import plane_density
    from planaria.numerics.nonhermitian.values import PlaneDensity
    from planaria.numerics.simulation.simulate import simulate
    from planaria.numerics.solving.evaluate import evaluate
    from planaria.numerics.spectral.density import density
    from planaria.numerics.spectral.values import Density
    from planaria.numerics.sweeps.arrays import evaluate_array

_HOMES = {
    "Check": "planaria.ensembles.evidence",
    "Comparison": "planaria.derivations.compared",
    "Density": "planaria.numerics.spectral.values",
    "Derivation": "planaria.derivations.derivation",
    "Diagrams": "planaria.diagrams.expansion",
    "Duality": "planaria.diagrams.duality",
    "Eigenvalues": "planaria.ensembles.spectra",
    "Estimate": "planaria.ensembles.estimate",
    "Exponential": "planaria.ensembles.spectra",
    "Gaussian": "planaria.ensembles.model",
    "InputError": "planaria.algebra.errors",
    "LogDet": "planaria.ensembles.text.log_determinant",
    "LogDetDerivation": "planaria.derivations.log_determinants",
    "MatrixDerivation": "planaria.derivations.matrix_valued",
    "Model": "planaria.ensembles.model",
    "ModelFile": "planaria.ensembles.text.model_data",
    "PlaneDensity": "planaria.numerics.nonhermitian.values",
    "PowerLaw": "planaria.ensembles.spectra",
    "RibbonGraph": "planaria.diagrams.graphs.ribbon",
    "Simulation": "planaria.ensembles.estimate",
    "TwoLevel": "planaria.ensembles.spectra",
    "UnitSpectrum": "planaria.ensembles.spectra",
    "check": "planaria.numerics.evidence.checks",
    "classes": "planaria.diagrams.graphs.canonical",
    "density": "planaria.numerics.spectral.density",
    "derive": "planaria.derivations.asked",
    "diagram": "planaria.diagrams.graphs.ribbon",
    "dualities": "planaria.diagrams.duality",
    "edge_match": "planaria.diagrams.networks.flags",
    "evaluate": "planaria.numerics.solving.evaluate",
    "evaluate_array": "planaria.numerics.sweeps.arrays",
    "expand": "planaria.diagrams.expansion",
    "isomorphic": "planaria.diagrams.graphs.canonical",
    "load_model": "planaria.ensembles.library",
    "logdet": "planaria.ensembles.text.log_determinant",
    "models": "planaria.ensembles.library",
    "moment": "planaria.diagrams.moments.moment",
    "node_match": "planaria.diagrams.networks.flags",
    "plane_density": "planaria.numerics.nonhermitian.density",
    "simulate": "planaria.numerics.simulation.simulate",
    "sweep": "planaria.numerics.datasets.sweep",
}

__all__ = [
    "Check",
    "Comparison",
    "Density",
    "Derivation",
    "Diagrams",
    "Duality",
    "Eigenvalues",
    "Estimate",
    "Exponential",
    "Gaussian",
    "InputError",
    "LogDet",
    "LogDetDerivation",
    "MatrixDerivation",
    "Model",
    "ModelFile",
    "PlaneDensity",
    "PowerLaw",
    "RibbonGraph",
    "Simulation",
    "TwoLevel",
    "UnitSpectrum",
    "check",
    "classes",
    "density",
    "derive",
    "diagram",
    "dualities",
    "edge_match",
    "evaluate",
    "evaluate_array",
    "expand",
    "isomorphic",
    "load_model",
    "logdet",
    "models",
    "moment",
    "node_match",
    "plane_density",
    "simulate",
    "sweep",
]

__getattr__ = lazy_names(__name__, _HOMES)

tell_ipython()


def __dir__() -> list[str]:
    return __all__
