"""From a matrix expression to Feynman rules and ribbon graphs.

Names are loaded when they are used, so that the command can start without sympy.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from planaria.diagrams.canonical import GraphClass, automorphisms, canonical_form, classes, isomorphic
    from planaria.diagrams.duality import Duality, dualities
    from planaria.diagrams.errors import InputError
    from planaria.diagrams.model import Gaussian, Model
    from planaria.diagrams.modelfile import ModelFile, load_model_file
    from planaria.diagrams.planar import planar_total, weigh_planar
    from planaria.diagrams.ribbon import RibbonGraph
    from planaria.diagrams.spectra import Eigenvalues, PowerLaw, UnitSpectrum
    from planaria.diagrams.wick import expand

__all__ = [
    "Duality",
    "Eigenvalues",
    "Gaussian",
    "GraphClass",
    "InputError",
    "Model",
    "ModelFile",
    "PowerLaw",
    "RibbonGraph",
    "UnitSpectrum",
    "automorphisms",
    "canonical_form",
    "classes",
    "dualities",
    "expand",
    "isomorphic",
    "load_model_file",
    "planar_total",
    "weigh_planar",
]

_HOMES = {
    "Duality": "duality",
    "Eigenvalues": "spectra",
    "Gaussian": "model",
    "GraphClass": "canonical",
    "InputError": "errors",
    "Model": "model",
    "ModelFile": "modelfile",
    "PowerLaw": "spectra",
    "RibbonGraph": "ribbon",
    "UnitSpectrum": "spectra",
    "dualities": "duality",
    "automorphisms": "canonical",
    "canonical_form": "canonical",
    "classes": "canonical",
    "expand": "wick",
    "isomorphic": "canonical",
    "load_model_file": "modelfile",
    "planar_total": "planar",
    "weigh_planar": "planar",
}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f"planaria.diagrams.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
