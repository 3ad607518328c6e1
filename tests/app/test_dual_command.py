"""`planaria dual`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

Run = Callable[..., Any]  # see conftest.py

CORRELATED = """
[spaces]
N = "features"
P = "samples"
M = "latent dimensions"
[parameters]
gamma = "ridge"
[matrices]
Lambda = { space = "M" }
B = { space = "M", about = "covariance of the features" }
[fields]
x = { shape = ["M", "P"], rows = "Lambda" }
u = { shape = ["N", "M"], variance = "1/M", cols = "B" }
[definitions]
Q = "inv(gamma*I(P) + x.T*u.T*u*x)"
R = "I(M) - x*Q*x.T*u.T*u"
[quantities]
loss = "tr(R*Lambda*R.T)"
"""


def test_the_clean_loss_has_all_four_certificates(run: Run) -> None:
    result = run("dual", "random-features", "loss", "--json").json
    (duality,) = result["dualities"]
    assert duality["exchanges"] == [["N", "P"], ["u", "x"]]
    assert (duality["verdict"], duality["factor"], duality["remainder"]) == ("invariant", "1", "0")
    assert duality["averaged_over"] == ["w"]
    assert duality["matrices"] == [["q", "Q"]]
    assert {one["method"] for one in duality["certificates"]} >= {"identity", "diagrams", "closed form"}
    assert all(one["passed"] for one in duality["certificates"])
    assert result["refuted"] == []


def test_the_noise_loss_is_refuted(run: Run) -> None:
    result = run("dual", "random-features", "noise_loss", "--json").json
    assert result["dualities"] == []
    (refutation,) = result["refuted"]
    assert refutation["exchanges"] == [["N", "P"], ["u", "x"]]
    assert refutation["order"] == 0
    assert refutation["before"] != refutation["after"]
    assert "tr(Lambda**2)" in refutation["before"]


def test_correlated_features_have_none(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "correlated.toml"
    path.write_text(CORRELATED)
    outcome = run("dual", str(path))
    assert outcome.code == 0
    assert "Duality " not in outcome.out
    assert "No duality  N ↔ P, u ↔ x" in outcome.out
    assert "the exact expectations of order 0 differ" in outcome.out


def test_the_text(run: Run) -> None:
    outcome = run("dual", "random-features", "resolvent", "--symbols", "P=T")
    assert (outcome.code, outcome.err) == (0, "")
    for part in ("Duality  N ↔ T, u ↔ x", "covariant", "N: features", "T: training samples", "q: a propagator"):
        assert part in outcome.out
    assert "FAILED" not in outcome.out


def test_a_model_without_candidates_says_so(run: Run) -> None:
    assert "no exchange of spaces" in run("dual", "two-layer-random-features", "loss").out


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["random-feature"], "did you mean 'random-features'"),
        (["random-features", "los"], "did you mean 'loss'"),
        (["random-features", "--order", "-1"], "--order"),
        (["random-features", "--symbols", "P"], "--symbols"),
    ],
)
def test_bad_input(run: Run, arguments: list[str], sentence: str) -> None:
    assert sentence in run("dual", *arguments).refusal


def test_diagrams_beside_their_duals(run: Run, tmp_path: Path) -> None:
    outcome = run(
        "dual", "random-features", "resolvent", "--order", "2", "--draw", str(tmp_path / "new" / "folder")
    )
    assert outcome.code == 0
    files = sorted((tmp_path / "new" / "folder").iterdir())
    assert [one.name for one in files] == [
        "resolvent-N-P-order-1-001.svg",
        *(f"resolvent-N-P-order-2-00{k}.svg" for k in (1, 2, 3)),
    ]
    assert all("x ↔ u" in "".join(ElementTree.parse(one).getroot().itertext()) for one in files)


def test_a_folder_that_cannot_be(run: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert "no folder" in run("dual", "random-features", "loss", "--draw", str(tmp_path / "file")).refusal
