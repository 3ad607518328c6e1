"""The part of `planaria analyse` about power laws: exponents and regimes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import typer

from planaria.algebra.errors import InputError

__all__ = [
    "Asymptotics",
    "DrawRegimesOption",
    "GivenOption",
    "RegimesOption",
    "ScalingOption",
    "analyse_asymptotics",
]

ScalingOption = Annotated[
    str | None,
    typer.Option(
        metavar="NAME[=0]", help="Exponent and prefactor where this goes to infinity, or to zero: gamma=0."
    ),
]
GivenOption = Annotated[
    str,
    typer.Option(
        metavar="NAME=VALUE,...",
        help="What others do before: 0, oo, optimum, a ratio P/N=2 or a formula; what is not named is fixed.",
    ),
]
RegimesOption = Annotated[
    str | None,
    typer.Option(metavar="NAME,...", help="Dominant balances over what goes to zero or infinity: N,P,gamma."),
]
DrawRegimesOption = Annotated[
    str | None,
    typer.Option("--draw", metavar="FILE", help="Draw the phase diagram of --regimes: .svg, .png or .pdf."),
]


@dataclass(frozen=True)
class Asymptotics:
    """What is asked about power laws, as it was written."""

    scaling: str | None
    regimes: str | None
    given: str
    draw: str | None

    @property
    def is_asked(self) -> bool:
        return self.scaling is not None or self.regimes is not None

    def check(self, others: bool) -> None:
        """Raises InputError for options that do not go together."""
        if self.scaling is not None and (self.regimes is not None or others):
            raise InputError("--scaling", "it is asked for beside something else", "ask for one thing at a time")
        if self.regimes is not None and others:
            raise InputError("--regimes", "it is asked for beside something else", "ask for one thing at a time")
        if self.given and not self.is_asked:
            raise InputError(
                "--given", "it says what others do in a corner", "add --scaling NAME or --regimes NAMES"
            )
        if self.draw is not None and self.regimes is None:
            raise InputError("--draw", "there is no phase diagram", "add --regimes NAMES")


def analyse_asymptotics(
    model: str,
    quantity: str,
    asked: Asymptotics,
    spectrum: tuple[str, ...],
    symbols: tuple[str, ...],
    budget: float,
    *,
    as_json: bool,
) -> bool:
    """Print exponent or regimes; whether no check failed."""
    from planaria.app.asymptotics.report import Question, print_regimes, print_scaling

    question = Question(model, quantity, asked.given, spectrum, symbols, budget, as_json=as_json)
    if asked.scaling is not None:
        return print_scaling(question, asked.scaling)
    assert asked.regimes is not None
    print_regimes(question, asked.regimes, asked.draw)
    return True
