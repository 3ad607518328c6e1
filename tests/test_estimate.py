"""An estimate among other numbers: what Python, numpy and formats do with numbers, they do with it."""

from __future__ import annotations

import math
from fractions import Fraction
from numbers import Number
from typing import Any

import numpy as np
import pytest
from mpmath import mp, mpf
from sympy import Symbol

import planaria as pl
from planaria.ensembles.verdicts.statuses import Status

# (sqrt(3) - 1)/2, the resolvent of square matrices at ridge 2
TEXT = "0.36602540378443864676372317075293618347140262690519"


@pytest.fixture(scope="module")
def estimate() -> pl.Estimate:
    return pl.derive("marchenko-pastur", "resolvent").evaluate(N=1, P=1, gamma=2, digits=50)


@pytest.mark.parametrize(
    ("specification", "text"),
    [
        ("", TEXT),
        (".3e", "3.660e-01"),
        (".3g", "0.366"),
        (".2%", "36.60%"),
        ("10.4f", "    0.3660"),
        ("+.2f", "+0.37"),
        (".40f", "0.3660254037844386467637231707529361834714"),
        (".30e", "3.660254037844386467637231707529e-1"),
        (">60", TEXT.rjust(60)),
    ],
)
def test_formats_keep_the_digits_that_they_ask_for(estimate: pl.Estimate, specification: str, text: str) -> None:
    assert format(estimate, specification) == text


def test_formats_are_those_of_floats(estimate: pl.Estimate) -> None:
    for specification in (".3e", ".10E", ".3g", ".5f", "12.3e", "<12.3g", "+.3e", "08.2f", ".1%"):
        assert format(estimate, specification) == format(float(estimate), specification)
    assert "%.3f" % estimate == "0.366"  # noqa: UP031
    with pytest.raises(ValueError, match="format"):
        format(estimate, "d")
    for special in ("inf", "-inf", "nan"):
        one = pl.Estimate(mpf(special), mpf(0), (), Status.INFINITE, {}, mpf(0), 20)
        assert f"{one:.3f} {one:.2e}" == f"{special} {special}"
    tiny = pl.Estimate(mpf("1.5e-400"), mpf(0), (), Status.VERIFIED, {}, mpf(0), 20)
    assert f"{tiny:.2e}" == "1.50e-400"


def test_whole_numbers_and_remainders(estimate: pl.Estimate) -> None:
    large = pl.Estimate(mpf(10) ** 30 + mpf("0.5"), mpf(0), (), Status.VERIFIED, {}, mpf(0), 40)
    with mp.workdps(60):
        exact = pl.Estimate(mpf(10) ** 30 + mpf("0.5"), mpf(0), (), Status.VERIFIED, {}, mpf(0), 40)
    assert int(exact) == math.trunc(exact) == math.floor(exact) == round(exact) == 10**30
    assert math.ceil(exact) == 10**30 + 1
    assert int(large) == int(large.value)
    assert str(round(estimate, 5)) == "0.36603"
    assert (round(estimate), int(estimate), math.ceil(estimate)) == (0, 0, 1)
    with mp.workdps(50):
        assert mp.almosteq(round(estimate, 40), mpf(TEXT[:42]))
        assert mp.almosteq(estimate % Fraction(1, 10), mpf(TEXT) - mpf(3) / 10)
        assert mp.almosteq(1 % estimate, 1 - 2 * mpf(TEXT))
    assert (estimate // 0.1, 1 // estimate, -1 // estimate) == (3, 2, -3)
    assert divmod(1, estimate) == (1 // estimate, 1 % estimate)
    assert divmod(estimate, 0.25) == (estimate // 0.25, estimate % 0.25)


def test_numpy_takes_it_for_a_float(estimate: pl.Estimate) -> None:
    number, row = float(estimate), np.arange(3)
    for function in (np.log, np.sqrt, np.exp, np.isfinite):
        assert function(estimate) == function(number)
    pairs: list[tuple[Any, Any]] = [
        (estimate * row, number * row),
        (row * estimate, row * number),
        (estimate + row, number + row),
        (row - estimate, row - number),
        (estimate**row, number**row),
        (row / estimate, row / number),
        (row // estimate, row // number),
        (estimate < row, number < row),
        (row <= estimate, row <= number),
        (np.array([estimate, estimate]), np.array([number, number])),
    ]
    for mine, theirs in pairs:
        assert isinstance(mine, np.ndarray)
        assert mine.dtype == theirs.dtype
        assert np.array_equal(mine, theirs)
    assert np.array(estimate, dtype=object)[()] == estimate.value
    assert np.asarray(estimate, dtype=np.float32).dtype == np.float32
    with pytest.raises(ValueError, match="share"):
        np.asarray(estimate, copy=False)


def test_it_is_a_number_and_says_what_is_none(estimate: pl.Estimate) -> None:
    assert isinstance(estimate, Number)
    assert np.isscalar(estimate)
    assert (estimate * Symbol("x")).has(Symbol("x"))
    with pytest.raises(TypeError, match="unsupported operand"):
        estimate + None
    with pytest.raises(TypeError, match="not supported between"):
        estimate < "a"  # noqa: B015


def test_a_complex_one_is_formatted_as_complex_numbers_are() -> None:
    found = pl.derive("wigner", "resolvent").evaluate(N=10, z=1 + 1j)
    assert f"{found:.3f}" == "0.257-0.529j"
    assert f"{found:>20.2e}" == format(complex(found), ">20.2e")
