"""How the command ends: exit codes, and one sentence for every way in which the input can be wrong."""

from __future__ import annotations

import errno
import os
import re
import sys
from collections.abc import Sequence
from typing import Any, NoReturn, TextIO

import typer
from typer.core import TyperGroup

from planaria.algebra.errors import InputError
from planaria.app.words.early import check_words
from planaria.ensembles.cleaning import clean_line
from planaria.ensembles.library.outline import outline

__all__ = ["INPUT_IS_WRONG", "Commands", "in_flags"]

CHECK_FAILED = 1
INPUT_IS_WRONG = 2
INTERRUPTED = 130  # what a shell reports of a process that SIGINT ended
READER_IS_GONE = 141  # and of one that SIGPIPE ended

_HELP = frozenset({"-h", "--help"})
_CANNOT_BE_WRITTEN = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EBADF)

# What typer raises for unknown options, missing arguments and the like. Its click is a package of its own or
# a part of typer, depending on the version: the public exception leads to the base class of either.
_UsageError: type[Exception] = typer.BadParameter.__mro__[1]


class Commands(TyperGroup):
    """A group of commands that never shows a traceback for wrong input."""

    def main(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Run the command and exit.

        0 done, 1 a check failed, 2 the input is wrong or the output takes nothing (one sentence on standard
        error), 130 interrupted, 141 the reader of the output is gone.
        """
        if sys.stdout is None:
            _say("standard output is closed; leave it open, or send it to a file")
            sys.exit(INPUT_IS_WRONG)
        try:
            self._check_first(args[0] if args else kwargs.get("args"))
            code = super().main(*args, **{**kwargs, "standalone_mode": False})
            sys.stdout.flush()
        except SystemExit as ended:  # rich and click end so when the reader of a help text is gone
            code = READER_IS_GONE if ended.code == 1 else ended.code
        except BrokenPipeError:
            code = READER_IS_GONE
        except OSError as error:
            if error.errno not in _CANNOT_BE_WRITTEN:
                raise
            _say(f"output: it cannot be written ({error.strerror}); make room, or send it elsewhere")
            _discard(sys.stdout)
            code = INPUT_IS_WRONG
        except (KeyboardInterrupt, typer.Abort):
            code = INTERRUPTED
        except _UsageError as error:
            _say(_usage_sentence(error))
            code = INPUT_IS_WRONG
        except InputError as error:
            _say(in_flags(str(error)))
            code = INPUT_IS_WRONG
        if code == INTERRUPTED:
            _say("interrupted")
        if code == READER_IS_GONE:
            _discard(sys.stdout)
        sys.exit(code if isinstance(code, int) else 0)

    def _check_first(self, words: Sequence[str] | None) -> None:
        """Refuse a model or a quantity that is not there, where they are named first.

        To read all options takes longer than this, since typer imports what converts them.
        """
        given: list[str] = [*(sys.argv[1:] if words is None else words), "", ""]
        command, rest = given[0], given[1:]
        if command not in self.commands or not _HELP.isdisjoint(rest):
            return
        takes_model = any(one.name == "model" for one in self.commands[command].params)
        if takes_model and rest[0] and not rest[0].startswith("-"):
            check_words(rest[0], [one for one in rest[1:2] if one and not one.startswith("-")])

    def invoke(self, ctx: Any) -> Any:
        """Run one command to the end of its output; typer would take a reader that is gone for a failure."""
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
        except BrokenPipeError:
            raise typer.Exit(READER_IS_GONE) from None
        return result


def _say(sentence: str) -> None:
    """One line on standard error, or nothing where that is closed or full: there is nobody to tell."""
    if sys.stderr is None:
        return
    try:
        print("planaria:", clean_line(sentence), file=sys.stderr, flush=True)
    except OSError:
        _discard(sys.stderr)


def _discard(stream: TextIO) -> None:
    """Let what is still buffered go nowhere; the interpreter would complain about it at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


# How a remedy that is said in Python is said on the command line.
_FLAGS = (
    (re.compile(r"limit=\{'(\w+)': 0\}"), r"--limit \1=0"),
    (re.compile(r"\blimit=None"), "--yes"),
)


def in_flags(sentence: str) -> str:
    """A sentence of the library as the command says it.

    >>> in_flags("parameter gamma: the value 0 is a limit; take the limit with limit={'gamma': 0} instead")
    'parameter gamma: the value 0 is a limit; take the limit with --limit gamma=0 instead'
    """
    for pattern, flag in _FLAGS:
        sentence = pattern.sub(flag, sentence)
    return sentence


def _usage_sentence(error: Any) -> str:
    message = str(error.format_message()).strip().rstrip(".")
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else "planaria"
    sentence = f"{message[:1].lower()}{message[1:]}"
    model = outline(str(context.params.get("model"))) if context is not None and "'QUANTITY'" in message else None
    if model is not None and model.quantities:
        return f"{sentence}; {model.name} has {', '.join(model.quantities)}, and an expression will do"
    return sentence if sentence.endswith("?") else f"{sentence}; see '{command} --help'"
