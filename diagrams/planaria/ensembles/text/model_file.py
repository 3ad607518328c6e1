"""Models as TOML files: spaces, parameters, matrices, fields, definitions and quantities.

A file and the Python interface make equal objects: a space or a parameter is ``Symbol(name,
positive=True)``, a matrix ``MatrixSymbol(name, space, space)``, a field ``MatrixSymbol(name, rows,
cols)``. No text of a file is evaluated as Python.
"""

from __future__ import annotations

import tomllib
from decimal import Decimal
from pathlib import Path

from planaria.algebra.errors import InputError
from planaria.ensembles.files import check_ordinary
from planaria.ensembles.text.model_data import Matrix, ModelFile, Parameter, Quantity, Space
from planaria.ensembles.text.model_tables import Reader

__all__ = ["Matrix", "ModelFile", "Parameter", "Quantity", "Space", "load_model_file", "read_model"]

MAX_BYTES = 1_000_000


def load_model_file(path: str | Path) -> ModelFile:
    """Read a model from a TOML file; the model is called by the file's name without its ending.

    Raises InputError for a file that is missing, a directory, too large, not UTF-8, or no model.
    """
    path = Path(path)
    place = path.name or str(path)
    try:
        check_ordinary(path, str(path), "give a model file")
        with path.open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
    except InputError:
        raise
    except FileNotFoundError:
        raise InputError(str(path), "there is no such file", "give the path of a model file") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(
            str(path), f"the file cannot be read ({reason})", "give the path of a model file"
        ) from None
    if len(content) > MAX_BYTES:
        raise InputError(place, "the file is larger than 1 MB", "give a model file; numbers go to a spectrum file")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise InputError(place, f"line {line} is not UTF-8 text", "save the file as UTF-8") from None
    return read_model(text, path.stem, place)


def read_model(text: str, name: str, place: str) -> ModelFile:
    """Read a model from TOML text.

    Parameters
    ----------
    text
        The content of a model file.
    name
        What the model is called.
    place
        Where the text comes from, for errors.

    Raises InputError, which names the table and the key, for anything that is not a model.
    """
    try:
        document = tomllib.loads(text, parse_float=_decimal)
    except tomllib.TOMLDecodeError as error:
        raise InputError(place, f"this is not TOML: {error}", "mend the file at that line") from None
    except RecursionError:
        raise InputError(place, "this is not a model: its TOML is nested too deeply", "use plain tables") from None
    except ValueError as error:
        # A number with thousands of digits, or a date that does not exist.
        raise InputError(place, f"this is not TOML: {error}", "mend that value") from None
    return Reader(document, name, place).read()


def _decimal(text: str) -> Decimal:
    """A number that stays the 0.1 that was written; where none holds it, infinite, and refused in its place."""
    try:
        return Decimal(text)
    except ArithmeticError:
        return Decimal("Infinity")
