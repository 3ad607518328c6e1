"""Numbers for declared spectra, and spectra read from files.

A spectrum of ``planaria.ensembles.spectra`` is only said; here its eigenvalues are made, in double precision
or at mpmath's working precision, or read from a file of eigenvalues or of data.
"""

from __future__ import annotations

import csv
import tokenize
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from mpmath import mp, mpf
from numpy.typing import NDArray
from sympy import Basic, Expr, Float, I, Integer, Rational, Symbol, sympify

from planaria.algebra.errors import InputError
from planaria.ensembles.files import check_ordinary
from planaria.ensembles.ranges import MOST_DIGITS, check_range, is_in_range, shown
from planaria.ensembles.spectra import Eigenvalues, Spectrum
from planaria.ensembles.spectra.listed import split_multiplicity
from planaria.numerics.functions_of_position import Floats, Mpfs

__all__ = [
    "check_parameters",
    "eigenvalues",
    "eigenvalues_mp",
    "exact_number",
    "exact_parameters",
    "no_value",
    "read_data_file",
    "read_spectrum_file",
]

_TEXTS = (".csv", ".txt")
_GUARD_BITS = 20  # I**-(1 + alpha) loses about log2((1 + alpha) * log(I)) bits to the rounding of alpha
_LARGEST_BITS = 33_220  # log2(10) for each of the MOST_DIGITS


def eigenvalues(
    spectrum: Spectrum, size: int, values: Mapping[Symbol, Any], *, place: str = "spectrum"
) -> NDArray[np.float64]:
    """The eigenvalues of a declared spectrum in double precision.

    Parameters
    ----------
    spectrum
        One of `planaria.ensembles.spectra`: a formula for I = 1..size, or a list.
    size
        The size of the matrix's space, a positive integer.
    values
        Numbers for the symbols in the spectrum. A float or a text stands for its decimal digits, exactly.
    place
        What an error message calls the spectrum.

    Returns
    -------
    An array of shape (size,), in the order of the common eigenbasis.

    Raises
    ------
    InputError
        For a size that is no positive integer or is not the number of listed eigenvalues, a symbol without a
        value, or a parameter out of its range.

    >>> from sympy import symbols
    >>> from planaria.ensembles.spectra import PowerLaw
    >>> alpha, scale = symbols("alpha lambda_plus", positive=True)
    >>> eigenvalues(PowerLaw(), 3, {alpha: 1, scale: 18})
    array([18. ,  4.5,  2. ])
    """
    _check_size(spectrum, size, place)
    if spectrum.listed is not None:
        return np.array([_to_float(value, place) for value in spectrum.listed])
    positions = np.arange(1, size + 1, dtype=np.float64)
    functions = Floats(cache(lambda number: _to_float(number, place)))
    found: NDArray[np.float64] = spectrum.at(positions, size, exact_parameters(spectrum, values, place), functions)
    return found


def eigenvalues_mp(
    spectrum: Spectrum, size: int, values: Mapping[Symbol, Any], *, place: str = "spectrum"
) -> list[mpf]:
    """The eigenvalues of a declared spectrum at mpmath's working precision, each to its last digit.

    Parameters and errors are those of ``eigenvalues``.

    >>> from sympy import symbols
    >>> from planaria.ensembles.spectra import PowerLaw
    >>> alpha, scale = symbols("alpha lambda_plus", positive=True)
    >>> with mp.workdps(30):
    ...     print(eigenvalues_mp(PowerLaw(), 2, {alpha: 0.5, scale: 1})[1])
    0.353553390593273762200422181052
    """
    _check_size(spectrum, size, place)
    if spectrum.listed is not None:
        return [mpf(int(value.p)) / int(value.q) for value in spectrum.listed]
    parameters = exact_parameters(spectrum, values, place)
    functions = Mpfs(cache(_to_mpf))  # of each parameter once, and not at every position
    with mp.extraprec(_GUARD_BITS):
        found = [spectrum.at(position, size, parameters, functions) for position in range(1, size + 1)]
        numbers = [_to_mpf(one) if isinstance(one, Expr) else one for one in found]
    return [+number for number in numbers]


def exact_number(value: object, place: str) -> Expr:
    """A number as sympy holds it, without loss: floats and decimal texts stand for their decimal digits.

    Raises InputError for anything that is not a finite number.

    >>> exact_number(0.1, "alpha"), exact_number("1/3", "alpha"), exact_number(1 + 2j, "z")
    (1/10, 1/3, 1 + 2*I)
    """
    if isinstance(value, (complex, np.complexfloating)):
        return exact_number(float(value.real), place) + I * exact_number(float(value.imag), place)
    try:
        if isinstance(value, (bool, np.bool_)):
            raise TypeError
        if isinstance(value, (int, np.integer)):
            if int(value).bit_length() > _LARGEST_BITS:
                raise InputError(place, f"it has more than {MOST_DIGITS:,} digits", "give a smaller number")
            return Integer(int(value))
        if isinstance(value, Fraction):
            return Rational(value.numerator, value.denominator)
        if isinstance(value, (float, np.floating)):
            number = Rational(repr(float(value)))
        elif isinstance(value, (str, Decimal)):
            number = Rational(str(value).strip()) if _is_bounded(str(value)) else None
        else:
            number = sympify(value, strict=True)
        if isinstance(number, Expr) and number.is_number and number.is_finite:
            return number
    except InputError:
        raise
    except (TypeError, ValueError):  # sympy's SympifyError is a ValueError
        pass
    if isinstance(value, (str, Decimal)):
        check_range(str(value).strip(), place)
    quoted = repr(shown(value)) if isinstance(value, str) else shown(value)
    raise InputError(place, f"{quoted} is not a finite number", "give a number")


def no_value(symbol: Basic, known: Iterable[object], place: str, what: str) -> InputError:
    """The error for a symbol without a value, with a hint where only the name is known.

    >>> print(no_value(Symbol("N"), ["N"], "simulation", "dimension"))
    simulation: the dimension N has no value; 'N' is given, but is no such symbol: use the model's own
    """
    remedy = f"give {symbol} a value"
    if any(str(other) == str(symbol) for other in known):
        remedy = f"'{symbol}' is given, but is no such symbol: use the model's own"
    return InputError(place, f"the {what} {symbol} has no value", remedy)


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
    return Eigenvalues.of(array.tolist(), place)


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
    return Eigenvalues.of(spectrum.tolist(), place)


def _check_size(spectrum: Spectrum, size: object, place: str) -> None:
    if isinstance(size, bool) or not isinstance(size, (int, np.integer, Integer)) or size < 1:
        raise InputError(place, f"the size of the space is {size!r}", "give a positive integer")
    if not isinstance(spectrum, Spectrum):
        raise InputError(place, f"{spectrum!r} is not a spectrum", "use Eigenvalues, or a named one")
    if spectrum.listed is not None and len(spectrum.listed) != size:
        given = len(spectrum.listed)
        raise InputError(
            place,
            f"the number of given eigenvalues is {given}, but the size of the space is {size}",
            f"give {size} eigenvalues, or set the size to {given}",
        )


def check_parameters(spectrum: Spectrum, values: Mapping[Symbol, Any], place: str) -> None:
    """Raise InputError for parameters that are out of range; nothing is asked of those that have no value."""
    if spectrum.free_symbols <= set(values):
        exact_parameters(spectrum, values, place)


def exact_parameters(spectrum: Spectrum, values: Mapping[Symbol, Any], place: str) -> dict[str, Expr]:
    numbers = {name: _substitute(value, values, place) for name, value in spectrum.parameters.items()}
    problem = spectrum.check(numbers)
    if problem is not None:
        raise InputError(place, *problem)
    return numbers


def _substitute(expression: Expr, values: Mapping[Symbol, Any], place: str) -> Expr:
    numbers = {}
    for symbol in sorted(expression.free_symbols, key=str):
        if symbol not in values:
            raise no_value(symbol, values, place, "parameter")
        numbers[symbol] = exact_number(values[symbol], f"{place}, {symbol}")
    return expression.subs(numbers, simultaneous=True)


def _to_float(number: Expr, place: str) -> float:
    try:
        result = float(number)
    except OverflowError:
        result = float("inf")
    if not np.isfinite(result):
        raise InputError(place, "a number exceeds the range of a float", "rescale the spectrum")
    return result


def _to_mpf(number: Expr) -> mpf:
    if isinstance(number, Rational):
        return mpf(int(number.p)) / int(number.q)
    return mp.make_mpf((number if isinstance(number, Float) else number.evalf(mp.dps + 3))._mpf_)


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
    return array.astype(np.float64) if array.dtype.kind == "f" else array


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
    if rows and not any(_is_number(split_multiplicity(cell)[0] if several else cell) for cell in rows[0]):
        rows = rows[1:]
    if not rows:
        raise InputError(place, "there are no numbers in it", "give at least one number")
    for line, row in enumerate(rows, start=1):
        for cell in row:
            if not _is_bounded(split_multiplicity(cell)[0] if several else cell):
                raise InputError(
                    place, f"the entry {cell!r} in row {line} is not a finite number", "remove or replace it"
                )
    return rows


def _plain(lines: Iterable[str]) -> Iterator[str]:
    """The lines of a .txt file with commas between their numbers, without remarks."""
    for line in lines:
        if not line.lstrip().startswith("#"):
            yield line if "," in line else ",".join(line.split())


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


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return _is_bounded(text)
    return True


def _is_bounded(text: str) -> bool:
    """Whether a text is a finite decimal or fraction that can be written out in full."""
    for part in text.split("/", 1):
        try:
            number = Decimal(part.strip())
        except InvalidOperation:
            return False
        if not number.is_finite() or not is_in_range(part):
            return False
    return "/" not in text or number != 0
