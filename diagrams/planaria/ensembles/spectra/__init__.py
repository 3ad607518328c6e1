"""Spectra of deterministic matrices, one file each: eigenvalues, moments, asymptotics.

A new spectrum is a new file here, and its line in `known.py`. It is said here, without numbers: those are made in
`planaria.numerics.spectra`.
"""

from __future__ import annotations

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
