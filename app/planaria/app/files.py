"""Files that the command writes: looked at before the work is done, and whole or not there at all."""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Callable
from pathlib import Path

from planaria.algebra.errors import InputError

__all__ = ["check_folder", "check_target", "write_whole"]


def check_target(path: Path, place: str) -> None:
    """Raise InputError unless an ordinary file of this name can be written.

    What is seen here is not seen after an hour of work: a name that is too long, a folder, a pipe or a device in
    the place of the file, and a folder that takes no files.
    """
    state = _state(path, place)
    if state is not None:
        if stat.S_ISDIR(state.st_mode):
            raise InputError(place, "this is a folder", "give the name of a file")
        if not stat.S_ISREG(state.st_mode):
            raise InputError(place, "this is no ordinary file", "give a name of its own, or that of a file")
    folder = _state(path.parent, place)
    if folder is None or not stat.S_ISDIR(folder.st_mode):
        raise InputError(place, f"there is no folder {path.parent}", "make it first")
    _check_writable(path.parent, place)


def check_folder(path: Path, place: str) -> None:
    """Raise InputError unless this is a folder that takes files, or can be made one."""
    state = _state(path, place)
    if state is not None and not stat.S_ISDIR(state.st_mode):
        raise InputError(place, "this is no folder", "give the name of a folder")
    if state is not None:
        _check_writable(path, place)


def write_whole(path: Path, place: str, write: Callable[[Path], object]) -> Path:
    """Let `write` fill a file beside the target, and then give it the name of the target; the path.

    Raises InputError where that fails. The target is then what it was before, and nothing is left beside it.
    """
    target = Path(os.path.realpath(path))  # a link stays a link
    beside = target.with_name(f".planaria-{os.getpid()}-{secrets.token_hex(4)}{target.suffix}")
    try:
        check_target(target, place)
        write(beside)
        os.replace(beside, target)
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError(place, f"it cannot be written ({reason})", "choose another file") from None
    finally:
        beside.unlink(missing_ok=True)
    return path


def _state(path: Path, place: str) -> os.stat_result | None:
    try:
        return os.stat(path)
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(place, f"it cannot be written ({reason})", "choose another name") from None


def _check_writable(folder: Path, place: str) -> None:
    if not os.access(folder, os.W_OK | os.X_OK):
        raise InputError(place, f"the folder {folder} takes no files", "choose another folder, or allow writing")
