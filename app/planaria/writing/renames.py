"""Names in place of others."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from sympy import Expr

from planaria.algebra.errors import InputError, unknown_name
from planaria.diagrams.expressions.expression import Setting
from planaria.ensembles.spectra import eigenvalue

__all__ = ["NO_RENAMES", "apart", "checked_renames", "known_names"]

NO_RENAMES: Mapping[str, str] = MappingProxyType({})

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


def known_names(setting: Setting) -> tuple[str, ...]:
    """Every name of a model that its rules, or what is derived from them, can show."""
    model = setting.model
    matrices = [one.symbol for one in model.fields] + [matrix for matrix, _ in setting.matrices]
    scalars: set[Expr] = {s for g in setting.ring.generators for s in g.free_symbols}
    scalars |= {s for space in setting.spaces for s in space.free_symbols}
    for matrix, spectrum in model.spectra:
        matrices.append(matrix)
        scalars |= spectrum.free_symbols
    scalars |= {eigenvalue(matrix) for matrix in matrices if model.field_index(matrix) is None}
    return tuple(sorted({str(one.name) for one in (*matrices, *scalars) if " " not in str(one.name)}))


def checked_renames(renames: Mapping[str, str], known: Iterable[str], place: str) -> dict[str, str]:
    """The renames with their consequences; InputError where a name is unknown or two things would share one.

    What is named after another follows it, unless it is renamed by itself: the eigenvalue ``lambda_I`` of
    ``Lambda``, the propagator ``g_P`` of the space ``P``. Names are exchanged all at once.

    >>> checked_renames({"N": "P", "P": "N"}, ["N", "P", "g_P"], "renames")
    {'g_P': 'g_N', 'N': 'P', 'P': 'N'}
    >>> checked_renames({"N": "P"}, ["N", "P"], "renames")
    Traceback (most recent call last):
        ...
    planaria.algebra.errors.InputError: renames: N would be called P, as another symbol is; \
choose a name that is not taken, or rename P, too
    """
    names = list(dict.fromkeys(known))
    followers: dict[str, str] = {}
    for old, new in renames.items():
        if not isinstance(new, str) or not _NAME.fullmatch(new):
            raise InputError(place, f"{new!r} is not a name", "use letters A-Z a-z, digits and _")
        followers.update(_followers(old, new, [*names, *renames]))
    for old in renames:
        if old not in names and old not in followers:
            raise unknown_name(place, "symbol", old, names)
    chosen = {old: new for old, new in {**followers, **renames}.items() if old in names}
    owners: dict[str, str] = {}
    for name in names:
        new = chosen.get(name, name)
        if new in owners:
            old, other = (name, owners[new]) if name in chosen else (owners[new], name)
            as_other, remedy = f"as {other} would be", "choose a name that is not taken"
            if other == new:
                as_other, remedy = "as another symbol is", f"{remedy}, or rename {new}, too"
            raise InputError(place, f"{old} would be called {new}, {as_other}", remedy)
        owners[new] = name
    return {old: new for old, new in chosen.items() if old != new}


def apart(renames: Mapping[str, str], sums: Iterable[str], own: Iterable[str]) -> dict[str, str]:
    r"""The renames, and calligraphic letters for sums whose letter is a name of the model.

    R_12 beside a matrix R would be read as its entry.

    >>> apart({}, ["R_12", "S_111_12"], ["N", "R", "S"])
    {'R_12': '\\mathcal{R}_{12}', 'S_111_12': '\\mathcal{S}_{111,12}'}
    >>> apart({"R": "C"}, ["R_12"], ["R"])
    {'R': 'C'}
    """
    shown = {renames.get(name, name) for name in own}
    found = dict(renames)
    for name in sums:
        letter, _, index = name.partition("_")
        if letter in shown and name not in found:
            found[name] = rf"\mathcal{{{letter}}}_{{{index.replace('_', ',')}}}"
    return found


def _followers(old: str, new: str, names: Iterable[str]) -> dict[str, str]:
    found = {old[:1].lower() + old[1:] + "_I": new[:1].lower() + new[1:] + "_I"}
    for name in names:
        if match := re.fullmatch(rf"(g|tau)_{re.escape(old)}((?:_\d+)?)", name):
            found[name] = f"{match.group(1)}_{new}{match.group(2)}"
    return found
