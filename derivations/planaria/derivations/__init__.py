"""From Feynman rules to Schwinger-Dyson equations and closed forms.

Names are loaded when they are used: the built-in models can be listed without sympy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from planaria.derivations.derive import Derivation, derive

__all__ = ["Derivation", "derive"]


def __getattr__(name: str) -> Any:
    if name in __all__:
        # importlib, since the submodule `derive` and the function share a name
        from importlib import import_module

        module = import_module("planaria.derivations.derive")
        globals().update(Derivation=module.Derivation, derive=module.derive)
        return globals()[name]
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
