"""`planaria evaluate`: numbers, files, simulations, and every way to give it wrong input."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from planaria.app.subcommands import evaluate as evaluating
from planaria.numerics.simulation import simulate as simulating
from planaria.numerics.solving.evaluate import evaluate as right_evaluate

Run = Callable[..., Any]  # see conftest.py

REFERENCE = {
    "N": "60", "P": "120", "M": "400", "gamma": "1e-4", "sigma_u": "1", "sigma_w": "1",
    "lambda_plus": "1", "alpha": "0.8",
}  # fmt: skip


def settings(**changes: str | None) -> list[str]:
    """The options of the first row of reference numbers, with changes; None leaves one out."""
    values = {**REFERENCE, **changes}
    return [word for name, value in values.items() if value is not None for word in ("--set", f"{name}={value}")]


def test_evaluate_gives_the_reference_number(run: Run) -> None:
    outcome = run("evaluate", "random-features", "loss", *settings(), "--digits", "22", "--json")
    assert outcome.code == 0
    assert outcome.err == ""
    result = outcome.json
    assert set(result) == {
        "model", "quantity", "value", "digits", "unknowns", "residual", "status", "radius", "simulation",
    }  # fmt: skip
    assert (result["model"], result["quantity"], result["digits"]) == ("random-features", "loss", 22)
    assert result["value"] == "0.0002094456323967694040294"
    assert result["unknowns"] == {"Delta": "0.001439115962953793372532"}
    assert result["status"] == "verified"
    assert float(result["residual"]) < 1e-20
    assert result["simulation"] is None


def test_evaluate_in_words(run: Run) -> None:
    outcome = run("evaluate", "random-features", "loss", *settings(), "--digits", "22")
    assert "loss = 0.0002094456323967694040294" in outcome.out
    assert "Δ = 0.001439115962953793372532" in outcome.out
    assert "C = 1   N = 60   P = 120   M = 400   γ = 0.0001" in outcome.out


def test_the_loss_is_dual(run: Run) -> None:
    one = run("evaluate", "random-features", "loss", *settings(), "--json").json["value"]
    other = run("evaluate", "random-features", "loss", *settings(N="120", P="60"), "--json").json["value"]
    assert one == other


def test_only_what_a_quantity_contains_is_asked_for(run: Run) -> None:
    few = run("evaluate", "random-features", "resolvent", *settings(sigma_w=None), "--json").json
    more = run("evaluate", "random-features", "resolvent", *settings(sigma_w="7"), "--json").json
    # E tr q = (N - z)/gamma, and z is given to 22 digits
    expected = (60 - 59.54027509255591827897) / 1e-4 / 60
    assert float(few["value"]) == pytest.approx(expected, rel=1e-12)
    assert few == more


def test_everything_that_is_missing_is_named(run: Run) -> None:
    outcome = run("evaluate", "random-features", "loss", *settings(N=None, gamma=None, alpha=None))
    assert outcome.refusal == (
        "evaluate loss: there are values missing for N (features), gamma (ridge), alpha (exponent of the "
        "power law of the data); add numbers, as in --set N=100 --set gamma=1 --set alpha=1"
    )


@pytest.mark.parametrize(
    ("option", "sentence"),
    [
        ("N", "--set: 'N' is not of the form NAME=NUMBER; write --set N=60"),
        ("N=", "--set: 'N=' is not of the form NAME=NUMBER; write --set N=60"),
        ("=3", "--set: '=3' is not of the form NAME=NUMBER; write --set N=60"),
        ("gama=1", "--set gama: there is no parameter or dimension 'gama'; did you mean 'gamma'?"),
        ("x=1", "--set x: x is a random field; set dimensions and parameters only"),
        (
            "Lambda=1",
            "--set Lambda: Lambda is a matrix; give its eigenvalues with --spectrum-file Lambda=FILE",
        ),
        ("N=60", "--set N: N is set twice; set it once"),
        ("C=two", "--set C: 'two' is not a finite number; give a number"),
        ("C=inf", "--set C: 'inf' is not a finite number; give a number"),
        ("sigma_eps=nan", "--set sigma_eps: 'nan' is not a finite number; give a number"),
        (
            "sigma_eps=1e999999999",
            "--set sigma_eps: the number 1e999999999 is out of range; "
            "give numbers of at most 10,000 digits, from 1e-10000 to 1e10000",
        ),
        (
            "sigma_eps=__import__('os')",
            "--set sigma_eps: \"__import__('os')\" is not a finite number; give a number",
        ),
        ("sigma_eps=-1", "--set sigma_eps: -1 is negative; give sigma_eps a number >= 0"),
        ("C=0", "--set C: 0 is no size of a space; give C a whole number >= 1"),
        ("C=1.5", "--set C: 1.5 is no size of a space; give C a whole number >= 1"),
        ("C=-2", "--set C: -2 is no size of a space; give C a whole number >= 1"),
        ("C=1e301", "--set C: 1e301 is larger than 10^300; give a smaller size"),
    ],
)
def test_bad_values_are_named(run: Run, option: str, sentence: str) -> None:
    outcome = run("evaluate", "random-features", "loss", *settings(), "--set", option)
    assert outcome.refusal == sentence


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--digits", "0"], "--digits: 0 is out of range; give a whole number from 1 to 1000"),
        (["--digits", "1001"], "--digits: 1001 is out of range; give a whole number from 1 to 1000"),
        (["--simulate", "1"], "--simulate: 1 is out of range; give a whole number from 2 to 1000000"),
        (["--limit", "gamma=1"], "--limit gamma: 1 is not 0; write gamma=0, or use --set"),
        (["--limit", "gamma"], "--limit: 'gamma' is not of the form NAME=NUMBER; write --limit gamma=0"),
        (["--limit", "gamma=0"], "--limit gamma: --set gives it a value, too; leave one of them out"),
        (["--limit", "N=0"], "--limit N: N is a dimension; take a parameter to zero, such as a ridge"),
        (
            ["--spectrum", "flat"],
            "--spectrum: there is no spectrum 'flat'; the known ones are power-law, identity, exponential, "
            "two-level, symbolic",
        ),
        (["--spectrum", "Lamda=identity"], "--spectrum: there is no matrix 'Lamda'; did you mean 'Lambda'?"),
        (["--matrix", "Lambda"], "--matrix: there is no file for it; add --spectrum-file or --data-file"),
        (["--spectrum-file", "none.csv"], "spectrum file none.csv: there is no such file; check the path"),
        (
            ["--spectrum-file", "Q=none.csv"],
            "--spectrum-file: there is no matrix 'Q'; the known ones are Lambda",
        ),
    ],
)
def test_bad_options_are_named(run: Run, options: list[str], sentence: str) -> None:
    assert run("evaluate", "random-features", "loss", *settings(), *options).refusal == sentence


def test_a_space_that_does_not_fit_into_memory_is_refused(run: Run) -> None:
    spectrum = ("--spectrum", "Lambda=two-level", "--set", "lambda_minus=0.1", "--set", "fraction=0.5")
    own = settings(M="100000000", alpha=None)
    outcome = run("evaluate", "random-features", "loss", *own, *spectrum)
    assert outcome.refusal == (
        "--set M: the 100,000,000 eigenvalues of Lambda are too many, since each one counts; "
        "give M a size of at most 1,000,000"
    )
    outcome = run("evaluate", "random-features", "loss", *settings(N="100000"), "--simulate", "2")
    assert outcome.refusal == (
        "--simulate: matrices of size N = 100,000 are too large to draw; "
        "give sizes of at most 5,000, or leave --simulate out"
    )


def test_a_spectrum_file_fixes_the_size(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "spectrum.csv"
    file.write_text("\n".join(["1"] * 7))
    common = ["evaluate", "random-features", "loss", "--spectrum-file", str(file)]
    plain = settings(M=None, alpha=None, lambda_plus=None, N="3", P="5")
    by_file = run(*common, *plain, "--json")
    assert by_file.code == 0, by_file.err
    unit = run("evaluate", "random-features", "loss", *plain, "--set", "M=7", "--spectrum", "identity", "--json")
    assert by_file.json["value"] == unit.json["value"]
    assert run(*common, *plain, "--set", "M=7", "--json").json == by_file.json
    assert (
        run(*common, *plain, "--set", "M=8").refusal
        == "--set M: 8 is not the number of eigenvalues that are given, 7; leave M out"
    )


def test_two_matrices_take_two_files(run: Run, tmp_path: Path) -> None:
    one, two = tmp_path / "one.csv", tmp_path / "two.csv"
    one.write_text("1\n2\n3\n")
    two.write_text("1\n1\n1\n")
    given = ["evaluate", "ridge-regression", "bias", "--set", "P=2", "--set", "gamma=0.1"]
    files = ["--spectrum-file", f"Lambda={one}", "--spectrum-file", f"Omega={two}"]
    outcome = run(*given, *files, "--json")
    assert outcome.code == 0, outcome.err
    mixed = run(
        *given, "--spectrum", "Omega=identity", "--spectrum-file", str(one), "--matrix", "Lambda", "--json"
    )
    assert mixed.json["value"] == outcome.json["value"]
    assert (
        run(*given, "--spectrum-file", str(one)).refusal
        == f"--spectrum-file: the model has the matrices Lambda and Omega; write --spectrum-file Lambda={one}"
    )
    assert run(*given).refusal == (
        "evaluate bias: the eigenvalues of Lambda and Omega are not known; add --spectrum-file Lambda=FILE "
        "--spectrum-file Omega=FILE, or a kind such as --spectrum Lambda=identity"
    )
    assert (
        run(*given, *files, "--data-file", f"Omega={two}").refusal
        == "--data-file: Omega has two files; give it one"
    )
    two.write_text("1\n1\n")
    assert run(*given, *files).refusal == (
        "spectrum of Omega: it has 2 eigenvalues, another matrix of the space M has 3; give matrices of one "
        "space lists of one length"
    )


def test_data_give_the_spectrum_of_their_covariance(run: Run, tmp_path: Path) -> None:
    data, spectrum = tmp_path / "data.csv", tmp_path / "spectrum.csv"
    data.write_text("2,0\n-2,0\n0,1\n0,-1\n")
    spectrum.write_text("2\n0.5\n")
    given = ["evaluate", "signal-plus-noise", "resolvent", "--set", "gamma=1", "--set", "sigma=1", "--json"]
    from_data = run(*given, "--data-file", str(data))
    from_spectrum = run(*given, "--spectrum-file", str(spectrum))
    # the covariance is computed in double precision
    value, expected = (float(one.json["value"]) for one in (from_data, from_spectrum))
    assert value == pytest.approx(expected, rel=1e-14)


def test_a_model_without_matrices_takes_no_spectrum(run: Run) -> None:
    given = ["evaluate", "wigner", "resolvent", "--set", "N=5", "--set", "z=3"]
    sentence = "the model wigner has no deterministic matrix; leave the option out"
    assert run(*given, "--spectrum", "identity").refusal == f"--spectrum: {sentence}"
    assert run(*given, "--spectrum-file", "a.csv").refusal == f"--spectrum-file: {sentence}"
    assert run(*given, "--matrix", "A").refusal == f"--matrix: {sentence}"


def test_the_semicircle_at_thirty_digits(run: Run) -> None:
    outcome = run("evaluate", "wigner", "resolvent", "--set", "N=5", "--set", "z=3", "--digits", "30", "--json")
    assert outcome.json["value"] == "0.381966011250105151795413165634"  # (3 - sqrt 5)/2


def test_simulation_agrees_within_its_error_and_one_over_n(run: Run) -> None:
    given = [
        "evaluate",
        "marchenko-pastur",
        "resolvent",
        "--set",
        "N=60",
        "--set",
        "P=90",
        "--set",
        "gamma=0.5",
    ]
    result = run(*given, "--simulate", "100", "--seed", "3", "--json").json
    simulation = result["simulation"]
    assert set(simulation) == {
        "mean", "standard_error", "runs", "verdict", "reason", "extrapolated", "extrapolated_error", "difference",
        "band", "sigmas", "remainder", "sizes",
    }  # fmt: skip
    assert (simulation["verdict"], simulation["reason"]) == ("agrees", None)
    assert abs(float(simulation["difference"])) <= float(simulation["band"]) < 0.05 * float(result["value"])
    assert [one["scale"] for one in simulation["sizes"]] == [1, 2, 4]
    assert simulation["sizes"][0] == {"scale": 1, **{k: simulation[k] for k in ("mean", "standard_error", "runs")}}
    assert simulation["runs"] == 100
    value, mean, error = (
        float(one) for one in (result["value"], simulation["mean"], simulation["standard_error"])
    )
    assert abs(mean - value) < 5 * error + value / 60
    assert 0 < error < value / 100
    assert run(*given, "--simulate", "100", "--seed", "3", "--json").json == result
    words = run(*given, "--simulate", "100", "--seed", "3").out
    assert "100 runs, seed 3" in words
    assert "✓  the simulation agrees with the planar value" in words
    assert "corrections in 1/size" in " ".join(words.split())


def wrong_by(factor: float) -> Callable[..., Any]:
    """An evaluation that is wrong by a factor, and calls itself verified."""

    def wrong(*arguments: Any, **options: Any) -> Any:
        right = right_evaluate(*arguments, **options)
        return replace(right, value=right.value * factor)

    return wrong


@pytest.mark.parametrize("factor", [2, 0.5, -1, 1.03])
def test_a_simulation_that_contradicts_is_a_failed_check(
    run: Run, monkeypatch: pytest.MonkeyPatch, factor: float
) -> None:
    monkeypatch.setattr(evaluating, "evaluate", wrong_by(factor))
    given = ["evaluate", "marchenko-pastur", "resolvent", "--set", "N=20", "--set", "P=40", "--set", "gamma=1"]
    outcome = run(*given, "--simulate", "200", "--json")
    assert outcome.code == 1
    result = json.loads(outcome.out)
    assert (result["status"], result["simulation"]["verdict"]) == ("contradicted", "contradicts")
    words = run(*given, "--simulate", "200")
    assert words.code == 1
    assert "FAILED  the simulation contradicts the planar value" in words.out
    assert "verified" not in words.out
    assert run(*given).code == 0  # without a simulation nobody knows


def test_too_few_draws_say_nothing(run: Run) -> None:
    given = ["evaluate", "marchenko-pastur", "resolvent", "--set", "N=5", "--set", "P=10", "--set", "gamma=1"]
    outcome = run(*given, "--simulate", "2", "--json")
    assert outcome.code == 0
    assert outcome.json["simulation"]["verdict"] == "inconclusive"
    assert outcome.json["simulation"]["reason"]
    assert "?  the simulation neither agrees nor contradicts: the band is" in run(*given, "--simulate", "2").out


def test_one_output_does_not_spoil_the_simulation(run: Run) -> None:
    given = ["evaluate", "random-features", "noise_loss", *settings(N="20", P="30", M="25", gamma="1")]
    result = run(*given, "--set", "sigma_eps=1", "--simulate", "300", "--json").json
    assert "C" not in result["unknowns"]
    assert result["simulation"]["verdict"] != "contradicts"


# Limits.


def test_the_ridgeless_loss(run: Run) -> None:
    result = run("evaluate", "random-features", "loss", *settings(gamma=None), "--limit", "gamma=0", "--json").json
    assert result["status"] == "limit"
    # L = (C sigma_w^2 / 2M) Delta n m / (m - n), n = 60, m = 120 (arXiv:2210.16859)
    expected = float(result["unknowns"]["Delta"]) * 60 * 120 / 60 / 800
    assert float(result["value"]) == pytest.approx(expected, rel=1e-14)
    close = run("evaluate", "random-features", "loss", *settings(gamma="1e-12"), "--json").json
    assert float(close["value"]) == pytest.approx(float(result["value"]), rel=1e-6)


def test_a_divergent_limit_is_infinite(run: Run) -> None:
    given = ["evaluate", "random-features", "loss", *settings(gamma=None, P="60"), "--limit", "gamma=0"]
    result = run(*given, "--json").json
    assert (result["value"], result["status"]) == ("inf", "infinite")
    assert "loss = inf" in run(*given).out


def test_zero_is_a_limit(run: Run) -> None:
    refusal = run("evaluate", "random-features", "loss", *settings(gamma="0")).refusal
    assert "--limit gamma=0" in refusal


def test_a_limit_is_not_simulated(run: Run) -> None:
    given = ["evaluate", "random-features", "loss", *settings(gamma=None), "--limit", "gamma=0"]
    sentence = "--simulate: a limit cannot be simulated; leave out --limit, and set a small value"
    assert run(*given, "--simulate", "10").refusal == sentence


SMALL = ("evaluate", "marchenko-pastur", "resolvent", "--set", "N=8", "--set", "P=12", "--set", "gamma=1")


def test_processes_draw_the_same(run: Run) -> None:
    words = (*SMALL, "--simulate", "30", "--json")
    assert run(*words, "--workers", "2").json == run(*words).json


def test_workers_without_a_simulation(run: Run) -> None:
    sentence = "--workers: nothing is drawn that processes could share; add --simulate RUNS"
    assert run(*SMALL, "--workers", "2").refusal == sentence
    sentence = "--workers: 0 is out of range; give a whole number from 1 to 1024"
    assert run(*SMALL, "--simulate", "9", "--workers", "0").refusal == sentence


@pytest.mark.parametrize("after", [7, 40])
def test_an_interruption_keeps_what_was_drawn(run: Run, monkeypatch: pytest.MonkeyPatch, after: int) -> None:
    whole, count = simulating._Plan.outcome, 0

    def interrupted(plan: Any, number: int) -> Any:
        nonlocal count
        count += 1
        if count > after:
            raise KeyboardInterrupt
        return whole(plan, number)

    with monkeypatch.context() as patch:
        patch.setattr(simulating._Plan, "outcome", interrupted)
        outcome = run(*SMALL, "--simulate", "30", "--json")
    assert outcome.code == 130
    assert outcome.err == "planaria: interrupted\n"
    found = json.loads(outcome.out)["simulation"]
    assert found["verdict"] == "inconclusive"
    assert found["reason"] == "it was interrupted"
    assert [one["runs"] for one in found["sizes"]] == ([7] if after == 7 else [30, 10])
    first = run(*SMALL, "--simulate", str(min(after, 30)), "--json").json["simulation"]
    assert found["mean"] == first["mean"]


def test_an_interruption_before_there_are_two_draws(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(plan: Any, number: int) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr(simulating._Plan, "outcome", interrupted)
    outcome = run(*SMALL, "--simulate", "30", "--json")
    assert (outcome.code, outcome.out) == (130, "")


def test_a_power_law_has_any_size(run: Run) -> None:
    outcome = run("evaluate", "random-features", "loss", *settings(M="1e15"))
    assert outcome.code == 0, outcome.refusal
    infinite = settings(M="oo")
    assert (
        "M = oo, but the equations contain M itself"
        in run("evaluate", "random-features", "loss", *infinite).refusal
    )
    assert (
        "an infinite size is for evaluate"
        in run("moment", "random-features", "tr(x.T*x)", "--set", "M=oo").refusal
    )
    quantity = "tr(inv(gamma*I(P) + x.T*x))/P"
    outcome = run("evaluate", "random-features", quantity, *infinite)
    assert outcome.code == 0, outcome.refusal
    assert "M = oo" in outcome.out


def test_a_value_of_data_says_how_many_digits_its_eigenvalues_hold(run: Run, tmp_path: Path) -> None:
    np.save(tmp_path / "data.npy", np.random.default_rng(0).normal(size=(40, 6)))
    given = ("evaluate", "correlated-wishart", "resolvent", "--data-file", f"A={tmp_path / 'data.npy'}")
    given += ("--spectrum", "B=identity", "--set", "P=9")
    sentence = "the eigenvalues of A hold 16 digits: of the 20 that are given at most 16 are known"
    shown = " ".join(run(*given, "--set", "gamma=1").out.split())
    assert shown.index("resolvent = ") < shown.index(sentence) < shown.index("Unknowns")
    assert json.loads(run(*given, "--set", "gamma=1", "--json").out)["notes"][0].startswith(sentence)
    assert "notes" not in json.loads(run(*given, "--set", "gamma=1", "--digits", "16", "--json").out)
    table = json.loads(run(*given, "--set", "gamma=1,2", "--digits", "20", "--json").out)
    assert table["notes"][0].startswith(sentence)
