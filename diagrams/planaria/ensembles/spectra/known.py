"""The spectra by the words that model files and options have for them: a new one has its line here."""

from __future__ import annotations

from collections.abc import Mapping

from sympy import Symbol

from planaria.ensembles.spectra.exponential import Exponential
from planaria.ensembles.spectra.power_law import PowerLaw
from planaria.ensembles.spectra.spectrum import Spectrum
from planaria.ensembles.spectra.two_level import TwoLevel
from planaria.ensembles.spectra.unit import UnitSpectrum

__all__ = ["SPECTRA", "named_spectrum", "standard_symbol"]

SPECTRA: Mapping[str, type[Spectrum]] = {one.kind: one for one in (PowerLaw, UnitSpectrum, Exponential, TwoLevel)}


def named_spectrum(kind: str, suffix: str = "") -> Spectrum:
    """The spectrum of a word, with the standard names of its parameters, all ending in a suffix.

    >>> named_spectrum("power-law", "_Lambda")
    PowerLaw(alpha=alpha_Lambda, scale=lambda_plus_Lambda)
    """
    one = SPECTRA[kind]
    return one(**{name: standard_symbol(one, name, suffix) for name in one.standard})


def standard_symbol(spectrum: type[Spectrum], name: str, suffix: str = "") -> Symbol:
    """The standard symbol of a parameter: a positive one, unless the parameter may have any sign.

    >>> standard_symbol(TwoLevel, "lower").is_positive is None
    True
    """
    sign = "real" if name in spectrum.signed else "positive"
    return Symbol(spectrum.standard[name][0] + suffix, **{sign: True})
