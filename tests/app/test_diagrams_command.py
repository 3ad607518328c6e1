"""`planaria diagrams`: counts, series, pictures."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from sympy import Trace

import planaria as pl
from planaria.ensembles.library import load_model

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
    number = sum(counts.values())
    plural = "" if number == 1 else "s"
    assert outcome.err == f"order {order} has {number} diagram{plural} of every Euler characteristic\n"


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

    from planaria.ensembles.library import load_model

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
        ("marchenko-pastur", ["--order", "13", "--draw", "d.svg"], "order 12 already has 208,012 planar diagrams"),
        (
            "random-features",
            ["--order", "500", "--draw", "d.svg"],
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


def test_planar_diagrams_are_weighed_without_being_made(run: Run) -> None:
    # OEIS A001764
    outcome = run("diagrams", "random-features", "resolvent", "--order", "12", "--json")
    assert outcome.json["counts"] == {"2": 50_067_108}
    outcome = run("diagrams", "random-features", "resolvent", "--order", "500")
    assert outcome.refusal == (
        "--order: order 18 already has 2,619,631,042,665 planar diagrams; "
        "add --yes to weigh more than 1,000,000,000,000 diagrams, or give a lower order"
    )


@pytest.mark.parametrize(("model", "quantity"), [("random-features", "loss"), ("wigner", "resolvent")])
def test_pictures_do_not_change_the_series(run: Run, tmp_path: Path, model: str, quantity: str) -> None:
    given = ["diagrams", model, quantity, "--order", "2", "--json"]
    drawn = run(*given, "--draw", str(tmp_path / "d.svg"))
    assert run(*given).json == drawn.json


def test_yes_makes_them(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    from planaria.app.subcommands import diagrams as diagramming

    monkeypatch.setattr(diagramming, "_MANY_WEIGHED", 10)
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
            ["--order", "1", "--draw", "a.jpg"],
            "--draw a.jpg: the suffix is .jpg; give a .svg, .tex, .tikz, .png or .pdf file",
        ),
        (
            ["--order", "1", "--draw", "picture"],
            "--draw picture: the suffix is missing; give a .svg, .tex, .tikz, .png or .pdf file",
        ),
        (["--order", "1", "--draw", "no/a.svg"], "--draw no/a.svg: there is no folder no; make it first"),
    ],
)
def test_bad_options_of_diagrams(run: Run, options: list[str], sentence: str) -> None:
    assert run("diagrams", "wigner", "resolvent", *options).refusal == sentence


def test_drawing(run: Run, tmp_path: Path) -> None:
    files = {suffix: tmp_path / f"diagrams{suffix}" for suffix in (".svg", ".tex", ".tikz", ".png", ".pdf")}
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
    picture = files[".tikz"].read_text(encoding="utf-8").rstrip("\n")
    assert picture in tex
    assert picture.splitlines()[1] == r"\begin{tikzpicture}[x=1pt, y=-1pt]"
    assert picture.endswith(r"\end{tikzpicture}")
    assert files[".png"].read_bytes().startswith(b"\x89PNG")
    pdf = files[".pdf"].read_bytes()
    assert pdf.startswith(b"%PDF")
    assert b"/Subtype /Image" not in pdf  # vectors
    assert b"CreationDate" not in pdf
    box = re.search(rb"/MediaBox \[ ?0 0 ([\d.]+) ([\d.]+) ?\]", pdf)
    assert box
    assert float(box[1]) == pytest.approx(float(svg.get("width", "")), abs=0.1)


NINE = ("diagrams", "random-features", "resolvent", "--order", "2", "--euler", "all")


def drawn(file: Path) -> tuple[list[str], list[str]]:
    """The numbers and the Euler characteristics on a sheet."""
    root = ElementTree.parse(file).getroot()
    words = ["".join(one.itertext()) for one in root.iter("{http://www.w3.org/2000/svg}text")]
    return [w for w in words if re.fullmatch(r"\d+\.", w)], [w for w in words if w.startswith("χ")]


def test_sheets_begin_with_the_highest_euler_characteristic(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "a.svg"
    assert run(*NINE, "--draw", str(file)).code == 0
    numbers, euler = drawn(file)
    assert numbers == [f"{k}." for k in range(1, 10)]
    assert euler == ["χ = 2"] * 3 + ["χ = 1"] * 3 + ["χ = 0"] * 3


@pytest.mark.parametrize(
    ("select", "numbers"),
    [("3,5", [3, 5]), ("2-4", [2, 3, 4]), ("9, 1-2,2", [1, 2, 9]), ("4–6", [4, 5, 6])],
)
def test_selected_diagrams_keep_their_numbers(run: Run, tmp_path: Path, select: str, numbers: list[int]) -> None:
    part, whole = tmp_path / "part.svg", tmp_path / "whole.svg"
    outcome = run(*NINE, "--draw", str(part), "--select", select)
    assert outcome.err.splitlines()[-1] == f"wrote {part}"
    run(*NINE, "--draw", str(whole))
    _, euler = drawn(whole)
    assert drawn(part) == ([f"{k}." for k in numbers], [euler[k - 1] for k in numbers])


def test_one_selected_diagram_is_a_picture_by_itself(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "a.svg"
    assert run(*NINE, "--draw", str(file), "--select", "7", "--width", "500").code == 0
    root = ElementTree.parse(file).getroot()
    assert root.findtext("{http://www.w3.org/2000/svg}title") == (
        "Ribbon graph: 4 ribbons, Euler characteristic 0"
    )
    assert root.get("width") == "500"


def test_numbers_are_those_of_lists(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "a.svg"
    given = (*NINE, "--classes")
    listed = [line.split() for line in run(*given).out.splitlines() if re.match(r"\s+\d+ ", line)]
    assert [row[0] for row in listed] == [str(k) for k in range(1, len(listed) + 1)]
    assert [int(row[1]) for row in listed] == sorted((int(row[1]) for row in listed), reverse=True)
    run(*given, "--draw", str(file), "--select", "2-3")
    assert drawn(file) == (["2.", "3."], [f"χ = {listed[k][1]}" for k in (1, 2)])
    given = ("diagrams", "random-features", "resolvent", "--irreducible", "1", "--order", "4", "--euler", "all")
    rows = [line.split() for line in run(*given).out.splitlines() if re.match(r"\s+\d+ ", line)]
    assert [row[0] for row in rows] == [str(k) for k in range(1, len(rows) + 1)]
    run(*given, "--draw", str(file), "--select", f"1,{len(rows)}")
    assert drawn(file)[0] == ["1.", f"{len(rows)}."]


def test_columns_and_width(run: Run, tmp_path: Path) -> None:
    def shape(*options: str) -> tuple[float, float]:
        file = tmp_path / "a.svg"
        assert run(*NINE, "--draw", str(file), *options).code == 0
        root = ElementTree.parse(file).getroot()
        return float(root.get("width", "")), float(root.get("height", ""))

    row, column = shape("--columns", "9"), shape("--columns", "1")
    assert row[0] > 5 * row[1]
    assert column[1] > 5 * column[0]
    assert shape("--columns", "20") == row
    assert shape("--width", "400")[0] == 400
    small, large = shape("--columns", "3", "--width", "300"), shape("--columns", "3", "--width", "900")
    assert large[1] == pytest.approx(3 * small[1], abs=0.02)
    assert shape("--width", "2000")[1] < shape("--width", "700")[1]  # more of them fit side by side


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--select", "10"], "--select: there is no diagram 10: the last one is 9; give numbers from 1 to 9"),
        (["--select", "8-12"], "--select: there is no diagram 12: the last one is 9; give numbers from 1 to 9"),
        (["--select", "0"], "--select: there is no diagram 0; diagrams are numbered from 1"),
        (["--select", "5-3"], "--select: 5-3 is no range; give 3-5"),
        (
            ["--select", "3;5"],
            "--select: '3;5' is no number and no range; give numbers of diagrams, such as 3,5 or 3-5",
        ),
        (
            ["--select", ""],
            "--select: '' is no number and no range; give numbers of diagrams, such as 3,5 or 3-5",
        ),
        (
            ["--select", "12", "--classes"],
            "--select: there is no diagram 12: the last one is 9; give numbers from 1 to 9",
        ),
        (
            ["--select", "3", "--irreducible", "1"],
            "--select: there is no diagram 3: the last one is 1; leave it out",
        ),
        (["--columns", "0"], "--columns: 0 is out of range; give a whole number from 1 to 1000"),
        (["--width", "0"], "--width: 0 is out of range; give points from 50 to 14400"),
        (["--width", "1cm"], "--width: 1cm is out of range; give points from 50 to 14400"),
        (
            ["--width", "nan"],
            "--width: 'nan' is not a length; give a number of pt, or a length such as 345pt, 12cm, 120mm or 5in",
        ),
    ],
)
def test_bad_choices(run: Run, tmp_path: Path, options: list[str], sentence: str) -> None:
    assert run(*NINE, "--draw", str(tmp_path / "a.svg"), *options).refusal == sentence
    assert list(tmp_path.iterdir()) == []


def test_nothing_can_be_selected_where_there_is_nothing(run: Run, tmp_path: Path) -> None:
    outcome = run(
        "diagrams", "wigner", "resolvent", "--order", "1", "--draw", str(tmp_path / "a.svg"), "--select", "1"
    )
    assert outcome.refusal == "--select: there is no diagram 1: there are none; leave it out"


@pytest.mark.parametrize("option", ["--select", "--columns", "--width"])
def test_what_a_picture_is_like_needs_a_picture(run: Run, option: str) -> None:
    expected = f"{option}: it says what a picture is like, and there is none; add --draw FILE"
    assert run(*NINE, option, "3").refusal == expected


def test_a_few_of_many_diagrams_can_be_drawn(run: Run, tmp_path: Path) -> None:
    file = str(tmp_path / "a.svg")
    given = ("diagrams", "marchenko-pastur", "resolvent", "--order", "9", "--draw", file)
    assert "there are more than 2,000 diagrams to draw" in run(*given).err  # 4,862
    assert run(*given, "--select", "1-2,4862").code == 0
    assert drawn(tmp_path / "a.svg")[0] == ["1.", "2.", "4862."]
    assert run(*given, "--select", "1-2001").refusal.endswith("2,000 diagrams to draw; choose fewer")


@pytest.mark.parametrize("suffix", [".tex", ".tikz"])
def test_a_sheet_that_tex_cannot_hold(run: Run, tmp_path: Path, suffix: str) -> None:
    file = tmp_path / f"a{suffix}"
    given = ("diagrams", "marchenko-pastur", "resolvent", "--order", "6", "--columns", "1", "--draw", str(file))
    outcome = run(*given)
    assert outcome.code == 2
    assert "more than TeX can hold; choose more columns, or fewer diagrams" in outcome.err
    assert list(tmp_path.iterdir()) == []
    assert run(*given, "--select", "1-50").code == 0


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


def test_a_product_of_traces_given_as_an_expression(run: Run) -> None:
    text = "tr(phi*phi.T)**2"
    everything = run("diagrams", "random-features", text, "--order", "0", "--euler", "all", "--json")
    assert everything.json["counts"] == {"4": 1, "2": 6, "1": 2}
    assert everything.err == "order 0 has 9 diagrams of every Euler characteristic\n"
    connected = run("diagrams", "random-features", text, "--order", "0", "--connected", "--json")
    assert connected.json["counts"] == {"2": 6}
    assert connected.err == "order 0 has 6 connected planar diagrams\n"
    planar = run("diagrams", "random-features", text, "--order", "0", "--json")
    assert planar.json["counts"] == {"4": 1, "2": 6}
    highest = run("diagrams", "random-features", text, "--order", "0", "--euler", "4", "--json")
    assert highest.json["counts"] == {"4": 1}
    assert ["4", "1"] in [
        line.split() for line in run("diagrams", "random-features", text, "--order", "0").out.splitlines()
    ]


def test_the_variance_of_a_trace_reads_back(run: Run) -> None:
    from sympy import MatrixSymbol, Trace, symbols

    from planaria.ensembles.library import load_model

    series = run("diagrams", "random-features", "tr(u*u.T)**2", "--order", "0", "--connected", "--json").json
    N, M, s = symbols("N M sigma_u", positive=True)
    # chi-squared with N M degrees of freedom and the variance s^2/M
    expected = 2 * N * M * (s**2 / M) ** 2
    assert (load_model("random-features").parse(series["planar_series"], "series") - expected).expand() == 0
    matrix = run("diagrams", "random-features", "q", "--order", "1", "--json").json["planar_series"]
    Lambda, P, gamma = MatrixSymbol("Lambda", M, M), *symbols("P gamma", positive=True)
    read = load_model("random-features").parse(matrix, "series")
    assert (read.as_coeff_mmul()[0] + P * s**2 * Trace(Lambda) / (M * gamma**2)).expand() == 0


def test_self_energies_and_skeletons(run: Run, tmp_path: Path) -> None:
    given = ["diagrams", "random-features", "resolvent", "--irreducible"]
    one = run(*given, "1", "--order", "4", "--json").json
    assert (one["order"], one["total"], one["counts"]) == (4, 2, {"2": 2})
    assert {d["line"] for d in one["diagrams"]} == {"N"}
    two = run(*given, "2", "--order", "1", "--draw", str(tmp_path / "a.svg"), "--json")
    assert sorted((d["line"], *d["ribbons"]) for d in two.json["diagrams"]) == [
        ("M", "u"),
        ("M", "x"),
        ("N", "u"),
        ("P", "x"),
    ]
    assert two.err == f"wrote {tmp_path / 'a.svg'}\n"
    rows = [line.split() for line in run(*given, "1", "--order", "2").out.splitlines()]
    assert ["1", "N", "u", "x", "2", "-P*sigma_u**2*tr(Lambda)/M*I(N)"] in rows
    assert run(*given, "2", "--order", "2").err == "there are none\n"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (
            ["resolvnt", "--order", "1"],
            "model random-features: there is no quantity 'resolvnt'; did you mean 'resolvent'?",
        ),
        (["tr(qq)", "--order", "1"], "QUANTITY: there is no name 'qq'; did you mean 'q'?"),
        (
            ["tr(q)**2", "--order", "1", "--euler", "5"],
            "--euler: no diagram has the Euler characteristic 5; give 4, 3, 2, ... or all",
        ),
        (
            ["tr(q)**2", "--order", "1", "--euler", "3", "--connected"],
            "--euler: no diagram has the Euler characteristic 3; give 2 (planar), 1, 0, ... or all",
        ),
        (
            ["q", "--order", "1", "--irreducible", "3"],
            "--irreducible: 3 is no choice; give 1 (self-energies) or 2 (skeletons)",
        ),
        (
            ["q", "--order", "0", "--irreducible", "1"],
            "--order: with --irreducible it is the number of ribbons; give 1, 2, ...",
        ),
        (
            ["tr(q) + N", "--order", "1", "--irreducible", "1"],
            "--irreducible: the quantity is no single trace; give a matrix expression in the names of the model",
        ),
    ],
)
def test_bad_expressions_and_parts(run: Run, arguments: list[str], sentence: str) -> None:
    assert run("diagrams", "random-features", *arguments).refusal == sentence


def test_classes_hold_all_diagrams(run: Run) -> None:
    """A real word (x x^T)^3 has 3 rotations and can be turned over: multiplicity * automorphisms = 6."""
    result = run(
        "diagrams", "marchenko-pastur", "resolvent", "--order", "3", "--euler", "all", "--classes", "--json"
    ).json
    assert result["total"] == 15
    assert sum(one["multiplicity"] for one in result["classes"]) == 15
    assert {one["multiplicity"] * one["automorphisms"] for one in result["classes"]} == {6}
    counts = run("diagrams", "marchenko-pastur", "resolvent", "--order", "3", "--euler", "all", "--json").json[
        "counts"
    ]
    assert result["counts"] == counts


def test_classes_are_listed_and_drawn(run: Run, tmp_path: Path) -> None:
    target = tmp_path / "classes.svg"
    outcome = run("diagrams", "marchenko-pastur", "resolvent", "--order", "4", "--classes", "--draw", str(target))
    assert outcome.code == 0
    assert "up to isomorphism" in outcome.out
    assert "N**3/(P**3*gamma**5)" in outcome.out
    assert "× 4" in target.read_text() or "×4" in target.read_text()


def test_python_draws_what_the_command_draws(run: Run, tmp_path: Path) -> None:
    asked = ("diagrams", "wigner", "tr(h**6)", "--order", "0", "--euler", "all")
    model = load_model("wigner").model
    found = pl.expand(Trace(model.fields[0].symbol ** 6), model, order=0, euler=None)
    for options, given in (
        ((), {}),
        (
            ("--select", "6-9,15", "--columns", "2", "--width", "8cm"),
            {"select": "6-9,15", "columns": 2, "width": "8cm"},
        ),
        (("--select", "7", "--width", "300"), {"select": "7", "width": 300}),
    ):
        one, other = tmp_path / "one.svg", tmp_path / "other.svg"
        assert run(*asked, "--draw", str(one), *options).code == 0
        found.draw(other, **given)
        assert one.read_bytes() == other.read_bytes()
    found[6].draw(one, width=300)
    assert one.read_bytes() == other.read_bytes()
    for bad, place in (({"select": 3}, "select"), ({"width": "wide"}, "width"), ({"columns": 0}, "columns")):
        with pytest.raises(pl.InputError, match=f"^{place}: "):
            found.draw(other, **bad)


def test_one_diagram_is_not_several(run: Run) -> None:
    assert run("diagrams", "marchenko-pastur", "resolvent", "--order", "1").err == "order 1 has 1 planar diagram\n"
