"""`planaria analyse --scaling` and `--regimes`: JSON that reads back, and one sentence for what is wrong."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from planaria.app.cli import app

RUN = CliRunner()


def test_json_has_exponent_and_prefactor() -> None:
    words = [
        "analyse",
        "random-features",
        "noise_loss",
        "--scaling",
        "N",
        "--given",
        "gamma=0, P/N=2, M=oo",
        "--json",
    ]
    done = RUN.invoke(app, words, catch_exceptions=False)
    assert done.exit_code == 0
    found = json.loads(done.stdout)["scaling"]
    assert (found["exponent"], found["prefactor"]) == ("0", "C*sigma_eps**2/2")
    assert found["holds"] == "alpha > 0"
    assert [one["outcome"] for one in found["checks"]] == ["passed", "passed"]


def test_json_of_signs_and_forms_in_z() -> None:
    head = ["analyse", "random-features", "loss", "--json"]
    done = RUN.invoke(app, [*head, "--monotone", "N+P", "--fixed", "N*P, Delta"], catch_exceptions=False)
    found = json.loads(done.stdout)["sign"]
    assert (done.exit_code, found["verdict"], found["sign"]) == (0, "proved", 1)
    done = RUN.invoke(app, [*head, "--monotone", "N"], catch_exceptions=False)
    found = json.loads(done.stdout)["sign"]
    assert (done.exit_code, found["verdict"], found["sign"]) == (1, "refuted", None)
    assert [float(one["value"].split()[0]) > 0 for one in found["witnesses"]] == [True, False]
    done = RUN.invoke(app, [*head, "--bulk", "0", "--optimum", "gamma"], catch_exceptions=False)
    found = json.loads(done.stdout)["bulk"]
    assert found["pole"] == "Delta = lambda_plus*(rho/z)**(alpha + 1)"
    assert found["optimum"]["stationarity"].endswith(" = 0")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["analyse", "random-features", "loss", "--fixed", "N"], "say along what: --monotone N"),
        (["analyse", "random-features", "loss", "--bulk", "2"], "2 is none"),
        (["analyse", "random-features", "loss", "--sign", "--bulk", "0"], "ask for one thing at a time"),
        (["analyse", "random-features", "loss", "--scaling", "Q"], "no parameter or dimension 'Q'"),
        (["analyse", "random-features", "loss", "--scaling", "N", "--given", "alpha=-1"], "is not positive"),
        (["analyse", "ridge-regression", "variance", "--scaling", "P", "--given", "M=oo"], "follow no law"),
        (["analyse", "random-features", "loss", "--regimes", "N,P", "--draw", "a.txt"], "is no kind of picture"),
        (
            ["analyse", "random-features", "loss", "--regimes", "N,P", "--scaling", "N"],
            "ask for one thing at a time",
        ),
        (["analyse", "random-features", "loss", "--given", "M=oo"], "add --scaling NAME or --regimes NAMES"),
        (["analyse", "random-features", "loss", "--draw", "a.svg", "--scaling", "N"], "add --regimes NAMES"),
    ],
)
def test_wrong_input_is_one_sentence(words: list[str], says: str, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        app(words, prog_name="planaria")
    assert ended.value.code == 2
    assert says in capfd.readouterr().err
