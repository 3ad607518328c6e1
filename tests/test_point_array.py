"""Arrays that know how far their numbers are known: as arrays, and with what they know."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest
from sympy import Identity, MatrixSymbol, Symbol, Trace, symbols

import planaria as pl
from planaria.derivations import derive
from planaria.diagrams import Gaussian, Model
from planaria.ensembles.points import PointArray, PointStatus

OK, OUT = PointStatus.OK, PointStatus.NOT_SOLVED
VALUES = np.array([[1.0, 2.0, 3.0], [4.0, np.nan, 6.0]])
FOUND = PointArray.of(VALUES, 1e-12 * VALUES, [[OK, OK, OK], [OK, OUT, OK]])


def test_it_counts_as_its_values() -> None:
    assert isinstance(FOUND, np.ndarray)
    for plain in (FOUND + 1, 2 * FOUND, np.log(FOUND), FOUND.round(1), np.nan_to_num(FOUND), -FOUND, FOUND > 2):
        assert type(plain) is np.ndarray
    assert np.array_equal(FOUND + 1, VALUES + 1, equal_nan=True)
    assert np.nanmax(FOUND) == 6
    assert FOUND[0].max() == 3
    assert int(FOUND[0].argmin()) == 0
    assert FOUND[0].tolist() == [1, 2, 3]
    assert FOUND[0] == pytest.approx([1, 2, 3])
    assert isinstance(FOUND[0, 0], float)
    assert FOUND.values is not FOUND
    assert type(np.concatenate([FOUND.values, FOUND.values])) is np.ndarray


def test_parts_keep_what_is_known() -> None:
    assert FOUND[1].status.tolist() == [OK, OUT, OK]
    assert FOUND[:, 1:].errors[0].tolist() == [2e-12, 3e-12]
    assert FOUND.T.status[1, 1] is OUT
    assert FOUND.reshape(6).status[4] is OUT
    assert FOUND.ravel()[np.isfinite(FOUND.ravel())].status.tolist() == [OK] * 5
    assert [row.status[1] for row in FOUND] == [OK, OUT]
    for again in (pickle.loads(pickle.dumps(FOUND)), copy.deepcopy(FOUND), FOUND.copy()):
        assert np.array_equal(again.values, VALUES, equal_nan=True)
        assert again.status[1, 1] is OUT
        assert again.errors[0, 1] == 2e-12


def test_every_status_has_a_remedy() -> None:
    assert not OK.remedy
    assert all(one.remedy and one.meaning for one in PointStatus if one is not OK)


def test_errors_are_no_less_than_what_is_wrong() -> None:
    result = pl.derive("random-features", "loss")
    scales = {"sigma_u": 1, "sigma_w": 1, "lambda_plus": 1, "alpha": 0.8, "M": 60}
    ridges = [1e-9, 1e-6, 1e-3, 1.0, 1e3]
    found = result.evaluate_array(scales, N=20, P=[[30], [20]], gamma=ridges)
    assert found.status.ravel().tolist() == [OK] * 10
    for row, P in zip(found, (30, 20), strict=True):
        for value, error, ridge in zip(row.values, row.errors, ridges, strict=True):
            right = float(result.evaluate({**scales, "N": 20, "P": P, "gamma": ridge}, digits=20).value)
            assert abs(value - right) <= error <= 1.1e-10 * abs(value)


def test_why_there_is_no_number() -> None:
    N, P, gamma = symbols("N P gamma", positive=True)
    shift, z = symbols("c z", positive=True)
    x, h = MatrixSymbol("x", N, P), MatrixSymbol("h", N, N)
    model = Model([Gaussian(x, variance=(shift - 1) / P)])
    result = derive(Trace((gamma * Identity(N) + x * x.T).inv()), model)
    found = result.evaluate_array({"N": 3, "P": 4, "gamma": 1}, c=[2.0, 0.5])
    assert found.status.tolist() == [OK, PointStatus.NO_LAW]
    assert np.isnan(found.values).tolist() == np.isnan(found.errors).tolist() == [False, True]
    wigner = derive(Trace((z * Identity(N) - h).inv()) / N, Model([Gaussian(h, variance=1 / N, kind="hermitian")]))
    found = wigner.evaluate_array({"N": 50}, z=[3.0, 1.0])
    assert found.status.tolist() == [OK, PointStatus.PATH_ENDS]
    assert found[0] == pytest.approx((3 - 5**0.5) / 2, rel=1e-12)
    assert Symbol("z", positive=True) == z
    g = MatrixSymbol("g", N, N)
    ginibre = derive(Trace((z * Identity(N) - g).inv()) / N, Model([Gaussian(g, variance=1 / N)]))
    found = ginibre.evaluate_array({"N": 50}, z=[2.0, 0.5])  # 1/z inside of the disc is a value of no matrix
    assert found.status.tolist() == [OK, PointStatus.IN_THE_SPECTRUM]


def test_sweeps_over_what_spectra_depend_on() -> None:
    """Exponent, scale and size at once, in any order, and the variance of the features, in which the size is."""
    result = pl.derive("random-features", "loss")
    rows = [(0.8, 1.0, 60), (0.5, 2.0, 60), (0.8, 1.0, 40), (1.5, 1.0, 200), (0.8, 1.0, 60)]
    alpha, scale, M = zip(*rows, strict=True)
    scales = {"sigma_u": 1, "sigma_w": 1, "N": 20}
    found = result.evaluate_array(scales, alpha=alpha, lambda_plus=scale, M=M, P=[[30], [20]], gamma=1e-3)
    assert found.shape == (2, 5)
    for row, P in zip(found, (30, 20), strict=True):
        for value, (a, s, m) in zip(row.values, rows, strict=True):
            right = result.evaluate(scales, alpha=a, lambda_plus=s, M=m, P=P, gamma=1e-3, digits=20)
            assert value == pytest.approx(float(right.value), rel=1e-9)


def test_a_pole_among_positive_eigenvalues_is_not_merged_over() -> None:
    """A resolvent beside many positive eigenvalues: their merged sums have no bound there, so all are taken."""
    N, z = symbols("N z", positive=True)
    A, h = MatrixSymbol("A", N, N), MatrixSymbol("h", N, N)
    result = derive(
        Trace((z * Identity(N) - A - h).inv()) / N,
        Model([Gaussian(h, variance=1 / (10**6 * N), kind="hermitian")]),
    )
    eigenvalues = [round(1 + k / 400, 4) for k in range(401)]
    found = result.evaluate_array({A: eigenvalues}, z=[2.005, 2.02])
    for value, at in zip(found.values, ("2.005", "2.02"), strict=True):
        right = result.evaluate({A: eigenvalues}, z=at, digits=20)
        assert value == pytest.approx(float(right.value), rel=1e-10)


def test_sizes_of_lists_cannot_be_swept() -> None:
    result = pl.derive("random-features", "resolvent")
    with pytest.raises(pl.InputError, match="eigenvalues are given one by one"):
        result.evaluate_array({"Lambda": [1, 2], "sigma_u": 1, "N": 4, "P": 4, "gamma": 1}, M=[2, 3])
