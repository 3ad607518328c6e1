"""From a matrix expression to Feynman rules and ribbon graphs.

Names are loaded when they are used, so that the command can start without sympy.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from planaria.diagrams.dyson import dyson_check
    from planaria.diagrams.errors import InputError
    from planaria.diagrams.irreducible import (
        irreducible_parts,
        ladder_kernels,
        one_particle_irreducible,
        skeleton,
        two_particle_irreducible,
    )
    from planaria.diagrams.model import Gaussian, Model
    from planaria.diagrams.modelfile import ModelFile, load_model_file
    from planaria.diagrams.ribbon import RibbonGraph
    from planaria.diagrams.selfenergy import kernels, self_energy, skeletons
    from planaria.diagrams.spectra import Eigenvalues, PowerLaw, UnitSpectrum
    from planaria.diagrams.wick import expand

__all__ = [
    "Eigenvalues",
    "Gaussian",
    "InputError",
    "Model",
    "ModelFile",
    "PowerLaw",
    "RibbonGraph",
    "UnitSpectrum",
    "dyson_check",
    "expand",
    "irreducible_parts",
    "kernels",
    "ladder_kernels",
    "load_model_file",
    "one_particle_irreducible",
    "self_energy",
    "skeleton",
    "skeletons",
    "two_particle_irreducible",
]

_HOMES = {
    "Eigenvalues": "spectra",
    "Gaussian": "model",
    "InputError": "errors",
    "Model": "model",
    "ModelFile": "modelfile",
    "PowerLaw": "spectra",
    "RibbonGraph": "ribbon",
    "UnitSpectrum": "spectra",
    "dyson_check": "dyson",
    "expand": "wick",
    "irreducible_parts": "irreducible",
    "kernels": "selfenergy",
    "ladder_kernels": "irreducible",
    "load_model_file": "modelfile",
    "one_particle_irreducible": "irreducible",
    "self_energy": "selfenergy",
    "skeleton": "irreducible",
    "skeletons": "selfenergy",
    "two_particle_irreducible": "irreducible",
}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f"planaria.diagrams.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
