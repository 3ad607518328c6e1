"""Spectra read from a file of eigenvalues, or of data."""

from __future__ import annotations

import csv
import re
import tokenize
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sympy import Rational

from planaria.algebra.errors import InputError
from planaria.ensembles.files import check_ordinary
from planaria.ensembles.spectra import Eigenvalues
from planaria.ensembles.spectra.listed import split_multiplicity
from planaria.numerics.given_digits import digits_of, eigenvalues_of
from planaria.numerics.spectra import is_bounded

__all__ = ["read_data_file", "read_spectrum_file"]

_TEXTS = (".csv", ".txt")
_WORDS = re.compile(r"\S+(?:\s+x\s+\S+)?")  # of a line: 0.5 x 3 is one


def read_spectrum_file(path: str | Path) -> Eigenvalues:
    """Read eigenvalues from a file, in the order of the file.

    A ``.npy`` file holds one real one-dimensional array. A ``.csv`` or ``.txt`` file holds numbers, one per line
    or all on one line with commas between, each perhaps with a multiplicity as ``0.5x3``; a first line without any
    number is taken for a header, and lines of a ``.txt`` file that begin with ``#`` for remarks, as numpy.savetxt
    writes them. Decimals are read exactly.

    Raises InputError, naming the file, where it is missing, has another suffix, cannot be read, holds pickled
    objects, has the wrong shape or type, is empty, or has an entry that is not a finite number.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder, "spectrum.csv")
    ...     _ = file.write_text("lambda\\n1\\n0.25\\n")
    ...     read_spectrum_file(file)
    Eigenvalues(values=(1, 1/4))
    """
    file, place = Path(path), f"spectrum file {path}"
    if _suffix(file, place) in _TEXTS:
        rows = _read_csv(file, place, several=True)
        if len(rows) > 1 and any(len(row) > 1 for row in rows):
            raise InputError(
                place,
                "there are several lines and several numbers on a line",
                "write one eigenvalue per line, or all of them on one line",
            )
        return Eigenvalues.of([cell for row in rows for cell in row], place)
    array = _read_npy(file, place)
    if array.ndim != 1:
        raise InputError(
            place,
            f"the array has {array.ndim} dimensions, not 1",
            "save a one-dimensional array of eigenvalues, or give a data matrix as data",
        )
    return eigenvalues_of(array, place)


def read_data_file(path: str | Path) -> Eigenvalues:
    """The eigenvalues of the covariance of a data set: rows are samples, columns are variables.

    The columns are centred (their means are subtracted) and the covariance is X^T X / n with n the number of
    rows. There are as many eigenvalues as columns, in descending order. They are the squared singular values
    of X, so none is negative; those beyond the rank that n - 1 independent rows allow are exactly 0.

    A ``.npy`` file holds one real two-dimensional array; a ``.csv`` or ``.txt`` file one sample per line, numbers
    with commas between, or white space in a ``.txt`` file. A first line without any number is taken for a header.

    Raises InputError, naming the file, in the cases of ``read_spectrum_file``, and where there are fewer than
    two samples or the data do not vary.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder, "data.csv")
    ...     _ = file.write_text("1,5\\n3,5\\n1,5\\n3,5\\n")
    ...     read_data_file(file)
    Eigenvalues(values=(1, 0))
    """
    file, place = Path(path), f"data file {path}"
    data = _read_table(file, place) if _suffix(file, place) in _TEXTS else _read_npy(file, place)
    if data.ndim != 2:
        raise InputError(
            place, f"the array has {data.ndim} dimensions, not 2", "save a matrix with one sample per row"
        )
    digits = digits_of(data.dtype)  # those of the data, and of doubles, in which eigenvalues are computed
    data = data.astype(np.float64) if data.dtype.kind == "f" else data
    samples, variables = data.shape
    if variables == 0 or samples < 2:
        raise InputError(place, f"the data matrix has shape {data.shape}", "give at least two samples (rows)")
    if not np.isfinite(data).all():
        row, column = np.argwhere(~np.isfinite(data))[0] + 1
        raise InputError(
            place, f"the entry in row {row}, column {column} is not a finite number", "remove or replace it"
        )
    with np.errstate(over="ignore", invalid="ignore"):
        centred = data - data.mean(axis=0)
        largest = float(np.abs(centred).max())
        if not np.isfinite(largest * largest * samples):
            raise InputError(place, "the squares of the data exceed the range of a float", "rescale the data")
    if not (centred != 0).any():
        raise InputError(place, "the samples are all equal", "give data that vary")
    singular = np.linalg.svd(centred, compute_uv=False)[: samples - 1]
    spectrum = np.zeros(variables)
    spectrum[: len(singular)] = singular**2 / samples
    return Eigenvalues.of(spectrum.tolist(), place, digits)


def _suffix(file: Path, place: str) -> str:
    suffix = file.suffix.lower()
    if suffix not in (".npy", *_TEXTS):
        raise InputError(place, f"the suffix is {suffix or 'missing'}", "give a .npy, .csv or .txt file")
    try:
        check_ordinary(file, place, "give the path of a .npy, .csv or .txt file")
    except FileNotFoundError:
        raise InputError(place, "there is no such file", "check the path") from None
    except OSError as error:
        raise InputError(place, f"it cannot be read ({error.strerror or error})", "check the path") from None
    return suffix


def _read_npy(file: Path, place: str) -> NDArray[Any]:
    """A non-empty real array from a .npy file; integers stay integers."""
    remedy = "save a plain array of real numbers with numpy.save"
    try:
        array = np.load(file, allow_pickle=False)
    except OSError as error:
        raise InputError(place, f"it cannot be read ({error.strerror or error})", "check the file") from None
    except (ValueError, EOFError, SyntaxError, tokenize.TokenError, MemoryError, OverflowError) as error:
        pickled = "pickle" in str(error)
        problem = "it holds pickled objects or is no .npy file" if pickled else "it is no complete .npy file"
        raise InputError(place, problem, remedy) from None
    if not isinstance(array, np.ndarray):
        array.close()
        raise InputError(place, "it is an archive of several arrays", remedy)
    if array.dtype.kind not in "iuf":
        raise InputError(place, f"the array has the type {array.dtype}, not real numbers", remedy)
    if array.size == 0:
        raise InputError(place, "the array is empty", "give at least one number")
    return array


def _read_csv(file: Path, place: str, *, several: bool = False) -> list[list[str]]:
    """The cells of a .csv or .txt file, line by line, without header, blank lines and trailing commas."""
    rows: list[list[str]] = []
    try:
        with file.open(encoding="utf-8-sig", newline="") as stream:
            for record in csv.reader(stream if file.suffix.lower() == ".csv" else _plain(stream)):
                cells = [cell.strip() for cell in record]
                while cells and not cells[-1]:
                    cells.pop()
                if cells:
                    rows.append(cells)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(place, f"it cannot be read as text ({error})", "save it as UTF-8 text") from None
    if rows and not any(_begins_as_number(cell) for cell in rows[0]):
        rows = rows[1:]
    if not rows:
        raise InputError(place, "there are no numbers in it", "give at least one number")
    for line, row in enumerate(rows, start=1):
        for cell in row:
            if not is_bounded(split_multiplicity(cell)[0] if several else cell):
                hexadecimal = several and cell.lstrip("+-").startswith("0x")  # or zero, so many times
                remedy = f'write "0 x {cell.lstrip("+-")[2:]}"' if hexadecimal else "remove or replace it"
                raise InputError(place, f"the entry {cell!r} in row {line} is not a finite number", remedy)
    return rows


def _plain(lines: Iterable[str]) -> Iterator[str]:
    """The lines of a .txt file with commas between their numbers, without remarks."""
    for line in lines:
        if not line.lstrip().startswith("#"):
            yield line if "," in line else ",".join(_WORDS.findall(line))


def _read_table(file: Path, place: str) -> NDArray[np.float64]:
    rows = _read_csv(file, place)
    for line, row in enumerate(rows, start=1):
        if len(row) != len(rows[0]):
            raise InputError(
                place,
                f"row {line} has {len(row)} numbers, but row 1 has {len(rows[0])}",
                "give every sample the same number of variables",
            )
    return np.array([[float(Rational(cell)) if "/" in cell else float(cell) for cell in row] for row in rows])


def _begins_as_number(text: str) -> bool:
    """Whether a cell is no title of a column: 0x10 and 1.2.3 are none, but no numbers either."""
    return text.lstrip("+-.")[:1].isdigit() or text.lstrip("+-").lower().startswith(("inf", "nan"))
