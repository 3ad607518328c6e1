"""From a matrix expression to Feynman rules and ribbon graphs.

Names are loaded when they are used, so that the command can start without sympy.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from planaria.algebra.errors import InputError
    from planaria.diagrams.duality import Duality, dualities
    from planaria.diagrams.graphs.canonical import GraphClass, automorphisms, canonical_form, classes, isomorphic
    from planaria.diagrams.graphs.ribbon import RibbonGraph
    from planaria.diagrams.graphs.wick import expand
    from planaria.diagrams.irreducible.cuts import (
        irreducible_parts,
        ladder_kernels,
        one_particle_irreducible,
        skeleton,
        two_particle_irreducible,
    )
    from planaria.diagrams.irreducible.dyson import dyson_check
    from planaria.diagrams.irreducible.self_energy import kernels, self_energy, skeletons
    from planaria.diagrams.moments.moment import moment
    from planaria.diagrams.weights.planar_sums import planar_total, weigh_planar
    from planaria.models.model import Gaussian, Model
    from planaria.models.spectra import Eigenvalues, PowerLaw, UnitSpectrum
    from planaria.models.text.model_file import ModelFile, load_model_file

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
    "dyson_check",
    "expand",
    "irreducible_parts",
    "isomorphic",
    "kernels",
    "ladder_kernels",
    "load_model_file",
    "moment",
    "one_particle_irreducible",
    "planar_total",
    "self_energy",
    "skeleton",
    "skeletons",
    "two_particle_irreducible",
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
    "dyson_check": "dyson",
    "irreducible_parts": "irreducible",
    "kernels": "selfenergy",
    "ladder_kernels": "irreducible",
    "one_particle_irreducible": "irreducible",
    "self_energy": "selfenergy",
    "skeleton": "irreducible",
    "skeletons": "selfenergy",
    "two_particle_irreducible": "irreducible",
    "moment": "moments",
}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f"planaria.diagrams.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
