"""What a command is asked about: a quantity of the model by its name, or an expression in the model's names."""

from __future__ import annotations

from collections.abc import Sequence

from sympy import MatrixExpr

from planaria.algebra.errors import InputError
from planaria.app.words.early import is_word
from planaria.ensembles.text.model_data import ModelFile, Quantity

__all__ = ["chosen_quantities", "formula_name", "read_quantity", "scalar_quantity"]

_VALUE = "value"


def read_quantity(file: ModelFile, text: str) -> Quantity:
    """The quantity of a name, or an expression in the grammar of model files, which is called as it is written.

    A quantity comes before a definition of the same name.

    Raises InputError for a word that the model does not have, and for what is no expression.

    >>> from planaria.ensembles.library import load_model
    >>> file = load_model("marchenko-pastur")
    >>> read_quantity(file, "tr(x*x.T)/N")
    Quantity(name='tr(x*x.T)/N', expression=Trace(x*x.T)/N, about='')
    >>> read_quantity(file, "resolvant")
    Traceback (most recent call last):
        ...
    planaria.algebra.errors.InputError: model marchenko-pastur: there is no quantity 'resolvant'; \
did you mean 'resolvent'?
    """
    word = text.strip()
    if any(one.name == word for one in file.quantities) or (word not in file.names and is_word(word, file.names)):
        return file.quantity(word)
    return Quantity(word, file.parse(word, "QUANTITY"))


def scalar_quantity(file: ModelFile, text: str) -> Quantity:
    """The same, where only a scalar has an answer; InputError for a matrix."""
    found = read_quantity(file, text)
    if isinstance(found.expression, MatrixExpr):
        rows, cols = found.expression.shape
        remedy = (
            f"take a trace: tr({text.strip()})"
            if rows == cols
            else "multiply it to a square one, and take a trace"
        )
        raise InputError("QUANTITY", f"'{text.strip()}' is a matrix of shape {rows} x {cols}", remedy)
    return found


def chosen_quantities(file: ModelFile, wanted: Sequence[str], *, matrices: bool = False) -> list[Quantity]:
    """Quantities by names and expressions, each once; all those of the model if none is given."""
    read = read_quantity if matrices else scalar_quantity
    if wanted:
        return [read(file, one) for one in dict.fromkeys(map(str.strip, wanted))]
    if not file.quantities:
        raise InputError(
            f"model {file.name}",
            "it has no quantities",
            "give an expression, or add a table [quantities] to the file",
        )
    return list(file.quantities)


def formula_name(quantity: Quantity) -> str:
    """What stands to the left of a formula for it: its name, or a word where it is an expression."""
    *_, last = quantity.name.split(", ")  # of a part of a quantity: what it is called
    return last if is_word(last) else _VALUE
