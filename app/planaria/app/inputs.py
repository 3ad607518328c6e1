"""NAME=TEXT options: values, limits and new names, checked against the model before anything is computed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

from sympy import Expr, MatrixSymbol, Rational, Symbol, oo

from planaria.algebra.errors import InputError, unknown_name
from planaria.ensembles.spectra import Spectrum, eigenvalue
from planaria.ensembles.text.grids import MOST_POINTS, has_several, numbers_of, split_pair
from planaria.ensembles.text.model_data import ModelFile, Parameter, Space
from planaria.numerics.points.reading import real_only
from planaria.numerics.spectra import exact_number

__all__ = ["Names", "check_count", "read_limits", "read_renames", "read_sweep", "read_values"]

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_LARGEST_SIZE = 10**300  # double precision begins every path


class Names:
    """The names of a model that a command line may give numbers to, or may not.

    Parameters
    ----------
    file
        The model.
    spectra
        What is known of its matrices after the options: a power law brings parameters of its own.
    """

    def __init__(self, file: ModelFile, spectra: Iterable[Spectrum] = ()) -> None:
        own = {symbol for one in spectra for symbol in one.free_symbols}
        self.model = file.name
        self.spaces = {str(one.symbol.name): one.symbol for one in file.spaces}
        parameters = [*(one.symbol for one in file.parameters), *sorted(own, key=str)]
        self.parameters: dict[str, Symbol] = {str(one.name): one for one in parameters}
        # A ridge or a spectral parameter may be complex or negative: no law and no spectrum depends on it.
        bound = own | real_only(file.model, [one.symbol for one in file.spaces])
        self.free = frozenset(one for one in parameters if one not in bound)
        self.matrices: dict[str, MatrixSymbol] = {str(one.symbol.name): one.symbol for one in file.matrices}
        self.fields = {one.name: one.symbol for one in file.model.fields}
        declared: tuple[Space | Parameter, ...] = (*file.spaces, *file.parameters)
        self.defaults = {one.symbol: one.default for one in declared if one.default is not None}
        self.about = {one.symbol: one.about for one in declared}

    @property
    def scalars(self) -> dict[str, Symbol]:
        return {**self.spaces, **self.parameters}

    def scalar(self, name: str, place: str) -> Symbol:
        """The parameter or dimension of a name, or an InputError that says what to do instead."""
        if name in self.scalars:
            return self.scalars[name]
        if name in self.matrices:
            raise InputError(
                place, f"{name} is a matrix", f"give its eigenvalues with --spectrum-file {name}=FILE"
            )
        if name in self.fields:
            raise InputError(place, f"{name} is a random field", "set dimensions and parameters only")
        raise unknown_name(place, "parameter or dimension", name, self.scalars)

    def matrix(self, name: str, place: str) -> MatrixSymbol:
        if not self.matrices:
            raise InputError(place, f"the model {self.model} has no deterministic matrix", "leave the option out")
        if name in self.matrices:
            return self.matrices[name]
        raise unknown_name(place, "matrix", name, self.matrices)


def read_values(texts: Sequence[str], names: Names) -> dict[Symbol, Expr]:
    """The exact numbers of ``--set NAME=NUMBER``, by symbol; defaults of the model are not among them.

    Raises InputError, which names the option, for anything but one finite number for a free parameter, one number
    >= 0 for another, or one positive integer for a dimension.
    """
    found = _assignments(texts, names)
    for symbol, text in found.items():
        if has_several(text):
            place = f"--set {symbol.name}"
            raise InputError(
                place, f"'{text}' is more than one number", "give one; 'planaria evaluate' takes several"
            )
    return {symbol: _value(text, symbol, names) for symbol, text in found.items()}


def read_sweep(texts: Sequence[str], names: Names, most: int = MOST_POINTS) -> dict[Symbol, tuple[Expr, ...]]:
    """The same where a name may have several numbers, as in ``--set NAME=60,120`` and ``--set NAME=10:400:60``.

    Raises InputError in the same cases, for a list or a grid that is none, and for too many combinations.
    """
    found: dict[Symbol, tuple[Expr, ...]] = {}
    points = 1
    for symbol, text in _assignments(texts, names).items():
        place = f"--set {symbol.name}"
        whole = str(symbol.name) in names.spaces
        numbers = [_value(one, symbol, names, infinite=True) for one in numbers_of(text, place, whole=whole)]
        found[symbol] = tuple(dict.fromkeys(numbers))
        points *= len(found[symbol])
        if points > most:
            raise InputError(place, f"there are more than {most:,} combinations", "give fewer numbers")
    return found


def _assignments(texts: Sequence[str], names: Names) -> dict[Symbol, str]:
    found: dict[Symbol, str] = {}
    for text in texts:
        name, number = split_pair(text, "--set", "N=60")
        symbol = names.scalar(name, f"--set {name}")
        if symbol in found:
            raise InputError(f"--set {name}", f"{name} is set twice", "set it once")
        found[symbol] = number
    return found


def _value(number: Fraction | str, symbol: Symbol, names: Names, *, infinite: bool = False) -> Expr:
    """A number that a parameter or a dimension can have; ``oo`` for an infinite one."""
    name = str(symbol.name)
    place = f"--set {name}"
    if number == "oo" and name in names.spaces:
        if not infinite:
            raise InputError(place, "an infinite size is for evaluate and sweep", "give a finite one")
        return oo
    value = exact_number(number, place)
    if symbol in names.free:
        return value
    if not isinstance(value, Rational):
        raise InputError(place, f"{number} is not a real number", "give a number >= 0")
    if name in names.spaces:
        if value.q != 1 or value < 1:
            raise InputError(place, f"{number} is no size of a space", f"give {name} a whole number >= 1")
        if value > _LARGEST_SIZE:
            raise InputError(place, f"{number} is larger than 10^300", "give a smaller size")
    elif value < 0 and symbol.is_nonnegative:
        raise InputError(place, f"{number} is negative", f"give {name} a number >= 0")
    return value


def read_limits(texts: Sequence[str], names: Names) -> dict[str, int]:
    """The parameters that ``--limit NAME=0`` takes to zero."""
    found: dict[str, int] = {}
    for text in texts:
        name, number = split_pair(text, "--limit", "gamma=0")
        place = f"--limit {name}"
        symbol = names.scalar(name, place)
        if str(symbol.name) in names.spaces:
            raise InputError(place, f"{name} is a dimension", "take a parameter to zero, such as a ridge")
        value = exact_number(number, place)
        if value != 0:
            raise InputError(place, f"{number} is not 0", f"write {name}=0, or use --set")
        if name in found:
            raise InputError(place, "the limit is given twice", "give it once")
        found[name] = 0
    return found


def read_renames(texts: Sequence[str], names: Names, others: Iterable[str] = ()) -> dict[str, str]:
    """The new names of ``--symbols NAME=NEW``; no two things get one name.

    Parameters
    ----------
    others
        Further names that occur: the unknowns and spectral sums of a derivation.
    """
    known = [*names.scalars, *names.matrices, *names.fields, *others]
    renames: dict[str, str] = {}
    for text in texts:
        name, new = split_pair(text, "--symbols", "P=T")
        place = f"--symbols {name}"
        if name not in known:
            raise unknown_name(place, "symbol", name, known)
        if not _NAME.fullmatch(new):
            raise InputError(place, f"'{new}' is not a name", "use letters A-Z a-z, digits and _")
        if name in renames:
            raise InputError(place, f"{name} is renamed twice", "give it one new name")
        renames[name] = new
    final: dict[str, str] = {}
    for name in dict.fromkeys(known):
        new = renames.get(name, name)
        if new in final:
            raise InputError(
                f"--symbols {name if name in renames else final[new]}",
                f"there would be two things called {new}",
                "choose a name that is not taken, or rename the other one, too",
            )
        final[new] = name
    return {**_renamed_consequences(renames, names, others), **renames}


def _renamed_consequences(renames: Mapping[str, str], names: Names, others: Iterable[str]) -> dict[str, str]:
    """Names that are made of others: the eigenvalue lambda_I of Lambda, the propagator g_P of a space P."""
    found: dict[str, str] = {}
    for name, new in renames.items():
        if name in names.matrices:
            rows, cols = names.matrices[name].shape
            old, renamed = (eigenvalue(one) for one in (names.matrices[name], MatrixSymbol(new, rows, cols)))
            found[str(old.name)] = str(renamed.name)
        for other in others:
            if name in names.spaces and re.fullmatch(rf"(g|tau)_{re.escape(name)}(_\d+)?", other):
                stem, _, rest = other.partition("_")
                found[other] = f"{stem}_{new}{rest[len(name) :]}"
    return found


def check_count(option: str, value: int, least: int, most: int) -> None:
    """InputError unless a number of an option is within bounds."""
    if not least <= value <= most:
        raise InputError(option, f"{value} is out of range", f"give a whole number from {least} to {most}")
