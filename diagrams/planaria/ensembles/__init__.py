"""Models: the laws of Gaussian fields, the spectra of deterministic matrices, text in and out, named models.

What a model says is here, with every check of it; what follows from it (diagrams, equations, numbers) is not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from planaria.ensembles.lazy import lazy_names

if TYPE_CHECKING:
    from planaria.ensembles.library import load_model, model_names
    from planaria.ensembles.model import Gaussian, Model
    from planaria.ensembles.spectra import Eigenvalues, Exponential, PowerLaw, TwoLevel, UnitSpectrum
    from planaria.ensembles.text.model_file import ModelFile, load_model_file

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
    "Eigenvalues": "planaria.ensembles.spectra",
    "Exponential": "planaria.ensembles.spectra",
    "Gaussian": "planaria.ensembles.model",
    "Model": "planaria.ensembles.model",
    "ModelFile": "planaria.ensembles.text.model_file",
    "PowerLaw": "planaria.ensembles.spectra",
    "TwoLevel": "planaria.ensembles.spectra",
    "UnitSpectrum": "planaria.ensembles.spectra",
    "load_model": "planaria.ensembles.library",
    "load_model_file": "planaria.ensembles.text.model_file",
    "model_names": "planaria.ensembles.library",
}

__getattr__ = lazy_names(__name__, _HOMES)
