"""The file that was asked for: a zarr group as it is, or netCDF or a table, made of one when all is computed."""

from __future__ import annotations

import csv
import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from planaria.algebra.errors import InputError, described
from planaria.numerics.datasets.labels import DRAW, DRAWS_STATUS, NOT_COMPUTED, SEED, Names, status_of
from planaria.numerics.datasets.libraries import check_libraries, library
from planaria.numerics.datasets.plan import Plan
from planaria.numerics.datasets.store import IDENTITY, Store, check_identity, opened

__all__ = ["ENDINGS", "Target"]

ENDINGS = (".zarr", ".nc", ".csv")


@dataclass(frozen=True)
class Target:
    """A file of results.

    Attributes
    ----------
    path
        None for memory.
    place
        What an error calls it.
    """

    path: Path | None
    place: str = "out"

    @classmethod
    def of(cls, out: str | os.PathLike[str] | None, place: str = "out") -> Target:
        """Raises InputError for what cannot be written, and where a library is missing for it."""
        if out is None:
            check_libraries()
            return cls(None, place)
        if not isinstance(out, (str, os.PathLike)):
            raise InputError(place, f"{described(out)} is no path", "give a name that ends in .zarr, .nc or .csv")
        path = Path(out)
        place = f"{place} {path}"
        if path.suffix not in ENDINGS:
            problem = f"its suffix is {path.suffix or 'missing'}"
            raise InputError(place, problem, "give a name that ends in .zarr, .nc or .csv")
        check_libraries(*(("h5netcdf", "h5py", "dask") if path.suffix == ".nc" else ()))
        folder = path.parent
        if not folder.is_dir():
            raise InputError(place, f"there is no folder {folder}", "make it first")
        if not os.access(folder, os.W_OK | os.X_OK):
            raise InputError(place, f"the folder {folder} takes no files", "choose another, or allow writing")
        return cls(path, place)

    @property
    def working(self) -> Path | None:
        """The zarr group that blocks are written to."""
        if self.path is None or self.path.suffix == ".zarr":
            return self.path
        return self.path.with_name(f"{self.path.name}.partial.zarr")

    def check(self, plan: Plan) -> None:
        """Raise InputError where there is something else than this sweep, or the beginning of it."""
        if self.path is None or self.working is None:
            return
        beyond = [name for name in plan.quantities if plan.is_complex(name)]
        if self.path.suffix == ".nc" and beyond:
            problem = f"netCDF holds no complex numbers, and {beyond[0]} has complex parameters"
            raise InputError(self.place, problem, "give a name that ends in .zarr or .csv")
        if self.path != self.working and self.path.exists():
            if self.path.suffix == ".csv":
                problem = "it is there already, and a table does not say what it is of"
                raise InputError(self.place, problem, "give another name, or remove it")
            check_identity(_identity(self.path), plan, self.place)
        if self.working.exists():
            opened(plan, self.working, self.place)

    @property
    def is_finished(self) -> bool:
        """Whether there is a file that is only written when all is computed."""
        return self.path is not None and self.path != self.working and self.path.exists()

    def store(self, plan: Plan) -> Store:
        return opened(plan, self.working, self.place)

    def finish(self, store: Store) -> Any:
        """Write the file, and give the dataset."""
        if self.path is None or self.working is None:
            return store.dataset().load()
        for left in self.working.rglob("*.partial"):  # of a chunk that was being written when somebody was killed
            left.unlink(missing_ok=True)
        if self.path == self.working:
            return store.dataset()
        dataset = store.dataset()
        match self.path.suffix:
            case ".nc":
                self._write(lambda file: dataset.chunk().to_netcdf(file, engine="h5netcdf"))
                found = self.dataset()
            case ".csv":
                self._write(lambda file: _table(store, file))
                found = dataset.load()
            case other:
                raise AssertionError(other)
        shutil.rmtree(self.working)
        return found

    def dataset(self) -> Any:
        """What a finished file of netCDF holds."""
        return library("xarray").open_dataset(self.path, engine="h5netcdf")

    def _write(self, write: Callable[[Path], object]) -> None:
        """A whole file, or none."""
        assert self.path is not None
        beside = self.path.with_name(f".planaria-{os.getpid()}-{secrets.token_hex(4)}{self.path.suffix}")
        try:
            write(beside)
            os.replace(beside, self.path)
        except OSError as error:
            problem = f"it cannot be written ({error.strerror or error}); what was computed is in {self.working}"
            raise InputError(self.place, problem, "make room, and start the same sweep again") from None
        finally:
            beside.unlink(missing_ok=True)


def _identity(path: Path) -> str | None:
    try:
        with library("xarray").open_dataset(path, engine="h5netcdf") as dataset:
            found = dataset.attrs.get(IDENTITY)
    except (OSError, ValueError):
        return None
    return found if isinstance(found, str) else None


def _table(store: Store, file: Path) -> None:
    with file.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerows(_rows(store))


def _rows(store: Store) -> Iterator[list[str]]:
    """A row for each point, after one of heads; in memory is a slab, as thick as a block along the first axis."""
    dataset, plan = store.dataset(), store.plan
    dims = [axis.name for axis in plan.grid.axes]
    places = list(plan.grid.names)
    heads = [n for name in plan.quantities for n in (name, Names(name).error, Names(name).status)]
    drawn = [str(name) for name, one in dataset.data_vars.items() if DRAW in one.dims]
    seeds = [SEED] if plan.draws is not None else []
    numbers = range(1, 1 + (plan.draws.number if plan.draws is not None else 0))
    yield [*places, *heads, *seeds, *(f"{name}_{n}" for name in drawn for n in numbers)]
    steps = range(0, plan.grid.shape[0], plan.chunk[0]) if dims else [0]
    for start in steps:
        part = dataset.isel({dims[0]: slice(start, start + plan.chunk[0])}) if dims else dataset
        part = part.load()
        like = part[heads[0]]
        columns = [
            _words(name, part[name].broadcast_like(like).transpose(*dims).values.reshape(-1))
            for name in (*places, *heads, *seeds)
        ]
        for name in drawn:
            columns += [_words(name, one) for one in part[name].values.reshape(-1, len(numbers)).T]
        yield from map(list, zip(*columns, strict=True))


def _words(name: str, column: Any) -> list[str]:
    """Numbers in as few digits as tell them; statuses in words; nothing for nan."""
    if name.endswith("_status") and name != DRAWS_STATUS:
        return ["not computed" if one == NOT_COMPUTED else status_of(int(one)).value for one in column]
    return ["" if one != one else repr(one).strip("()") for one in column.tolist()]
