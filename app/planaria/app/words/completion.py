"""What a shell offers next: models and model files, quantities and names of the model before, kinds of spectra.

The shell runs the command for every key: nothing here reads more than the TOML of one model.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator

import typer

from planaria.app.words.early import KINDS
from planaria.ensembles.library import summaries
from planaria.ensembles.library.outline import Outline, outline

__all__ = [
    "Offers",
    "euler_characteristics",
    "lengths",
    "models",
    "parameters",
    "parameters_to_zero",
    "particles",
    "quantities",
    "renamed",
    "spectra",
    "spectral",
]

Offers = list[tuple[str, str]]
"""Words, each with what it is."""


def _beginning(offers: Iterable[tuple[str, str]], incomplete: str) -> Offers:
    return [(word, about) for word, about in offers if word.startswith(incomplete)]


def _model(context: typer.Context) -> Outline | None:
    name = context.params.get("model")
    if name is None and context.args:  # behind an option that still has no value, words are left as they are
        name = context.args[0]
    return outline(name) if isinstance(name, str) else None


def models(incomplete: str) -> Offers:
    """Built-in models, and model files and folders that begin so.

    >>> models("wig")
    [('wigner', "Wigner's semicircle law")]
    """
    return _beginning([*((one.name, one.title) for one in summaries()), *_paths(incomplete)], incomplete)


def _paths(incomplete: str) -> Iterator[tuple[str, str]]:
    folder, begun = os.path.split(incomplete)
    try:
        entries = sorted(os.scandir(folder or "."), key=lambda one: one.name)
    except OSError:
        return
    for entry in entries:
        path = os.path.join(folder, entry.name)
        if entry.name.startswith(".") or not entry.name.startswith(begun):
            continue
        if entry.name.endswith(".toml"):
            yield path, "model file"
        elif incomplete and entry.is_dir():
            yield path + os.sep, "folder"


def quantities(context: typer.Context, incomplete: str) -> Offers:
    """The quantities of the model that was named before."""
    file = _model(context)
    return [] if file is None else _beginning(file.about, incomplete)


def parameters(context: typer.Context, incomplete: str) -> Offers:
    """``NAME=`` for every dimension and parameter of the model."""
    file = _model(context)
    return [] if file is None else _assigned(incomplete, dimension=file.spaces, parameter=file.parameters)


def spectral(context: typer.Context, incomplete: str) -> Offers:
    """Every parameter of the model."""
    file = _model(context)
    return [] if file is None else _beginning(((one, "parameter") for one in file.parameters), incomplete)


def parameters_to_zero(context: typer.Context, incomplete: str) -> Offers:
    """``NAME=0`` for every parameter of the model."""
    file = _model(context)
    return [] if file is None else _beginning(((f"{one}=0", "limit") for one in file.parameters), incomplete)


def renamed(context: typer.Context, incomplete: str) -> Offers:
    """``NAME=`` for everything that may be printed under another name."""
    file = _model(context)
    if file is None:
        return []
    numbers = {"dimension": file.spaces, "parameter": file.parameters}
    return _assigned(incomplete, **numbers, matrix=file.matrices, field=file.fields)


def _assigned(incomplete: str, **names: tuple[str, ...]) -> Offers:
    return _beginning(((f"{one}=", kind) for kind, some in names.items() for one in some), incomplete)


def spectra(context: typer.Context, incomplete: str) -> Offers:
    """Kinds of spectra, also behind the name of a matrix."""
    name, sign, _ = incomplete.rpartition("=")
    file = _model(context)
    matrices = () if file is None or sign else file.matrices
    offers = [
        *((f"{name}{sign}{kind}", "spectrum") for kind in KINDS),
        *((f"{one}=", "matrix") for one in matrices),
    ]
    return _beginning(offers, incomplete)


def euler_characteristics(incomplete: str) -> Offers:
    """What ``--euler`` takes, the usual ones."""
    offers = [
        ("planar", "the sphere"),
        ("all", "every surface"),
        ("2", "the sphere"),
        ("1", "the projective plane"),
        ("0", "the torus and the Klein bottle"),
    ]
    return _beginning(offers, incomplete)


def particles(incomplete: str) -> Offers:
    """What ``--irreducible`` takes."""
    return _beginning([("1", "self-energy diagrams"), ("2", "skeletons")], incomplete)


def lengths(incomplete: str) -> Offers:
    """Widths of pages that are often met."""
    offers = [
        ("345pt", "a page of article"),
        ("246pt", "a column of a journal"),
        ("12cm", "a length with its unit"),
    ]
    return _beginning(offers, incomplete)
