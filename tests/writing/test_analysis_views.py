"""Analyses show themselves: LaTeX that is balanced, HTML, and text; and they travel."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from typing import Any
from xml.etree.ElementTree import fromstring

import pytest

from planaria import derive
from planaria.derivations import Derivation
from planaria.numerics.asymptotics.regimes import find_regimes
from planaria.numerics.asymptotics.scaling import scaling

LOSS = derive("random-features", "loss")
assert isinstance(LOSS, Derivation)
KINDS: dict[str, Callable[[], Any]] = {
    "derivative": lambda: LOSS.derivative(gamma=1),
    "series": lambda: LOSS.series(1, gamma=0)[0],
    "optimum": lambda: LOSS.optimum("gamma"),
    "scaling": lambda: scaling(LOSS, "N", "gamma=optimum, P/N=2, M=oo"),
    "regimes": lambda: find_regimes(LOSS, "N, gamma", "P=N, M=oo"),
    "form in z": lambda: LOSS.bulk(1),
    "sign": lambda: LOSS.sign("N"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_it_shows_itself_and_travels(kind: str) -> None:
    value = KINDS[kind]()
    block, shown = value.latex(345), value._repr_latex_()
    assert block.startswith("\\begin{align*}")
    assert shown.startswith("$$\n")
    for text in (block, shown):
        assert text.count("{") == text.count("}")
        assert "#" not in text
        assert text.count("\\begin") == text.count("\\end")
    fromstring(value._repr_html_())  # it is well-formed
    assert str(value)
    again = pickle.loads(pickle.dumps(value))
    assert again == value
    assert hash(again) == hash(value)
