"""`planaria compare`: what it prints, its JSON, and how it ends."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from planaria.app.cli import app

MP = ["compare", "marchenko-pastur", "resolvent"]
LET = ["--let", "z = sum(lambda_I/(lambda_I + Delta))"]
GRAM = ["compare", "random-features", "gram_resolvent"]


def run(*words: str):
    return CliRunner().invoke(app, list(words))


def test_a_true_claim_is_shown_with_its_steps():
    done = run(*GRAM, "(P - z)/(gamma*P)", *LET)
    assert done.exit_code == 0
    assert "proved: " in done.stdout
    assert "Steps" in done.stdout


def test_a_false_claim_ends_with_1_and_says_what_would_be_right():
    done = run(*GRAM, "(N - z)/(gamma*P)", *LET)
    assert done.exit_code == 1
    for words in ("refuted", "Counterexample", "+/-", "Right would be", "(P - z)/(gamma*P)", "P in place of N"):
        assert words in done.stdout


def test_json_has_the_promised_keys():
    done = run(*GRAM, "(N - z)/(gamma*P)", *LET, "--json")
    assert done.exit_code == 1
    found = json.loads(done.stdout)
    for key in ("verdict", "digits", "points", "reason", "counterexample", "correction", "steps"):
        assert key in found
    assert found["verdict"] == "refuted"
    assert found["correction"]["formula"] == "(P - z)/(gamma*P)"
    assert found["correction"]["verdict"] == "proved"
    left, right = (found["counterexample"][side] for side in ("quantity", "formula"))
    assert abs(float(left["middle"]) - float(right["middle"])) > 1e-3
    assert found["counterexample"]["certified"] is True
    assert all({"rule", "before", "after", "reason"} == step.keys() for step in found["steps"])


def test_json_of_a_proof_has_nothing_else():
    found = json.loads(run(*MP, "1/(gamma + g_P)", "--json").stdout)
    assert (found["verdict"], found["counterexample"], found["correction"]) == ("proved", None, None)
    assert found["steps"][-1]["after"] == "0"


def test_numbers_are_given_by_set():
    assert run(*MP, "1/(2 + g_P)").exit_code == 1
    assert run(*MP, "1/(2 + g_P)", "--set", "gamma=2").exit_code == 0


def test_latex_is_a_block():
    done = run(*GRAM, "(N - z)/(gamma*P)", *LET, "--latex")
    assert done.exit_code == 1
    assert done.stdout.startswith(r"\begin{align*}")
    assert r"\neq" in done.stdout
    assert r"\frac{P - z}{\gamma P}" in done.stdout


def test_scalars_of_the_model_file_are_known(tmp_path):
    text = """
[spaces]
N = "rows"
P = "columns"
[parameters]
gamma = "ridge"
[fields]
x = { shape = ["N", "P"], variance = "1/P" }
[definitions]
c = "N/P"
[quantities]
resolvent = "tr(inv(gamma*I(N) + x*x.T))/N"
"""
    path = tmp_path / "mp.toml"
    path.write_text(text, encoding="utf-8")
    formula = "(-(gamma + 1 - c) + sqrt((gamma + 1 - c)**2 + 4*c*gamma))/(2*c*gamma)"
    assert run("compare", str(path), "resolvent", formula).exit_code == 0


@pytest.mark.parametrize(
    "words",
    [
        (*MP, "1/(gamma + g"),
        (*MP, "1/(gamma + y)"),
        (*MP, "gamma", "--let", "gamma"),
        (*MP, "gamma", "--set", "gamma=-1"),
        (*MP, "gamma", "--set", "M=1"),
        ("compare", "marchenko-pastur", "resolvant", "gamma"),
        ("compare", "marchenko-pasture", "resolvent", "gamma"),
        ("compare", "marchenko-pastur", "logdet(gamma*I(N) + x*x.T)", "gamma"),
        ("compare", "marchenko-pastur", "x*x.T", "gamma"),
        MP,
    ],
)
def test_bad_input_ends_with_2_and_one_sentence(words):
    done = run(*words)
    assert done.exit_code == 2
    assert done.stdout == ""
    assert done.stderr.startswith("planaria: ")
    assert len(done.stderr.strip().split("\n")) == 1
