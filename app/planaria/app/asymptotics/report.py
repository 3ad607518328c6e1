"""Exponents and regimes as text and JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from sympy import Expr, Symbol

from planaria.algebra.errors import InputError, placed
from planaria.app.display import heading, line, messages, note, output, print_json, quantity_head, working
from planaria.app.files import check_target, write_whole
from planaria.app.inputs import Names, read_renames
from planaria.app.matrices import with_kinds
from planaria.app.words.quantities import scalar_quantity
from planaria.derivations.asked import derive
from planaria.derivations.asymptotics.expansions import State
from planaria.derivations.asymptotics.result import Scaling
from planaria.derivations.derivation import Derivation
from planaria.ensembles.evidence import Check
from planaria.ensembles.library import load_model
from planaria.ensembles.text.model_data import ModelFile, Quantity
from planaria.numerics.asymptotics.regimes import Regime, Regimes, find_regimes
from planaria.numerics.asymptotics.scaling import scaling
from planaria.writing.plots.regimes import write_phase_diagram
from planaria.writing.terminal.expressions import Formulas

__all__ = [
    "Question",
    "constants_json",
    "derived",
    "print_regimes",
    "print_scaling",
    "regimes_json",
    "scaling_json",
]

_SUFFIXES = (".svg", ".png", ".pdf")


@dataclass(frozen=True)
class Question:
    """What both commands are asked, as it was written."""

    model: str
    quantity: str
    given: str
    spectrum: tuple[str, ...]
    symbols: tuple[str, ...]
    budget: float
    as_json: bool


def print_scaling(question: Question, symbol: str) -> bool:
    """Derive, find the exponent and print it; whether no check failed."""
    file, quantity, derivation, formulas = derived(question)
    with working(messages(), f"scaling of {quantity.name}"):
        found = scaling(derivation, symbol, question.given)
    passed = not any(one.failed for one in found.checks)
    if question.as_json:
        head = {"model": file.name, "quantity": quantity.name}
        print_json(head | {"scaling": scaling_json(found, formulas)})
        return passed
    console = output()
    quantity_head(console, quantity.name, file.title or file.name, quantity.about)
    heading(console, f"Scaling along {formulas.renamed_text(str(found.path))}")
    line(console, formulas.inline(found.value))
    _constants(console, found.constants, formulas)
    line(console, f"exponent of {formulas.name(found.path.symbol)}: {formulas.inline(found.exponent)}")
    if found.optimum is not None and found.path.optimised is not None:
        line(console, f"{formulas.name(found.path.optimised)} = {formulas.inline(found.optimum)}")
    line(console, f"{_unknown(found.state)} = {' + '.join(formulas.inline(one) for one in found.unknown)} + ...")
    if found.next_term is not None:
        line(console, f"next term: times 1 + {formulas.inline(found.next_term)}")
    elif found.correction is not None:
        note(console, f"corrections are of relative order {formulas.inline(found.correction)}")
    note(console, f"holds for {found.domain}")
    for check in found.checks:
        line(console, f"{check.outcome.value}: {check.statement}")
        note(console, check.detail)
    return passed


def print_regimes(question: Question, over: str, draw: str | None) -> None:
    """Derive, find the regimes, print them and draw the phase diagram."""
    picture = _picture(draw)
    file, quantity, derivation, formulas = derived(question)
    with working(messages(), f"regimes of {quantity.name}"):
        found = find_regimes(derivation, over, question.given)
    if question.as_json:
        head = {"model": file.name, "quantity": quantity.name}
        print_json(head | regimes_json(found, formulas))
    else:
        console = output()
        quantity_head(console, quantity.name, file.title or file.name, quantity.about)
        for number, regime in enumerate(found.regimes, 1):
            heading(console, f"Regime {number}")
            line(console, formulas.inline(regime.value))
            _constants(console, regime.constants, formulas)
            line(console, f"{_unknown(regime.state)} = {' + '.join(map(formulas.inline, regime.unknown))} + ...")
            for large in regime.domain:
                line(console, f"where {formulas.inline(large)} >> 1")
            note(console, f"value over leading term is {regime.ratio:.4f} at a point of it")
        heading(console, "Crossovers", "where leading terms are equal")
        for one in found.crossovers:
            left, right = one.between
            line(
                console,
                f"{left} and {right}: {formulas.name(one.symbol)} = {formulas.inline(one.at)}"
                + (", where the value jumps" if one.jump else ""),
            )
        for check in found.checks:
            line(console, f"{check.outcome.value}: {check.statement}")
            note(console, check.detail)
        note(console, f"compared at {formulas.inline(found.alpha)} = {float(found.witness):.4g}")
    if picture is not None:
        write_whole(picture, f"--draw {draw}", lambda path: write_phase_diagram(path, found))
        messages().print(f"wrote {picture}", soft_wrap=True)


def scaling_json(found: Scaling, formulas: Formulas) -> dict[str, Any]:
    """The JSON of a scaling: expressions in the grammar, with names for the constants."""
    plain = formulas.plain
    return {
        "symbol": formulas.plain_name(found.path.symbol),
        "given": formulas.renamed_text(", ".join(map(str, found.path.held))),
        "exponent": plain(found.exponent),
        "prefactor": plain(found.prefactor),
        "constants": constants_json(found.constants, formulas),
        "state": found.state.value,
        "unknown": [plain(one) for one in found.unknown],
        "optimum": None if found.optimum is None else plain(found.optimum),
        "next": None if found.next_term is None else plain(found.next_term),
        "correction": None if found.correction is None else plain(found.correction),
        "holds": found.domain,
        "checks": [_check_json(one) for one in found.checks],
    }


def regimes_json(found: Regimes, formulas: Formulas) -> dict[str, Any]:
    """The JSON of regimes and crossovers; regimes count from 1."""
    return {
        "regimes": [_regime_json(one, formulas) for one in found.regimes],
        "crossovers": [
            {
                "between": list(one.between),
                "symbol": formulas.plain_name(one.symbol),
                "at": formulas.plain(one.at),
                "jump": one.jump,
                "constants": constants_json(one.constants, formulas),
            }
            for one in found.crossovers
        ],
        "checks": [_check_json(one) for one in found.checks],
    }


def _check_json(one: Check) -> dict[str, str]:
    return {
        "statement": one.statement,
        "method": one.method,
        "outcome": one.outcome.value,
        "detail": one.detail,
    }


def _regime_json(regime: Regime, formulas: Formulas) -> dict[str, Any]:
    plain = formulas.plain
    return {
        "exponents": {formulas.plain_name(s): plain(e) for s, e in regime.exponents.items()},
        "prefactor": plain(regime.prefactor),
        "constants": constants_json(regime.constants, formulas),
        "state": regime.state.value,
        "unknown": [plain(one) for one in regime.unknown],
        "large": [plain(one) for one in regime.domain],
        "ratio": f"{regime.ratio:.6g}",
    }


def derived(question: Question) -> tuple[ModelFile, Quantity, Derivation, Formulas]:
    """What a question is about, and how it is written."""
    file = load_model(question.model)
    quantity = scalar_quantity(file, question.quantity)
    model = with_kinds(file, question.spectrum)
    renames = read_renames(question.symbols, Names(file, dict(model.spectra).values()))
    with working(messages(), f"deriving {quantity.name}"), placed(file.place(quantity)):
        derivation = derive(quantity.expression, model, budget=question.budget)
    if not isinstance(derivation, Derivation):
        raise InputError("QUANTITY", "a log det is an integral over a closed form", "ask for a trace")
    return file, quantity, derivation, Formulas(renames, unicode="utf" in output().encoding.lower())


def _unknown(state: State) -> str:
    return "z" if state is State.BULK else "the pole" if state is not State.PLAIN else "the unknown"


def _constants(console: Console, constants: Mapping[Symbol, Expr], formulas: Formulas) -> None:
    for symbol, value in constants.items():
        line(console, f"where {formulas.name(symbol)} = {formulas.inline(value)}")


def constants_json(constants: Mapping[Symbol, Expr], formulas: Formulas) -> dict[str, str]:
    """Named numbers, written out."""
    return {formulas.plain_name(symbol): str(value) for symbol, value in constants.items()}


def _picture(draw: str | None) -> Path | None:
    if draw is None:
        return None
    path = Path(draw)
    if path.suffix.lower() not in _SUFFIXES:
        raise InputError(
            f"--draw {draw}", f"'{path.suffix}' is no kind of picture", "end it in .svg, .png or .pdf"
        )
    check_target(path, f"--draw {draw}")
    return path
