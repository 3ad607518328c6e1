"""How the command ends: exit codes, and one sentence for every way in which the input can be wrong."""

from __future__ import annotations

import os
import sys
from typing import Any, NoReturn

import typer
from typer.core import TyperGroup

__all__ = ["INPUT_IS_WRONG", "Commands"]

CHECK_FAILED = 1
INPUT_IS_WRONG = 2
INTERRUPTED = 130  # what a shell reports of a process that SIGINT ended
READER_IS_GONE = 141  # and of one that SIGPIPE ended

# What typer raises for unknown options, missing arguments and the like. Its click is a package of its own or
# a part of typer, depending on the version: the public exception leads to the base class of either.
_UsageError: type[Exception] = typer.BadParameter.__mro__[1]


class Commands(TyperGroup):
    """A group of commands that never shows a traceback for wrong input."""

    def main(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Run the command and exit.

        0 done, 1 a check failed, 2 the input is wrong (one sentence on standard error), 130 interrupted.
        """
        try:
            code = super().main(*args, **{**kwargs, "standalone_mode": False})
        except (KeyboardInterrupt, typer.Abort):
            code = INTERRUPTED
        except _UsageError as error:
            _say(_usage_sentence(error))
            code = INPUT_IS_WRONG
        except ValueError as error:
            # An InputError is a ValueError; its module brings sympy, which --help should not wait for.
            from planaria.diagrams.errors import InputError

            if not isinstance(error, InputError):
                raise
            _say(str(error))
            code = INPUT_IS_WRONG
        if code == INTERRUPTED:
            _say("interrupted")
        if code == READER_IS_GONE:
            # Whatever is still buffered has no reader, and the interpreter would complain about it at exit.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(code if isinstance(code, int) else 0)

    def invoke(self, ctx: Any) -> Any:
        """Run one command to the end of its output; typer would take a reader that is gone for a failure."""
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
        except BrokenPipeError:
            raise typer.Exit(READER_IS_GONE) from None
        return result


def _say(sentence: str) -> None:
    print("planaria:", " ".join(sentence.split()), file=sys.stderr)


def _usage_sentence(error: Any) -> str:
    message = str(error.format_message()).strip().rstrip(".")
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else "planaria"
    sentence = f"{message[:1].lower()}{message[1:]}"
    return sentence if sentence.endswith("?") else f"{sentence}; see '{command} --help'"
