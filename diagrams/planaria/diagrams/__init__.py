"""From a matrix expression to Feynman rules and ribbon graphs.

Names are loaded when they are used, so that the command can start without sympy.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from planaria.diagrams.errors import InputError
    from planaria.diagrams.model import Gaussian, Model
    from planaria.diagrams.modelfile import ModelFile, load_model_file
    from planaria.diagrams.moments import moment
    from planaria.diagrams.ribbon import RibbonGraph
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
    "expand",
    "load_model_file",
    "moment",
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
    "expand": "wick",
    "load_model_file": "modelfile",
    "moment": "moments",
}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f"planaria.diagrams.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
