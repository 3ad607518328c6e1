"""`planaria diagrams`: counts, series, pictures."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]  # see conftest.py


@pytest.mark.parametrize(
    ("order", "counts"),
    [
        (0, {"2": 1}),
        (1, {"2": 1}),
        (2, {"2": 3, "1": 3, "0": 3}),
        (3, {"2": 12, "1": 30, "0": 75, "-1": 72, "-2": 36}),
    ],
)
def test_all_diagrams_by_euler_characteristic(run: Run, order: int, counts: dict[str, int]) -> None:
    outcome = run("diagrams", "random-features", "resolvent", "--order", str(order), "--euler", "all", "--json")
    assert set(outcome.json) == {"order", "counts", "total", "planar_series"}
    assert list(outcome.json["counts"].items()) == list(counts.items())
    assert outcome.json["total"] == sum(counts.values())
    assert outcome.err == f"order {order} has {sum(counts.values())} diagrams of every Euler characteristic\n"


def test_planar_diagrams_and_their_series(run: Run) -> None:
    outcome = run("diagrams", "random-features", "resolvent", "--order", "1", "--json")
    assert outcome.json == {
        "order": 1,
        "counts": {"2": 1},
        "total": 1,
        "planar_series": "-P*sigma_u**2*tr(Lambda)/(M*gamma**2)",
    }


def test_the_series_reads_back(run: Run) -> None:
    from sympy import MatrixSymbol, Trace, symbols

    from planaria.derivations.models import load_model

    series = run("diagrams", "random-features", "resolvent", "--order", "2", "--json").json["planar_series"]
    N, P, M, gamma, s = symbols("N P M gamma sigma_u", positive=True)
    Lambda = MatrixSymbol("Lambda", M, M)
    t1, t2 = Trace(Lambda), Trace(Lambda**2)
    # the planar part of E tr (phi^T phi)^2 for fields of variance s^2/M, over N gamma^3
    expected = (s**2 / M) ** 2 * (t1**2 * (N**2 * P + N * P**2) + t2 * N**2 * P**2) / (N * gamma**3)
    assert (load_model("random-features").parse(series, "series") - expected).expand() == 0


def test_one_euler_characteristic(run: Run) -> None:
    outcome = run("diagrams", "random-features", "resolvent", "--order", "3", "--euler", "-1", "--json")
    assert outcome.json["counts"] == {"-1": 72}
    planar = run("diagrams", "random-features", "resolvent", "--order", "3", "--json")
    assert outcome.json["planar_series"] == planar.json["planar_series"]


def test_no_diagram_of_an_odd_order(run: Run) -> None:
    outcome = run("diagrams", "wigner", "resolvent", "--order", "3", "--json")
    assert outcome.json == {"order": 3, "counts": {"2": 0}, "total": 0, "planar_series": "0"}


def test_the_diagrams_in_words(run: Run) -> None:
    outcome = run("diagrams", "random-features", "resolvent", "--order", "2", "--euler", "all")
    rows = [line.split() for line in outcome.out.splitlines()]
    assert ["2", "3", "planar:", "the", "sphere"] in rows
    assert ["1", "3", "the", "projective", "plane"] in rows
    assert ["total", "9"] in rows


@pytest.mark.parametrize(
    ("model", "options", "problem"),
    [
        ("marchenko-pastur", ["--order", "13"], "order 12 already has 208,012 planar diagrams"),
        (
            "random-features",
            ["--order", "500"],
            "order 9 already has 246,675 planar diagrams",
        ),
        (
            "random-features",
            ["--order", "5", "--euler", "all", "--json"],
            "order 5 has 893,025 diagrams of every Euler characteristic",
        ),
    ],
)
def test_many_diagrams_are_made_on_demand_only(run: Run, model: str, options: list[str], problem: str) -> None:
    remedy = "add --yes to make more than 200,000 diagrams, or give a lower order"
    assert run("diagrams", model, "resolvent", *options).refusal == f"--order: {problem}; {remedy}"


def test_yes_makes_them(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    from planaria.app import diagramming

    monkeypatch.setattr(diagramming, "_MANY", 10)
    given = ["diagrams", "marchenko-pastur", "resolvent", "--order", "4"]
    assert run(*given).code == 2
    assert run(*given, "--yes", "--json").json["counts"] == {"2": 14}


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--order", "-1"], "--order: -1 is out of range; give a whole number from 0 to 1000"),
        (["--order", "1001"], "--order: 1001 is out of range; give a whole number from 0 to 1000"),
        (
            ["--order", "1", "--euler", "3"],
            "--euler: no diagram has the Euler characteristic 3; give 2 (planar), 1, 0, ... or all",
        ),
        (
            ["--order", "1", "--euler", "x"],
            "--euler: 'x' is no Euler characteristic; give 2 (planar), 1, 0, -1, ... or all",
        ),
        (
            ["--order", "1", "--draw", "a.pdf"],
            "--draw a.pdf: the suffix is .pdf; give a .svg, .tex or .png file",
        ),
        (
            ["--order", "1", "--draw", "picture"],
            "--draw picture: the suffix is missing; give a .svg, .tex or .png file",
        ),
        (["--order", "1", "--draw", "no/a.svg"], "--draw no/a.svg: there is no folder no; make it first"),
    ],
)
def test_bad_options_of_diagrams(run: Run, options: list[str], sentence: str) -> None:
    assert run("diagrams", "wigner", "resolvent", *options).refusal == sentence


def test_drawing(run: Run, tmp_path: Path) -> None:
    import xml.etree.ElementTree as ElementTree

    files = {suffix: tmp_path / f"diagrams{suffix}" for suffix in (".svg", ".tex", ".png")}
    for file in files.values():
        outcome = run("diagrams", "marchenko-pastur", "resolvent", "--order", "3", "--draw", str(file), "--json")
        assert outcome.json["total"] == 5
        assert outcome.err.splitlines()[-1] == f"wrote {file}"
    svg = ElementTree.parse(files[".svg"]).getroot()
    namespace = "{http://www.w3.org/2000/svg}"
    assert svg.findtext(f"{namespace}title") == "5 diagrams"
    words = ["".join(one.itertext()) for one in svg.iter(f"{namespace}text")]
    assert words.count("χ = 2") == 5
    tex = files[".tex"].read_text(encoding="utf-8")
    assert tex.count(r"\begin{tikzpicture}") == tex.count(r"\end{document}") == 1
    assert files[".png"].read_bytes().startswith(b"\x89PNG")


def test_many_pictures_go_to_numbered_sheets(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "sheet.svg"
    outcome = run("diagrams", "marchenko-pastur", "resolvent", "--order", "6", "--draw", str(file))
    assert outcome.code == 0  # 132 diagrams
    written = [tmp_path / f"sheet-{number}.svg" for number in (1, 2, 3)]
    assert outcome.err.splitlines()[1:] == [f"wrote {one}" for one in written]
    assert [one.read_text(encoding="utf-8").count("<title>") for one in written] == [1, 1, 1]
    assert "<title>60 diagrams</title>" in written[0].read_text(encoding="utf-8")
    assert "<title>12 diagrams</title>" in written[2].read_text(encoding="utf-8")


def test_nothing_to_draw(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "a.svg"
    outcome = run("diagrams", "wigner", "resolvent", "--order", "1", "--draw", str(file))
    assert outcome.err.splitlines()[-1] == "nothing to draw: there is no such diagram"
    assert not file.exists()
