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
    for one in files:
        texts = [
            "".join(text.itertext()) for text in ElementTree.parse(one).iter("{http://www.w3.org/2000/svg}text")
        ]
        exchanged = [(a, c) for a, b, c in zip(texts, texts[1:], texts[2:], strict=False) if b == "↔"]
        assert "".join(texts).count("↔") == 2
        assert exchanged


@pytest.mark.parametrize("suffix", [".svg", ".tex", ".tikz", ".png", ".pdf"])
def test_duals_on_one_sheet(run: Run, tmp_path: Path, suffix: str) -> None:
    file = tmp_path / f"duals{suffix}"
    outcome = run("dual", "random-features", "resolvent", "--order", "2", "--draw", str(file))
    assert outcome.code == 0
    assert outcome.err.splitlines()[-1] == f"wrote {file}"
    assert list(tmp_path.iterdir()) == [file]
    if suffix == ".svg":
        root = ElementTree.parse(file).getroot()
        assert root.findtext("{http://www.w3.org/2000/svg}title") == "4 diagrams beside their duals"
        assert "its dual times N / P" in "".join(root.itertext())


def test_several_dualities_go_to_numbered_sheets(run: Run, tmp_path: Path) -> None:
    outcome = run(
        "dual", "random-features", "resolvent", "loss", "--order", "1", "--draw", str(tmp_path / "a.svg")
    )
    assert outcome.err.splitlines()[-2:] == [f"wrote {tmp_path / f'a-{k}.svg'}" for k in (1, 2)]
    said = "".join(ElementTree.parse(tmp_path / "a-2.svg").getroot().itertext())
    assert "loss, invariant: the weight of a diagram, exchanged, is that of its dual" in said


def test_no_duality_is_drawn_where_there_is_none(run: Run, tmp_path: Path) -> None:
    outcome = run("dual", "random-features", "noise_loss", "--draw", str(tmp_path / "a.svg"))
    assert outcome.err.splitlines()[-1] == "nothing to draw: there is no duality"
    assert list(tmp_path.iterdir()) == []


def test_a_picture_of_another_kind_is_no_folder(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "a.jpg"
    assert run("dual", "random-features", "loss", "--draw", str(file)).refusal == (
        f"--draw {file}: the suffix is .jpg; give a .svg, .tex, .tikz, .png or .pdf file"
    )
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_ends_like_a_picture_stays_a_folder(run: Run, tmp_path: Path) -> None:
    (tmp_path / "old.svg").mkdir()
    run("dual", "random-features", "resolvent", "--draw", str(tmp_path / "old.svg"))
    assert [one.name for one in (tmp_path / "old.svg").iterdir()] == ["resolvent-N-P-order-1-001.svg"]


def test_a_folder_that_cannot_be(run: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert "no folder" in run("dual", "random-features", "loss", "--draw", str(tmp_path / "file")).refusal


def test_pairs_are_chosen_and_shaped_as_diagrams_are(run: Run, tmp_path: Path) -> None:
    asked = ("dual", "random-features", "resolvent", "--order", "2")
    file = tmp_path / "a.svg"
    assert run(*asked, "--draw", str(file), "--select", "2,4", "--columns", "1", "--width", "8cm").code == 0
    root = ElementTree.parse(file).getroot()
    assert float(root.get("width", "").removesuffix("pt")) == pytest.approx(8 * 72 / 2.54, abs=0.01)
    text = file.read_text(encoding="utf-8")
    assert "2 diagrams beside their duals" in text
    assert [number for number in "1234" if f">{number}." in text] == ["2", "4"]
    assert run(*asked, "--draw", str(file), "--select", "5").refusal == (
        "--select: there is no diagram 5: the last one is 4; give numbers from 1 to 4"
    )
    for option in ("--select", "--columns", "--width"):
        assert run(*asked, "--draw", str(tmp_path / "folder"), option, "3").refusal.startswith(f"{option}: ")
        assert run(*asked, option, "3").refusal.startswith(f"{option}: it says what a picture is like")
