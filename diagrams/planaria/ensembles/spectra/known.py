"""The spectra by the words that model files and options have for them: a new one has its line here.

The words are known without sympy, since help and completion show them; a spectrum is loaded when it is looked up.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sympy import Symbol

    from planaria.ensembles.spectra.spectrum import Spectrum

__all__ = ["SPECTRA", "named_spectrum", "standard_symbol"]

# The module of each, and the class.
_HOMES: Mapping[str, tuple[str, str]] = {
    "power-law": ("power_law", "PowerLaw"),
    "identity": ("unit", "UnitSpectrum"),
    "exponential": ("exponential", "Exponential"),
    "two-level": ("two_level", "TwoLevel"),
}


class _Known(Mapping[str, "type[Spectrum]"]):
    """Spectra by their words, each loaded when it is looked up."""

    def __getitem__(self, kind: str) -> type[Spectrum]:
        module, name = _HOMES[kind]
        found: type[Spectrum] = getattr(import_module(f"planaria.ensembles.spectra.{module}"), name)
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(_HOMES)

    def __len__(self) -> int:
        return len(_HOMES)

    def __contains__(self, kind: object) -> bool:
        return kind in _HOMES


SPECTRA: Mapping[str, type[Spectrum]] = _Known()


def named_spectrum(kind: str, suffix: str = "") -> Spectrum:
    """The spectrum of a word, with the standard names of its parameters, all ending in a suffix.

    >>> named_spectrum("power-law", "_Lambda")
    PowerLaw(alpha=alpha_Lambda, scale=lambda_plus_Lambda)
    """
    one = SPECTRA[kind]
    return one(**{name: standard_symbol(one, name, suffix) for name in one.standard})


def standard_symbol(spectrum: type[Spectrum], name: str, suffix: str = "") -> Symbol:
    """The standard symbol of a parameter: a positive one, unless the parameter may have any sign.

    >>> standard_symbol(SPECTRA["two-level"], "lower").is_positive is None
    True
    """
    from sympy import Symbol  # whoever asks for a symbol has sympy; the words above do without

    sign = "real" if name in spectrum.signed else "positive"
    return Symbol(spectrum.standard[name][0] + suffix, **{sign: True})
