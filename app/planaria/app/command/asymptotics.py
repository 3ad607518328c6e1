"""The part of `planaria analyse` about power laws and signs: exponents, regimes, closed forms in z, bounds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import typer

from planaria.algebra.errors import InputError

__all__ = [
    "Asymptotics",
    "BulkOption",
    "DrawRegimesOption",
    "FixedOption",
    "GivenOption",
    "MonotoneOption",
    "RegimesOption",
    "ScalingOption",
    "SignOption",
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
BulkOption = Annotated[
    int | None,
    typer.Option(
        metavar="0|1",
        help="The closed form in z for a power law that runs on: 0 with integrals, 1 with constants.",
    ),
]
SignOption = Annotated[bool, typer.Option("--sign", help="Has the quantity one sign? Proved, if it can be.")]
MonotoneOption = Annotated[
    str | None, typer.Option(metavar="FUNCTION", help="Does it grow or fall with this, as N or N+P?")
]
FixedOption = Annotated[
    str, typer.Option(metavar="FUNCTION,...", help="What --monotone holds: 'N*P, Delta'; unknowns, too.")
]


@dataclass(frozen=True)
class Asymptotics:
    """What is asked about power laws and signs, as it was written."""

    scaling: str | None
    regimes: str | None
    given: str
    draw: str | None
    bulk: int | None = None
    sign: bool = False
    monotone: str | None = None
    fixed: str = ""

    @property
    def asked(self) -> tuple[str, ...]:
        """The options by which something is asked for."""
        each = {
            "--scaling": self.scaling is not None,
            "--regimes": self.regimes is not None,
            "--bulk": self.bulk is not None,
            "--sign": self.sign,
            "--monotone": self.monotone is not None,
        }
        return tuple(option for option, there in each.items() if there)

    def check(self, others: bool, optimum: bool) -> None:
        """Raises InputError for options that do not go together."""
        if self.asked and (len(self.asked) > 1 or others or (optimum and self.bulk is None)):
            raise InputError(self.asked[0], "it is asked for beside something else", "ask for one thing at a time")
        if self.given and self.scaling is None and self.regimes is None:
            raise InputError(
                "--given", "it says what others do in a corner", "add --scaling NAME or --regimes NAMES"
            )
        if self.fixed and self.monotone is None:
            raise InputError("--fixed", "it holds something on no way", "say along what: --monotone N")
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
    optimum: str | None = None,
    seed: int = 0,
) -> bool:
    """Print what is asked for; whether no check failed, and no sign is refuted."""
    from planaria.app.asymptotics.bulk import print_bulk
    from planaria.app.asymptotics.report import Question, print_regimes, print_scaling
    from planaria.app.asymptotics.signs import print_sign

    question = Question(model, quantity, asked.given, spectrum, symbols, budget, as_json=as_json)
    if asked.scaling is not None:
        return print_scaling(question, asked.scaling)
    if asked.bulk is not None:
        print_bulk(question, asked.bulk, optimum)
        return True
    if asked.sign or asked.monotone is not None:
        return print_sign(question, asked.monotone or "", asked.fixed, seed)
    assert asked.regimes is not None
    print_regimes(question, asked.regimes, asked.draw)
    return True
