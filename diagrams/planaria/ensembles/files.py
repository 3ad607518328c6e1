"""Files that are read: ordinary ones only, since a pipe keeps a reader waiting and a device never ends."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from planaria.algebra.errors import InputError

__all__ = ["check_ordinary"]


def check_ordinary(path: Path, place: str, remedy: str) -> None:
    """Raise InputError for a directory, a pipe or a device; OSError or ValueError where nothing is found."""
    mode = os.stat(path).st_mode
    if stat.S_ISDIR(mode):
        raise InputError(place, "this is a directory", remedy)
    if not stat.S_ISREG(mode):
        raise InputError(place, "this is no ordinary file, but a pipe or a device", remedy)
