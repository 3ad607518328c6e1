"""Eigenvalues of declared spectra against independent arithmetic; files good and bad."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from mpmath import mp, mpf
from sympy import Integer, Rational, Symbol, pi, sqrt, symbols

from planaria.algebra.errors import InputError
from planaria.ensembles.spectra import Eigenvalues, PowerLaw, UnitSpectrum
from planaria.numerics.spectra import (
    eigenvalues,
    eigenvalues_mp,
    exact_number,
)
from planaria.numerics.spectrum_files import read_data_file, read_spectrum_file

ALPHA, SCALE = symbols("alpha lambda_plus", positive=True)
POWER = PowerLaw()


def test_power_law_in_double_precision() -> None:
    numbers = eigenvalues(POWER, 50, {ALPHA: 0.8, SCALE: 2.5})
    assert numbers.dtype == np.float64
    assert numbers.shape == (50,)
    for index, number in enumerate(numbers, start=1):
        assert number == pytest.approx(2.5 * index ** (-1.8), rel=1e-14)


@pytest.mark.parametrize("alpha", ["0.8", 0.8, Fraction(4, 5), Rational(4, 5), Decimal("0.8")])
def test_power_law_has_every_digit(alpha: object) -> None:
    """I**-(9/5) is the fifth root of I**-9: an oracle without logarithms; 0.8 means 4/5."""
    with mp.workdps(60):
        numbers = eigenvalues_mp(POWER, 400, {ALPHA: alpha, SCALE: 1})
        with mp.workdps(90):
            for index, number in enumerate(numbers, start=1):
                exact = mp.root(mpf(1) / mpf(index) ** 9, 5)
                assert abs(number / exact - 1) < mpf(10) ** -59


def test_precision_is_the_callers() -> None:
    before = mp.prec
    with mp.workdps(30):
        short = eigenvalues_mp(POWER, 3, {ALPHA: 1, SCALE: pi})[2]
        assert abs(short - mp.pi / 9) < mpf(10) ** -29
    assert mp.prec == before


def test_renamed_parameters_and_expressions() -> None:
    beta = Symbol("beta", positive=True)
    spectrum = PowerLaw(alpha=beta / 2, scale=Integer(3))
    assert eigenvalues(spectrum, 2, {beta: 2}).tolist() == [3.0, 0.75]
    assert eigenvalues_mp(spectrum, 2, {beta: 2}) == [3, mpf("0.75")]


def test_unit_and_listed_spectra() -> None:
    assert eigenvalues(UnitSpectrum(), 3, {}).tolist() == [1.0, 1.0, 1.0]
    assert eigenvalues_mp(UnitSpectrum(), 2, {}) == [1, 1]
    listed = Eigenvalues.of(["1/3", 0])
    assert eigenvalues(listed, 2, {}).tolist() == [1 / 3, 0.0]
    with mp.workdps(50):
        assert eigenvalues_mp(listed, 2, {}) == [mpf(1) / 3, 0]


@pytest.mark.parametrize(
    ("spectrum", "size", "values", "message"),
    [
        (Eigenvalues.of([1, 2, 3]), 4, {}, "given eigenvalues is 3, but the size of the space is 4"),
        (UnitSpectrum(), 0, {}, "size of the space is 0"),
        (UnitSpectrum(), True, {}, "size of the space is True"),
        (UnitSpectrum(), 2.5, {}, "size of the space is 2.5"),
        (POWER, 3, {ALPHA: 1}, "parameter lambda_plus has no value; give lambda_plus a value"),
        (POWER, 3, {Symbol("alpha"): 1, SCALE: 1}, "'alpha' is given, but is no such symbol"),
        (POWER, 3, {ALPHA: 0, SCALE: 1}, "power law's alpha is 0, not a positive number"),
        (POWER, 3, {ALPHA: 1, SCALE: -2}, "scale = lambda_plus is -2"),
        (POWER, 3, {ALPHA: 1j, SCALE: 1}, "power law's alpha is I"),
        (POWER, 3, {ALPHA: float("nan"), SCALE: 1}, "alpha: nan is not a finite number"),
        ("power-law", 3, {}, "'power-law' is not a spectrum"),
    ],
)
@pytest.mark.parametrize("function", [eigenvalues, eigenvalues_mp])
def test_bad_requests(function: Any, spectrum: Any, size: Any, values: Any, message: str) -> None:
    with pytest.raises(InputError) as caught:
        function(spectrum, size, values)
    assert message in str(caught.value)


def test_a_list_of_floats_and_short_decimals_is_read_to_the_digit() -> None:
    floats = [0.1, 1e-300, 5e-324, 1.7976931348623157e308, -2.5, 123456.789, 1e22, 3.0]
    texts = ["0.5", "-.25", "25e-1", "1.", "+7", "1E3", "007.50", "1/3", "2_0", "0.1e-999", "-0", "1" * 60]
    for number in [*floats, *texts, 7, np.float64(0.3), Fraction(2, 7)]:
        (found,) = Eigenvalues.of([number]).values
        right = Rational(Fraction(str(number)).numerator, Fraction(str(number)).denominator)
        assert (found, type(found), hash(found)) == (right, type(right), hash(right)), number


def test_a_number_beyond_float_is_refused_in_double_precision_only() -> None:
    values = {ALPHA: 1, SCALE: "1e400"}
    with pytest.raises(InputError, match="exceeds the range of a float"):
        eigenvalues(POWER, 2, values)
    assert eigenvalues_mp(POWER, 2, values)[0] == mpf("1e400")


@pytest.mark.parametrize(
    ("value", "exact"),
    [
        (0.1, Rational(1, 10)),
        (np.float64(0.1), Rational(1, 10)),
        (" 1e-3 ", Rational(1, 1000)),
        (np.int64(7), Integer(7)),
        (sqrt(2), sqrt(2)),
        (mpf("0.5"), Rational(1, 2)),
    ],
)
def test_exact_numbers(value: object, exact: Any) -> None:
    assert exact_number(value, "x") - exact == 0


@pytest.mark.parametrize(
    "value",
    [True, None, "one", "__import__('os')", "1/0", math.inf, mpf("nan"), Symbol("a"), [1]],
)
def test_numbers_that_are_none(value: object) -> None:
    with pytest.raises(InputError, match=r"x: .* is not a finite number"):
        exact_number(value, "x")


# Files --------------------------------------------------------------------------------------------------


def written(folder: Path, name: str, content: object) -> Path:
    path = folder / name
    if isinstance(content, bytes):
        path.write_bytes(content)
    elif isinstance(content, str):
        path.write_text(content, encoding="utf-8")
    else:
        np.save(path, content, allow_pickle=True)  # type: ignore[arg-type]
    return path


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("s.csv", "1\n0.1\n1/3\n", [1, Rational(1, 10), Rational(1, 3)]),
        ("s.csv", "\ufefflambda\r\n1\r\n\r\n2e-1,\r\n", [1, Rational(1, 5)]),
        ("s.CSV", "3, 2, 1", [3, 2, 1]),
        ("s.csv", "0.5x2\n3\n", [Rational(1, 2), Rational(1, 2), 3]),
        ("s.csv", "lambda\n0.5 x 2\n", [Rational(1, 2), Rational(1, 2)]),
        ("s.txt", "1/3x2 4", [Rational(1, 3), Rational(1, 3), 4]),
        ("s.txt", "# eigenvalues\n1.5e0\n0.1\n\n1/3\n", [Rational(3, 2), Rational(1, 10), Rational(1, 3)]),
        ("s.TXT", "3 2\t1", [3, 2, 1]),
        ("s.npy", np.array([2.0, 0.5]), [2, Rational(1, 2)]),
        ("s.npy", np.array([3, 0]), [3, 0]),
        ("s.npy", np.array([0.5], dtype=np.longdouble), [Rational(1, 2)]),
    ],
)
def test_spectrum_files(tmp_path: Path, name: str, content: object, expected: list[Any]) -> None:
    assert read_spectrum_file(written(tmp_path, name, content)).values == tuple(expected)
    assert read_spectrum_file(str(tmp_path / name)).values == tuple(expected)


BAD_FILES: list[tuple[str, object, str]] = [
    ("a.dat", "1", "the suffix is .dat; give a .npy, .csv or .txt file"),
    ("a", "1", "the suffix is missing"),
    ("a.csv", "", "no numbers in it"),
    ("a.csv", "lambda\n", "no numbers in it"),
    ("a.csv", "1\nnan\n", "'nan' in row 2 is not a finite number"),
    ("a.csv", "inf", "'inf' in row 1 is not a finite number"),
    ("a.csv", "1\ntwo\n", "'two' in row 2 is not a finite number"),
    ("a.csv", "1,,2", "'' in row 1 is not a finite number"),
    ("a.csv", "1e-99999999999", "'1e-99999999999' in row 1 is not a finite number"),
    ("a.csv", b"\xff\xfe1\x00", "cannot be read as text"),
    ("a.npy", b"", "no complete .npy file"),
    ("a.npy", b"1,2,3", "pickled objects or is no .npy file"),
    ("a.npy", b"\x93NUMPY\x01\x00\x10\x00{'descr': '<f8'", "no complete .npy file"),
    ("a.npy", np.array([1, None], dtype=object), "pickled objects"),
    ("a.npy", np.array([1.0 + 2j]), "the type complex128, not real numbers"),
    ("a.npy", np.array(["1"]), "not real numbers"),
    ("a.npy", np.array([True]), "the type bool"),
    ("a.npy", np.array([]), "the array is empty"),
]


@pytest.mark.parametrize("reader", [read_spectrum_file, read_data_file])
@pytest.mark.parametrize(("name", "content", "message"), BAD_FILES)
def test_bad_files(tmp_path: Path, reader: Any, name: str, content: object, message: str) -> None:
    path = tmp_path / name
    if name.endswith(".npy") or not isinstance(content, np.ndarray):
        path = written(tmp_path, name, content)
    with pytest.raises(InputError) as caught:
        reader(path)
    assert message in str(caught.value)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize("reader", [read_spectrum_file, read_data_file])
def test_paths_that_are_no_files(tmp_path: Path, reader: Any) -> None:
    with pytest.raises(InputError, match="there is no such file; check the path"):
        reader(tmp_path / "missing.csv")
    folder = tmp_path / "folder.npy"
    folder.mkdir()
    with pytest.raises(InputError, match="this is a directory"):
        reader(folder)


@pytest.mark.parametrize("reader", [read_spectrum_file, read_data_file])
def test_an_archive_and_a_short_array_are_refused(tmp_path: Path, reader: Any) -> None:
    archive = tmp_path / "a.npz"
    np.savez(archive, x=np.ones(2))
    with pytest.raises(InputError, match="an archive of several arrays"):
        reader(archive.rename(tmp_path / "a.npy"))
    short = written(tmp_path, "b.npy", np.ones((4, 4)))
    short.write_bytes(short.read_bytes()[:-8])
    with pytest.raises(InputError, match=r"no complete \.npy file"):
        reader(short)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.csv", "1,0.5\n2,0.25\n", "several lines and several numbers on a line"),
        ("a.npy", np.array([1.0, np.nan]), "eigenvalue 2 is nan, not a finite number"),
        ("a.npy", np.array([np.inf]), "eigenvalue 1 is inf, not a finite number"),
        ("a.npy", np.eye(2), "2 dimensions, not 1"),
        ("a.npy", np.array(1.0), "0 dimensions, not 1"),
    ],
)
def test_bad_spectra(tmp_path: Path, name: str, content: object, message: str) -> None:
    with pytest.raises(InputError) as caught:
        read_spectrum_file(written(tmp_path, name, content))
    assert message in str(caught.value)
    assert name in str(caught.value)


@pytest.mark.parametrize("shape", [(40, 7), (5, 8)])
def test_data_give_the_eigenvalues_of_their_covariance(tmp_path: Path, shape: tuple[int, int]) -> None:
    data = np.random.default_rng(0).normal(size=shape) + 3
    expected = np.sort(np.linalg.eigvalsh(np.cov(data, rowvar=False, bias=True)))[::-1]
    found = read_data_file(written(tmp_path, "x.npy", data)).values
    assert [float(value) for value in found] == pytest.approx(expected, rel=1e-10, abs=1e-13)
    assert list(found) == sorted(found, reverse=True)
    assert found[shape[0] - 1 :] == (0,) * max(0, shape[1] - shape[0] + 1)
    np.savetxt(tmp_path / "x.csv", data, delimiter=",", header="many,names,here", fmt="%.17g")
    assert read_data_file(tmp_path / "x.csv").values == found


def test_integer_data_and_fractions(tmp_path: Path) -> None:
    assert read_data_file(written(tmp_path, "x.npy", np.array([[0], [2], [0], [2]]))).values == (1,)
    assert read_data_file(written(tmp_path, "x.csv", "1/2\n3/2\n")).values[0] == pytest.approx(Rational(1, 4))


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.csv", "1,2\n3\n", "row 2 has 1 numbers, but row 1 has 2"),
        ("a.csv", "1,2\n", "shape (1, 2); give at least two samples"),
        ("a.csv", "1e999\n2\n", "row 1, column 1 is not a finite number"),
        ("a.npy", np.ones(3), "1 dimensions, not 2"),
        ("a.npy", np.array([[1.0, 2.0], [3.0, np.nan]]), "row 2, column 2 is not a finite number"),
        ("a.npy", np.ones((3, 2)), "the samples are all equal"),
        ("a.npy", np.array([[1e300], [-1e300]]), "exceed the range of a float"),
    ],
)
def test_bad_data(tmp_path: Path, name: str, content: object, message: str) -> None:
    with pytest.raises(InputError) as caught:
        read_data_file(written(tmp_path, name, content))
    assert message in str(caught.value)
    assert name in str(caught.value)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("1x0", "the multiplicity of eigenvalue 1 is 0, not a whole number from 1 on; write"),
        ("2\n1x-3", "the multiplicity of eigenvalue 2 is -3, not a whole number from 1 on"),
        ("2\n1xx", "the multiplicity of eigenvalue 2 is x, not"),
        ("1x99999999", "these are more than 10,000,000 eigenvalues"),
        ("zx2\n1", "the entry"),
    ],
)
def test_bad_multiplicities(tmp_path: Path, content: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        read_spectrum_file(written(tmp_path, "s.csv", "1\n" + content if content.startswith("z") else content))
    assert message in str(caught.value)
