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


@pytest.mark.parametrize(
    ("words", "says"),
    [
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
