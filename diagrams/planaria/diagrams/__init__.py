"""From a matrix expression to Feynman rules and ribbon graphs."""

from planaria.diagrams.errors import InputError
from planaria.diagrams.model import Gaussian, Model
from planaria.diagrams.spectra import Eigenvalues, PowerLaw, UnitSpectrum

__all__ = ["Eigenvalues", "Gaussian", "InputError", "Model", "PowerLaw", "UnitSpectrum"]
