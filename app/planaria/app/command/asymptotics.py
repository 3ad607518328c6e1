"""`planaria scaling` and `regimes`."""

from __future__ import annotations

from typing import Annotated

import typer

from planaria.app.options import (
    BudgetOption,
    JsonOption,
    ModelArgument,
    QuantityArgument,
    SpectrumOption,
    SymbolsOption,
)
from planaria.app.words.early import check_words

__all__ = ["GivenOption", "RegimesOption", "ScalingOption", "regimes", "scaling"]

ScalingOption = Annotated[
    str,
    typer.Option("--in", metavar="NAME[=0]", help="What goes to infinity last, such as N; or to zero: gamma=0."),
]
GivenOption = Annotated[
    str,
    typer.Option(
        metavar="NAME=VALUE,...",
        help="What others do before: 0, oo, optimum, a ratio P/N=2 or a formula; what is not named is fixed.",
    ),
]
RegimesOption = Annotated[
    str,
    typer.Option("--over", metavar="NAME,...", help="The symbols that go to zero or infinity, such as N,P,gamma."),
]
DrawRegimesOption = Annotated[
    str | None, typer.Option(metavar="FILE", help="Draw the phase diagram: .svg, .png or .pdf.")
]


def scaling(
    model: ModelArgument,
    quantity: QuantityArgument,
    symbol: ScalingOption,
    given: GivenOption = "",
    spectrum: SpectrumOption = None,
    symbols: SymbolsOption = None,
    budget: BudgetOption = 10.0,
    json: JsonOption = False,
) -> None:
    """Find exponent and prefactor in a corner, by dominant balance; held against local exponents."""
    check_words(model, [quantity], spectra=spectrum)
    from planaria.app.asymptotics.report import Question, print_scaling

    question = Question(model, quantity, given, tuple(spectrum or ()), tuple(symbols or ()), budget, as_json=json)
    if not print_scaling(question, symbol):
        raise typer.Exit(1)


def regimes(
    model: ModelArgument,
    quantity: QuantityArgument,
    over: RegimesOption,
    given: GivenOption = "",
    draw: DrawRegimesOption = None,
    spectrum: SpectrumOption = None,
    symbols: SymbolsOption = None,
    budget: BudgetOption = 10.0,
    json: JsonOption = False,
) -> None:
    """Find all dominant balances, each with domain, exponents and prefactor; draw the phase diagram."""
    check_words(model, [quantity], spectra=spectrum)
    from planaria.app.asymptotics.report import Question, print_regimes

    question = Question(model, quantity, given, tuple(spectrum or ()), tuple(symbols or ()), budget, as_json=json)
    print_regimes(question, over, draw)
