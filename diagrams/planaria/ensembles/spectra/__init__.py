"""Spectra of deterministic matrices, one file each: eigenvalues, moments, asymptotics.

A new spectrum is a new file here, and its line in `known.py`. It is said here, without numbers: those are made in
`planaria.numerics.spectra`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from planaria.ensembles.lazy import lazy_names

if TYPE_CHECKING:
    from planaria.ensembles.spectra.exponential import Exponential
    from planaria.ensembles.spectra.listed import Eigenvalues, check_eigenvalues
    from planaria.ensembles.spectra.power_law import PowerLaw
    from planaria.ensembles.spectra.spectrum import Spectrum, eigenvalue
    from planaria.ensembles.spectra.two_level import TwoLevel
    from planaria.ensembles.spectra.unit import UnitSpectrum

__all__ = [
    "Eigenvalues",
    "Exponential",
    "PowerLaw",
    "Spectrum",
    "TwoLevel",
    "UnitSpectrum",
    "check_eigenvalues",
    "eigenvalue",
]

# Loaded when they are used: the words for spectra, in `known.py`, are wanted before sympy is.
_HOMES = {
    "Exponential": "exponential",
    "Eigenvalues": "listed",
    "check_eigenvalues": "listed",
    "PowerLaw": "power_law",
    "Spectrum": "spectrum",
    "eigenvalue": "spectrum",
    "TwoLevel": "two_level",
    "UnitSpectrum": "unit",
}
__getattr__ = lazy_names(__name__, {name: f"{__name__}.{home}" for name, home in _HOMES.items()})
