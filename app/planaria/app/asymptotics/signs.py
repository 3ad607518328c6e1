"""Signs of values and of their slopes, as text and JSON."""

from __future__ import annotations

from typing import Any

from planaria.app.asymptotics.report import Question, derived
from planaria.app.display import heading, line, messages, note, output, print_json, quantity_head, working
from planaria.derivations.signs.result import SignVerdict
from planaria.ensembles.verdicts.claims import Verdict
from planaria.numerics.signs.sign import sign_of
from planaria.writing.terminal.expressions import Formulas

__all__ = ["print_sign", "sign_json"]


def print_sign(question: Question, along: str, fixed: str, seed: int) -> bool:
    """Derive, find the sign and print it; whether it is not refuted that there is one."""
    file, quantity, derivation, formulas = derived(question)
    with working(messages(), f"sign of {quantity.name}"):
        found = sign_of(derivation, along, fixed, seed=seed)
    held = found.verdict is not Verdict.REFUTED
    if question.as_json:
        print_json({"model": file.name, "quantity": quantity.name, "sign": sign_json(found, formulas)})
        return held
    console = output()
    quantity_head(console, quantity.name, file.title or file.name, quantity.about)
    heading(console, "Sign")
    line(console, f"{found.verdict.value}: {formulas.renamed_text(found.statement)}")
    line(console, formulas.inline(found.expression))
    for symbol, one in found.sums.items():
        line(
            console,
            f"{formulas.name(symbol)} = sum of {formulas.inline(one.summand)} over {formulas.inline(one.space)}",
        )
    note(console, formulas.renamed_text(found.reason))
    for step in found.steps:
        note(console, f"{step.rule}: {formulas.renamed_text(step.reason)}")
    if found.steps:
        line(console, formulas.inline(found.steps[-1].after))
    for witness in found.witnesses:
        where = ", ".join(f"{formulas.name(name)} = {number}" for name, number in witness.at.items())
        line(console, f"{float(witness.value.middle):.6g} at {where}")
    return held


def sign_json(found: SignVerdict, formulas: Formulas) -> dict[str, Any]:
    """The JSON of a sign."""
    return {
        "about": formulas.renamed_text(found.about),
        "verdict": found.verdict.value,
        "sign": found.sign,
        "expression": formulas.plain(found.expression),
        "spectral_sums": {
            formulas.plain_name(symbol): {
                "summand": formulas.plain(one.summand),
                "space": formulas.plain(one.space),
            }
            for symbol, one in found.sums.items()
        },
        "points": found.points,
        "reason": formulas.renamed_text(found.reason),
        "steps": [{"rule": one.rule, "reason": formulas.renamed_text(one.reason)} for one in found.steps],
        "witnesses": [{"at": dict(one.at), "value": str(one.value)} for one in found.witnesses],
    }
