"""What the options say of the spectra of deterministic matrices."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence

from sympy import Expr, MatrixSymbol

from planaria.algebra.errors import InputError
from planaria.app.inputs import Names
from planaria.app.words.early import SYMBOLIC, check_kind
from planaria.ensembles.model import Model
from planaria.ensembles.spectra import Eigenvalues, Spectrum
from planaria.ensembles.spectra.known import SPECTRA, named_spectrum
from planaria.ensembles.text.model_data import ModelFile
from planaria.numerics.spectrum_files import read_data_file, read_spectrum_file

__all__ = ["listed_sizes", "with_files", "with_kinds"]


def with_kinds(file: ModelFile, texts: Sequence[str]) -> Model:
    """The model after ``--spectrum [NAME=]KIND``; without a name, of every deterministic matrix.

    One spectrum with parameters has the standard names of them, such as alpha and lambda_plus, several ones have
    names that end in that of their matrix.
    """
    names = Names(file)
    kinds: dict[MatrixSymbol, str] = {}
    for text in texts:
        name, sign, _ = text.rpartition("=")
        kind = check_kind(text)
        if not names.matrices:
            raise InputError(
                "--spectrum", f"the model {file.name} has no deterministic matrix", "leave the option out"
            )
        chosen = [names.matrix(name.strip(), "--spectrum")] if sign else list(names.matrices.values())
        for matrix in chosen:
            if matrix in kinds:
                raise InputError(f"--spectrum {matrix.name}", "it is given twice", "give it once")
            kinds[matrix] = kind
    spectra = dict(file.model.spectra)
    for matrix, kind in kinds.items():
        if kind == SYMBOLIC:
            spectra.pop(matrix, None)
        elif not isinstance(spectra.get(matrix), SPECTRA[kind]):
            alone = sum(bool(SPECTRA[one].standard) for one in kinds.values() if one in SPECTRA) == 1
            spectra[matrix] = _named(file, kind, matrix, alone=alone)
    return Model(file.model.fields, spectra, file.model.small)


def _named(file: ModelFile, kind: str, matrix: MatrixSymbol, *, alone: bool) -> Spectrum:
    standard = named_spectrum(kind)
    taken = set(file.names) - {str(one.symbol.name) for one in file.parameters}
    wanted = {str(one.name) for one in standard.free_symbols}
    return standard if alone and not taken & wanted else named_spectrum(kind, f"_{matrix.name}")


def with_files(
    file: ModelFile,
    model: Model,
    spectrum_files: Sequence[str],
    data_files: Sequence[str],
    matrix: str | None,
) -> Model:
    """The model after ``--spectrum-file``, ``--data-file`` and ``--matrix``."""
    names = Names(file)
    if matrix is not None:
        names.matrix(matrix, "--matrix")
        if not spectrum_files and not data_files:
            raise InputError("--matrix", "there is no file for it", "add --spectrum-file or --data-file")
    found: dict[MatrixSymbol, Eigenvalues] = {}
    for option, texts, read in (
        ("--spectrum-file", spectrum_files, read_spectrum_file),
        ("--data-file", data_files, read_data_file),
    ):
        for text in texts:
            symbol, path = _target(text, option, names, model, matrix)
            if symbol in found:
                raise InputError(option, f"{symbol.name} has two files", "give it one")
            found[symbol] = _read(read, path)
    return model.with_spectra(found)


def _target(text: str, option: str, names: Names, model: Model, matrix: str | None) -> tuple[MatrixSymbol, str]:
    """The matrix that a file is for, and the file."""
    name, sign, path = text.partition("=")
    if sign and not os.path.exists(text) and "/" not in name:
        return names.matrix(name.strip(), option), path
    if matrix is not None:
        return names.matrices[matrix], text
    if not names.matrices:
        names.matrix("", option)
    symbolic = [one for one in names.matrices.values() if model.spectrum(one) is None]
    candidates = symbolic if len(symbolic) == 1 else list(names.matrices.values())
    if len(candidates) > 1:
        several = " and ".join(names.matrices)
        raise InputError(
            option, f"the model has the matrices {several}", f"write {option} {candidates[0].name}={text}"
        )
    return candidates[0], text


def _read(read: Callable[[str], Eigenvalues], path: str) -> Eigenvalues:
    if "\0" in path:
        raise InputError("file", "its name contains a null character", "check the path")
    return read(path)


def listed_sizes(model: Model) -> dict[Expr, int]:
    """The sizes of spaces that lists of eigenvalues fix."""
    sizes: dict[Expr, int] = {}
    for matrix, spectrum in model.spectra:
        if spectrum.listed is not None:
            space, length = matrix.shape[0], len(spectrum.listed)
            if sizes.setdefault(space, length) != length:
                raise InputError(
                    f"spectrum of {matrix.name}",
                    f"it has {length} eigenvalues, another matrix of the space {space} has {sizes[space]}",
                    "give matrices of one space lists of one length",
                )
    return sizes
