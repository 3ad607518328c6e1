"""From Feynman rules to Schwinger-Dyson equations and closed forms.

Names are loaded when they are used: the built-in models can be listed without sympy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from planaria.derivations.derivation import Derivation
    from planaria.derivations.derive import derive

__all__ = ["Derivation", "derive"]


def __getattr__(name: str) -> Any:
    if name in __all__:
        from planaria.derivations import derivation

        return getattr(derivation, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
