"""The command that analyses closed forms."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from planaria.app.cli import app

FEATURES = ["alpha=0.8", "lambda_plus=1", "sigma_u=1", "sigma_w=1", "C=1", "M=12"]


def run(*words: str) -> str:
    done = CliRunner().invoke(app, ["analyse", *words])
    assert done.exit_code == 0, done.stderr
    return done.stdout


def settings(*more: str) -> list[str]:
    return [word for one in (*FEATURES, *more) for word in ("--set", one)]


def test_a_derivative_with_its_number() -> None:
    found = json.loads(
        run("wigner", "resolvent", "--derivative", "z:2", "--set", "z=3", "--set", "N=10", "--json")
    )
    one = found["derivative"]
    assert one["equations"] == ["z = (g_N**2 + 1)/g_N"]
    assert one["number"].startswith("0.178885438199983")  # 2/(z^2 - 4)^(3/2)


def test_a_series_on_every_branch() -> None:
    found = json.loads(run("marchenko-pastur", "resolvent", "--series", "gamma=0:1", "--json"))["series"]
    assert found["variable"] == "gamma"
    assert {one["holds"][0]: [term["power"] for term in one["terms"]] for one in found["branches"]} == {
        "P < N": ["-1", "0", "1"],
        "N < P": ["0", "1"],
    }
    text = run("marchenko-pastur", "resolvent", "--series", "gamma=0:1", "--symbols", "P=T")
    assert "for N < T" in text
    assert "where g_P" not in text or "T" in text


def test_a_limit_with_numbers_and_a_ratio() -> None:
    words = ["random-features", "loss", "--limit", "N=oo", "--limit", "gamma/N=0.1", "--json"]
    (one,) = json.loads(run(*words, *settings("P=7")))["limit"]["branches"]
    near = json.loads(
        CliRunner()
        .invoke(
            app, ["evaluate", "random-features", "loss", *settings("P=7", "N=1000000000", "gamma=1e8"), "--json"]
        )
        .stdout
    )
    assert float(one["terms"][0]["number"]) == pytest.approx(float(near["value"]), rel=1e-7)
    assert one["terms"][0]["power"] == "0"


def test_an_optimum_with_its_stationarity() -> None:
    words = ["ridge-regression", "loss", "--spectrum", "Omega=identity", "--optimum", "gamma"]
    one = json.loads(run(*words, "--json"))["optimum"]
    assert one["parameter"] == "gamma"
    assert one["explicit"] == "M*sigma_eps**2/P"
    assert one["value"] is one["quantity"] is None
    numbers = [f"{word}" for one in ("P=8", "M=5", "C=1", "sigma_eps=0.5") for word in ("--set", one)]
    with_numbers = [
        *words,
        "--spectrum",
        "Lambda=power-law",
        *numbers,
        "--set",
        "alpha=1",
        "--set",
        "lambda_plus=1",
    ]
    found = json.loads(run(*with_numbers, "--digits", "15", "--json"))["optimum"]
    assert float(found["value"]) == pytest.approx(5 * 0.25 / 8, rel=1e-14)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (
            [],
            "analyse: nothing is asked for; add --derivative, --limit, --series, --optimum,",
        ),
        (["--series", "gamma=0"], "--series gamma: there is no order; write gamma=0:3"),
        (["--series", "gamma"], "--series: 'gamma' is not of the form NAME=NUMBER; write --series gamma=0:3"),
        (["--limit", "gamma=0", "--set", "gamma=1"], "--limit gamma: --set gives it a value, too; leave one"),
        (["--limit", "gamma=0", "--limit", "gamma=oo"], "--limit gamma: the limit is given twice; give it once"),
        (["--derivative", "gamma:x"], "--derivative gamma: 'x' is no order; write gamma:2"),
        (["--derivative", "gama"], "derivative: the formulas do not contain 'gama'; they contain N, P, gamma"),
        (["--optimum", "gama"], "optimum: there is no parameter 'gama'; did you mean 'gamma'?"),
        (["--limit", "N/Q=2"], "ratio N/Q: there is no parameter 'Q'"),
        (["--digits", "0", "--derivative", "gamma"], "--digits: 0 is no number from 1 to 1000; ask for 20, say"),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence(words: list[str], sentence: str) -> None:
    done = CliRunner().invoke(app, ["analyse", "marchenko-pastur", "resolvent", *words])
    assert done.exit_code == 2
    assert sentence in done.stderr
    assert done.stderr.count("\n") == 1
