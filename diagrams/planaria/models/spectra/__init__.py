"""Spectra of deterministic matrices, one file each: eigenvalues, moments, asymptotics.

A new spectrum is a new file here, and its line in `known.py`. It is said here, without numbers: those are made in
`planaria.numerics.spectra`.
"""

from __future__ import annotations

from planaria.models.spectra.exponential import Exponential
from planaria.models.spectra.listed import Eigenvalues, check_eigenvalues
from planaria.models.spectra.power_law import PowerLaw
from planaria.models.spectra.spectrum import Spectrum, eigenvalue
from planaria.models.spectra.two_level import TwoLevel
from planaria.models.spectra.unit import UnitSpectrum

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
