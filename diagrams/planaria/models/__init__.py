"""Models: the laws of Gaussian fields, the spectra of deterministic matrices, text in and out, named models.

What a model says is here, with every check of it; what follows from it (diagrams, equations, numbers) is not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from planaria.models.lazy import lazy_names

if TYPE_CHECKING:
    from planaria.models.library import load_model, model_names
    from planaria.models.model import Gaussian, Model
    from planaria.models.spectra import Eigenvalues, Exponential, PowerLaw, TwoLevel, UnitSpectrum
    from planaria.models.text.model_file import ModelFile, load_model_file

__all__ = [
    "Eigenvalues",
    "Exponential",
    "Gaussian",
    "Model",
    "ModelFile",
    "PowerLaw",
    "TwoLevel",
    "UnitSpectrum",
    "load_model",
    "load_model_file",
    "model_names",
]

_HOMES = {
    "Eigenvalues": "planaria.models.spectra",
    "Exponential": "planaria.models.spectra",
    "Gaussian": "planaria.models.model",
    "Model": "planaria.models.model",
    "ModelFile": "planaria.models.text.model_file",
    "PowerLaw": "planaria.models.spectra",
    "TwoLevel": "planaria.models.spectra",
    "UnitSpectrum": "planaria.models.spectra",
    "load_model": "planaria.models.library",
    "load_model_file": "planaria.models.text.model_file",
    "model_names": "planaria.models.library",
}

__getattr__ = lazy_names(__name__, _HOMES)
