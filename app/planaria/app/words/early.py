"""Words that are refused at once: a model, a quantity or a spectrum that is not there, a grid that is none.

Each is looked up again where it is used. Here it is found before sympy is imported, which takes half a second.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from planaria.algebra.errors import InputError, unknown_name
from planaria.ensembles.library import check_model
from planaria.ensembles.library.outline import outline
from planaria.ensembles.spectra.known import SPECTRA
from planaria.ensembles.text.grids import has_several, numbers_of, split_pair

__all__ = ["KINDS", "SYMBOLIC", "check_kind", "check_words", "is_word"]

SYMBOLIC = "symbolic"
KINDS = (*SPECTRA, SYMBOLIC)
"""What ``--spectrum`` takes."""


def is_word(text: str, names: Collection[str] = ()) -> bool:
    """Whether a text is meant for the name of a quantity: no expression is as plain, but a difference of names.

    >>> is_word("clean_loss"), is_word("clean-loss"), is_word("tr(x*x.T)"), is_word("N/P")
    (True, True, False, False)
    >>> is_word("N-P", names=["N", "P"])
    False
    """
    word = text.strip()
    is_difference = "-" in word and all(part in names for part in word.split("-"))
    return word.replace("-", "_").isidentifier() and not is_difference


def check_kind(text: str) -> str:
    """The kind in ``[NAME=]KIND``, or an InputError with the nearest one."""
    kind = text.rpartition("=")[2]
    if kind not in KINDS:
        raise unknown_name("--spectrum", "spectrum", kind, KINDS)
    return kind


def check_words(
    model: str,
    quantities: Sequence[str] = (),
    *,
    spectra: Sequence[str] | None = None,
    sweeps: Sequence[str] | None = None,
    parameters: Sequence[str] = (),
) -> None:
    """Raise InputError for what no model file and no formula needs to be read for.

    Parameters
    ----------
    quantities
        Names of quantities, or expressions, which are not looked into.
    spectra, sweeps
        What ``--spectrum`` and ``--set`` were given.
    parameters
        What ``--of`` was given.

    >>> check_words("random-features", ["tr(x*x.T)", "los"])
    Traceback (most recent call last):
        ...
    planaria.algebra.errors.InputError: model random-features: there is no quantity 'los'; did you mean 'loss'?
    """
    check_model(model)
    file = outline(model)
    for text in quantities:
        if not text.strip():
            raise InputError("QUANTITY", "it is empty", "give a quantity of the model, or an expression")
        known = file is None or text.strip() in (*file.quantities, *file.names)
        if file is not None and not known and is_word(text, file.names):
            raise unknown_name(f"model {file.name}", "quantity", text.strip(), file.quantities)
    for text in parameters:
        if file is not None and text not in (*file.names, *file.parameters):
            raise unknown_name("--of", "parameter", text, file.parameters)
    for text in spectra or ():
        check_kind(text)
    for text in sweeps or ():
        name, numbers = split_pair(text, "--set", "N=60")
        if has_several(numbers):
            numbers_of(numbers, f"--set {name}")
