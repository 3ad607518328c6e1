"""The spectra by the words that model files and options have for them: a new one has its line here."""

from __future__ import annotations

from collections.abc import Mapping

from sympy import Symbol

from planaria.models.spectra.exponential import Exponential
from planaria.models.spectra.power_law import PowerLaw
from planaria.models.spectra.spectrum import Spectrum
from planaria.models.spectra.two_level import TwoLevel
from planaria.models.spectra.unit import UnitSpectrum

__all__ = ["SPECTRA", "named_spectrum"]

SPECTRA: Mapping[str, type[Spectrum]] = {one.kind: one for one in (PowerLaw, UnitSpectrum, Exponential, TwoLevel)}


def named_spectrum(kind: str, suffix: str = "") -> Spectrum:
    """The spectrum of a word, with the standard names of its parameters, all ending in a suffix.

    >>> named_spectrum("power-law", "_Lambda")
    PowerLaw(alpha=alpha_Lambda, scale=lambda_plus_Lambda)
    """
    one = SPECTRA[kind]

    def symbol(name: str) -> Symbol:
        sign = "real" if name in one.signed else "positive"
        return Symbol(one.standard[name][0] + suffix, **{sign: True})

    return one(**{name: symbol(name) for name in one.standard})
