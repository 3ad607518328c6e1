"""Regimes, held against the table of arXiv:2405.19398 (Zhang) with cone and prefactor, and drawn."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from mpmath import mp, mpf
from sympy import Expr

from planaria import derive
from planaria.algebra.errors import InputError
from planaria.derivations import Derivation
from planaria.numerics.asymptotics.regimes import Regimes, find_regimes
from planaria.writing.plots.regimes import phase_section, write_phase_diagram

NUMBERS = {"alpha": "0.8", "lambda_plus": "1.3", "sigma_u": "0.7", "sigma_w": "1.9", "C": "2", "M": "1e9"}
NUMBERS |= {"N": "2000", "P": "7e6", "gamma": "3e-3"}


@pytest.fixture(scope="module")
def loss() -> Derivation:
    found = derive("random-features", "loss")
    assert isinstance(found, Derivation)
    return found


@pytest.fixture(scope="module")
def found(loss: Derivation) -> Regimes:
    return find_regimes(loss, "N, P, gamma", "M=oo")


def number(formula: Expr) -> mpf:
    return mpf(str(formula.evalf(30, subs={s: NUMBERS[str(s)] for s in formula.free_symbols})))


def literature() -> dict[str, mpf]:
    n = {name: mpf(value) for name, value in NUMBERS.items()}
    a, s, u2 = n["alpha"], 1 + n["alpha"], n["sigma_u"] ** 2
    rho = (mp.pi / s) / mp.sin(mp.pi / s)
    clean, top = n["C"] * n["sigma_w"] ** 2 / (2 * n["M"]), n["lambda_plus"]
    large = (n["gamma"] * n["M"] / (u2 * top * n["N"] * n["P"])) ** (a / s)
    return {
        "few features": clean * top * rho**s * n["N"] ** -a,
        "few samples": clean * top * rho**s * n["P"] ** -a,
        "large ridge": clean * rho * top / s * large,
        "no learning": clean * top * mp.zeta(s),
    }


def test_the_regimes_are_those_of_the_literature(found: Regimes) -> None:
    with mp.workdps(30):
        values = [number(one.value.subs(dict(one.constants))) for one in found.regimes]
        for expected in literature().values():
            assert sum(abs(value / expected - 1) < 1e-15 for value in values) == 1
    assert len(found.regimes) == 4
    assert all(abs(one.ratio - 1) < 0.02 for one in found.regimes)


def test_every_direction_is_in_one_regime(found: Regimes) -> None:
    """Sizes grow, the ridge goes anywhere: at M = oo the four regimes leave nothing out, and do not overlap."""
    for direction in np.random.default_rng(5).uniform((0.01, 0.01, -3), (1, 1, 3), (300, 3)):
        inside = sum(one.cone.contains(direction) for one in found.regimes)
        assert inside == 1


def test_crossovers(found: Regimes) -> None:
    between = {one.between: one for one in found.crossovers}
    order = {str(sorted(map(str, one.exponents))): n for n, one in enumerate(found.regimes, 1)}
    features, samples = order["['N']"], order["['P']"]
    one = between[min(features, samples), max(features, samples)]
    assert {str(one.symbol), str(one.at)} == {"N", "P"}
    assert len(found.crossovers) == 4


def test_equal_sizes_have_their_own_regime(loss: Derivation) -> None:
    """Ridgeless at N = P: N^2 Delta_0^(3/2) gamma^(-1/2), where the leading order cancels."""
    equal = find_regimes(loss, "N, gamma", "P=N, M=oo")
    exponents = [{str(s): str(e) for s, e in one.exponents.items()} for one in equal.regimes]
    assert {"N": "1/2 - 3*alpha/2", "gamma": "-1/2"} in exponents
    assert len(exponents) == 3


def test_the_phase_diagram(found: Regimes, tmp_path: Path) -> None:
    x, y, grid = phase_section(found)
    assert set(np.unique(grid)) == {0, 1, 2, 3}
    for number_of, regime in enumerate(found.regimes):
        rows, columns = np.nonzero(grid == number_of)
        assert regime.cone.contains((1.0, float(x[columns[0]]), float(y[rows[0]])))
    write_phase_diagram(tmp_path / "phases.svg", found)
    text = (tmp_path / "phases.svg").read_text(encoding="utf-8")
    assert "<svg" in text
    assert len(text) > 5000


@pytest.mark.parametrize(
    ("symbols", "given", "words"),
    [
        ("N, Q", "M=oo", "no parameter or dimension 'Q'"),
        ("", "M=oo", "is no list of symbols"),
        ("N, N", "M=oo", "is no list of symbols"),
        ("N", "gamma=0, M=oo", "only the size of the spectrum"),
        ("N, P", "P=N, M=oo", "is among the symbols"),
        ("N, M", "P=N", "is the number of eigenvalues"),
    ],
)
def test_bad_questions(loss: Derivation, symbols: str, given: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        find_regimes(loss, symbols, given)
