"""Expressions in place of quantities, and new names, in every command alike."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.app.conftest import Outcome

from planaria.app.words.renaming import renamed_model
from planaria.ensembles.library import load_model, model_names

Run = Callable[..., Outcome]

RESOLVENT = "tr(inv(gamma*I(N) + x*x.T))/N"
POINT = ["--set", "N=60", "--set", "P=120", "--set", "gamma=0.5"]


@pytest.mark.parametrize(
    "words",
    [
        ["derive", "--no-simulation", "--no-rules"],
        ["evaluate", *POINT],
        ["diagrams", "--order", "2", "--euler", "all"],
        ["dual"],
    ],
    ids=lambda words: words[0],
)
def test_an_expression_is_answered_as_the_quantity_that_it_is(run: Run, words: list[str]) -> None:
    command, *options = words
    named = run(command, "marchenko-pastur", "resolvent", *options)
    written = run(command, "marchenko-pastur", RESOLVENT, *options)
    assert (named.code, written.code) == (0, 0)

    def numbers(outcome: Outcome) -> list[str]:
        text = outcome.out.replace("resolvent of the sample covariance", "").replace(RESOLVENT, "")
        text = text.replace("tr(inv(gamma*I(N) + x*x.T))/N", "")
        return re.findall(r"[0-9.]+|[γΔ⋅χ]", text.replace("resolvent", "value"))

    assert numbers(written) == numbers(named) != []
    assert RESOLVENT in written.out


def test_expressions_beside_quantities(run: Run) -> None:
    found = run("derive", "wigner", "tr(h**2)/N", "resolvent", "tr(h**2)/N", "--no-simulation", "--json").json
    assert list(found["quantities"]) == ["tr(h**2)/N", "resolvent"]
    assert found["quantities"]["tr(h**2)/N"]["value"] == "1"
    latex = run("derive", "wigner", "tr(h**2)/N", "--no-simulation", "--latex").out
    assert r"\mathrm{value} &\simeq 1" in latex


def test_a_difference_of_names_is_an_expression(run: Run) -> None:
    assert run("moment", "marchenko-pastur", "N-P", "--json").json["polynomial"] == "N - P"
    assert "there is no quantity 'N-Q'" in run("moment", "marchenko-pastur", "N-Q").refusal


def test_expressions_use_definitions(run: Run) -> None:
    found = run("evaluate", "random-features", "tr(q)/N", "--spectrum", "identity", "--set", "M=50", "--set",
                "sigma_u=1", *POINT, "--json").json  # fmt: skip
    named = run("evaluate", "random-features", "resolvent", "--spectrum", "identity", "--set", "M=50", "--set",
                "sigma_u=1", *POINT, "--json").json  # fmt: skip
    assert found["value"] == named["value"]


@pytest.mark.parametrize("command", ["evaluate", "dual", "moment"])
def test_a_matrix_is_no_scalar(run: Run, command: str) -> None:
    assert (
        run(command, "wigner", "h*h").refusal
        == "QUANTITY: 'h*h' is a matrix of shape N x N; take a trace: tr(h*h)"
    )


@pytest.mark.parametrize("command", ["derive", "evaluate", "diagrams", "dual", "moment"])
@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("resolvant", "model wigner: there is no quantity 'resolvant'; did you mean 'resolvent'?"),
        ("tr(g)", "there is no name 'g'"),
        ("tr(h", "the bracket of column 3 is not closed"),
        (" ", "QUANTITY: it is empty"),
    ],
)
def test_what_is_neither_is_refused_alike(run: Run, command: str, text: str, problem: str) -> None:
    order = ["--order", "1"] if command == "diagrams" else []
    assert problem in run(command, "wigner", text, *order).refusal


@pytest.mark.parametrize(
    "words",
    [
        ["derive", "--no-simulation"],
        ["evaluate", *POINT],
        ["diagrams", "--order", "2"],
        ["diagrams", "--order", "2", "--classes"],
        ["diagrams", "--order", "2", "--irreducible", "1"],
        ["dual"],
    ],
    ids=" ".join,
)
def test_new_names_are_printed_everywhere(run: Run, words: list[str]) -> None:
    command, *options = words
    plain = run(command, "marchenko-pastur", "resolvent", *options).out
    renamed = run(command, "marchenko-pastur", "resolvent", *options, "--symbols", "P=T", "--symbols", "x=y").out
    assert re.search(r"\bP\b", without_words(plain))
    for old in ("P", "x"):
        assert not re.search(rf"\b{old}\b|{old}ᵀ", without_words(renamed)), old
    assert re.search(r"\bT\b", renamed)


def without_words(text: str) -> str:
    """What a command prints without the words of the model file about itself, which stay as they are."""
    return text.replace("N variables, P samples", "")


def test_names_of_pictures(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "one.tex"
    words = ["random-features", "resolvent", "--order", "2", "--draw", str(file)]
    run("diagrams", *words)
    before = file.read_text()
    run("diagrams", *words, "--symbols", "P=T", "--symbols", "Lambda=A", "--symbols", "N=P")
    after = file.read_text()
    assert r"\Lambda" in before
    assert r"\Lambda" not in after
    assert before.replace(r"\Lambda", "A").replace("$P$", "$T$").replace("$N$", "$P$").count("$T$") == (
        after.count("$T$")
    )


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (["--symbols", "Q=T"], "--symbols Q: there is no symbol 'Q'"),
        (["--symbols", "P=N"], "there would be two things called N"),
        (["--symbols", "P=1"], "--symbols P: '1' is not a name"),
        (["--symbols", "P"], "--symbols: 'P' is not of the form NAME=NEW; write --symbols P=T"),
    ],
)
@pytest.mark.parametrize("command", ["derive", "evaluate", "diagrams", "dual", "moment"])
def test_bad_names_are_refused_alike(run: Run, command: str, words: list[str], problem: str) -> None:
    quantity = "tr(x*x.T)" if command == "moment" else "resolvent"
    options = {"diagrams": ["--order", "1"], "evaluate": POINT, "derive": ["--no-simulation"]}.get(command, [])
    outcome = run(command, "marchenko-pastur", quantity, *options, *words)
    assert (outcome.code, outcome.out) == (2, "")
    assert problem in outcome.err


@pytest.mark.parametrize("name", model_names())
def test_a_renamed_model_is_the_same_model(name: str) -> None:
    file = load_model(name)
    names = [*map(str, file.names)]
    there = {one: f"{one}_new" for one in names if one not in dict(file.definitions)}
    back = {new: old for old, new in there.items()}
    changed = renamed_model(file, there)
    assert changed != file
    assert renamed_model(changed, back) == file


def test_names_are_exchanged_all_at_once() -> None:
    file = load_model("marchenko-pastur")
    changed = renamed_model(file, {"N": "P", "P": "N"})
    assert [str(one.symbol) for one in changed.spaces] == ["P", "N"]
    assert str(changed.model.fields[0].shape) == "(P, N)"


@pytest.mark.parametrize("command", ["derive", "moment"])
def test_latex_keeps_to_a_width(run: Run, command: str) -> None:
    expression = "tr((phi.T*phi)**4)"
    options = ["--no-simulation"] if command == "derive" else []
    words = [command, "random-features", expression, "--latex", *options]
    narrow, wide = (run(*words, "--width", width).out for width in ("240pt", "40in"))
    assert len(narrow.splitlines()) > len(wide.splitlines())
    assert run(*words, "--width", "345pt").out == run(*words).out
    assert "'wide' is not a length" in run(*words, "--width", "wide").refusal
