"""`planaria scaling` and `planaria regimes`: JSON that reads back, and one sentence for what is wrong."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from planaria.app.cli import app

RUN = CliRunner()


def test_json_has_exponent_and_prefactor() -> None:
    words = ["scaling", "random-features", "noise_loss", "--in", "N", "--given", "gamma=0, P/N=2, M=oo", "--json"]
    done = RUN.invoke(app, words, catch_exceptions=False)
    assert done.exit_code == 0
    found = json.loads(done.stdout)["scaling"]
    assert (found["exponent"], found["prefactor"]) == ("0", "C*sigma_eps**2/2")
    assert found["holds"] == "alpha > 0"
    assert [one["outcome"] for one in found["checks"]] == ["passed", "passed"]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["scaling", "random-features", "loss", "--in", "Q"], "no parameter or dimension 'Q'"),
        (["scaling", "random-features", "loss", "--in", "N", "--given", "alpha=-1"], "is not positive"),
        (["scaling", "ridge-regression", "variance", "--in", "P", "--given", "M=oo"], "follow no law"),
        (["regimes", "random-features", "loss", "--over", "N,P", "--draw", "a.txt"], "is no kind of picture"),
    ],
)
def test_wrong_input_is_one_sentence(words: list[str], says: str, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        app(words, prog_name="planaria")
    assert ended.value.code == 2
    assert says in capfd.readouterr().err
