"""`planaria evaluate` at many points: grids, tables, files, refusals of single points."""

from __future__ import annotations

import cmath
import csv
import io
from collections.abc import Callable
from fractions import Fraction
from math import sqrt
from pathlib import Path
from typing import Any

import pytest
from tests.app.conftest import Outcome

from planaria.algebra.errors import InputError
from planaria.app.points import sweep
from planaria.ensembles.text.grids import MOST_POINTS, numbers_of

Run = Callable[..., Outcome]


def semicircle(z: float) -> float:
    """The resolvent of Wigner's semicircle law outside of its support (E. P. Wigner, 1958)."""
    return (z - sqrt(z * z - 4)) / 2


def marchenko_pastur(n: float, p: float, gamma: float) -> float:
    """tr (gamma + x x^T)^-1 / N for variance 1/P: the positive root of its quadratic equation (1967)."""
    ratio = n / p
    b = gamma + 1 - ratio
    return (-b + sqrt(b * b + 4 * ratio * gamma)) / (2 * ratio * gamma)


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


@pytest.mark.parametrize(
    ("text", "whole", "expected"),
    [
        ("60,120", False, [60, 120]),
        ("10:400:60", True, sorted({int(Fraction(10 * 59 + 390 * k, 59) + Fraction(1, 2)) for k in range(60)})),
        ("0:1:5", False, [0, Fraction(1, 4), Fraction(1, 2), Fraction(3, 4), 1]),
        ("400:10:3", False, [400, 205, 10]),
        ("0.01:100:log5", False, [Fraction(1, 100), Fraction(1, 10), 1, 10, 100]),
        ("1:10:log3", False, [1, Fraction("3.16227766017"), 10]),
        ("1/3:1:2,5", False, [Fraction(1, 3), 1, 5]),
        ("60,60.0,6e1", False, [60, "6e1"]),
        ("1:2:7", True, [1, 2]),
        ("-1:1:3", False, [-1, 0, 1]),
    ],
)
def test_numbers(text: str, whole: bool, expected: list[Any]) -> None:
    found = numbers_of(text, "--set P", whole=whole)
    assert [one if one == "6e1" else Fraction(one) for one in found] == expected


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("10:400", "is no grid; write FROM:TO:POINTS, such as 10:400:60, or 10:1000:log50"),
        ("10:400:60:2", "is no grid"),
        ("10:400:many", "is no grid"),
        ("10:400:-3", "is no grid"),
        ("10:400:6.5", "is no grid"),
        ("0:0:0", "has 0 points; give a grid 2 points or more"),
        ("1:2:1", "has 1 points"),
        ("3:3:5", "begins where it ends"),
        ("1:2:linear3", "is no grid"),
        ("0:2:log3", "has an end that is not positive"),
        ("1:-2:log3", "has an end that is not positive"),
        (f"1:2:{MOST_POINTS + 1}", "has more than 20,000 points"),
        ("a:2:3", "the end 'a' of a grid is not a finite number"),
        ("nan:2:3", "the end 'nan' of a grid is not a finite number"),
        ("1:inf:3", "the end 'inf' of a grid is not a finite number"),
        ("1/0:2:3", "the end '1/0' of a grid is not a finite number"),
        ("1e999999999999:2:3", "of a grid is not a finite number"),
        ("1,,2", "has a comma without a number"),
        (",", "has a comma without a number"),
    ],
)
def test_bad_grids(run: Run, text: str, problem: str) -> None:
    with pytest.raises(InputError) as refused:
        numbers_of(text, "--set z")
    assert problem in str(refused.value)
    assert problem in run("evaluate", "wigner", "resolvent", "--set", f"z={text}", "--set", "N=20").refusal


def test_a_table_has_a_row_for_each_point(run: Run) -> None:
    outcome = run("evaluate", "marchenko-pastur", "resolvent", "--set", "P=50:150:3", "--set", "N=60,120",
                  "--set", "gamma=0.5")  # fmt: skip
    assert outcome.code == 0
    rows = [line.split() for line in outcome.out.splitlines() if line.strip()[:1].isdigit()][:-1]
    assert [(row[0], row[1]) for row in rows] == [(p, n) for p in ("50", "100", "150") for n in ("60", "120")]
    for p, n, value in rows:
        assert float(value) == pytest.approx(marchenko_pastur(int(n), int(p), 0.5), rel=1e-8)
    assert "γ = 0.5" in outcome.out
    assert "6 points: 6 verified; to 9 digits" in outcome.out


def test_digits_are_those_that_are_asked_for(run: Run) -> None:
    words = ["evaluate", "wigner", "resolvent", "--set", "z=3,4", "--set", "N=20", "--json"]
    found = run(*words, "--digits", "30").json
    assert [len(one["value"].lstrip("0.")) for one in found["points"]] == [30, 30]
    assert found["points"][0]["value"].startswith("0.38196601125010515179541316563")
    assert found["digits"] == 30
    assert run(*words).json["points"][0] == {
        "at": {"z": "3", "N": "20"},
        "value": "0.381966011",
        "status": "verified",
        "reason": None,
    }


def test_sweeps_agree_with_single_points(run: Run) -> None:
    fixed = ["--set", "P=40", "--set", "gamma=0.1", "--set", "sigma_u=1", "--set", "lambda_plus=2", "--spectrum",
             "power-law"]  # fmt: skip
    words = ["evaluate", "random-features", "resolvent", *fixed]
    swept = rows_of(run(*words, "--set", "N=20,30", "--set", "M=50,60", "--set", "alpha=0.5,1", "--csv", "-").out)
    assert len(swept) == 8
    for row in (swept[0], swept[3], swept[7]):
        here = [word for name in ("N", "M", "alpha") for word in ("--set", f"{name}={row[name]}")]
        assert float(row["resolvent"]) == pytest.approx(
            float(run(*words, *here, "--json").json["value"]), rel=1e-8
        )


def test_files_of_values(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "values.csv"
    words = ["evaluate", "wigner", "resolvent", "--set", "z=2.5:5:6", "--set", "N=20", "--symbols", "z=w"]
    outcome = run(*words, "--csv", str(file))
    assert (outcome.code, outcome.out, outcome.err) == (0, "", f"wrote {file}\n")
    rows = rows_of(file.read_text())
    assert list(rows[0]) == ["w", "N", "resolvent", "status", "reason"]
    assert [row["w"] for row in rows] == ["2.5", "3", "3.5", "4", "4.5", "5"]
    for row in rows:
        assert float(row["resolvent"]) == pytest.approx(semicircle(float(row["w"])), rel=1e-8)
    assert run(*words, "--csv", "-").out == file.read_text()


def test_one_point_is_a_table_of_one_row(run: Run) -> None:
    (row,) = rows_of(run("evaluate", "wigner", "resolvent", "--set", "z=3", "--set", "N=20", "--csv", "-").out)
    assert row["resolvent"] == "0.38196601125010515180"


def test_refused_points_say_why_and_the_others_stand(run: Run) -> None:
    words = ["evaluate", "wigner", "resolvent", "--set", "z=0,1,3", "--set", "N=20"]
    outcome = run(*words)
    assert outcome.code == 2
    assert "0.381966011" in outcome.out
    assert outcome.out.count("refused") == 3  # two rows, and their count
    assert (
        "2 of 3 points are refused, the first at z=0, N=20: the value 0 is a limit; take the limit with --limit"
        in (outcome.err)
    )
    zero, inside, outside = rows_of(run(*words, "--csv", "-").out)
    assert (zero["resolvent"], zero["status"]) == ("", "refused")
    assert "--limit z=0" in zero["reason"]
    assert "the planar solution ends" in inside["reason"]
    assert (outside["status"], outside["reason"]) == ("verified", "")


def test_limits_of_many_points(run: Run) -> None:
    words = ["marchenko-pastur", "resolvent", "--limit", "gamma=0", "--set", "N=50", "--set", "P=100,200"]
    rows = rows_of(run("evaluate", *words, "--csv", "-").out)
    # E tr (x x^T)^-1 / N -> 1/(1 - N/P) for variance 1/P
    assert [float(row["resolvent"]) for row in rows] == pytest.approx([2, 4 / 3])


def test_what_makes_no_difference_is_carried_along(run: Run) -> None:
    fixed = ["--set", "N=5", "--set", "P=9", "--set", "M=7", "--set", "gamma=1", "--set", "sigma_u=1"]
    words = ["random-features", "resolvent", "--set", "C=1,2", *fixed, "--spectrum", "identity", "--csv", "-"]
    rows = rows_of(run("evaluate", *words).out)
    assert [row["C"] for row in rows] == ["1", "2"]
    assert rows[0]["resolvent"] == rows[1]["resolvent"] != ""


def test_an_interruption_keeps_what_is_there(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    whole, count = sweep.evaluate, 0

    def interrupted(*arguments: Any, **options: Any) -> Any:
        nonlocal count
        count += 1
        if count == 3:
            raise KeyboardInterrupt
        return whole(*arguments, **options)

    monkeypatch.setattr(sweep, "evaluate", interrupted)
    outcome = run("evaluate", "wigner", "resolvent", "--set", "z=3:9:7", "--set", "N=20", "--digits", "12",
                  "--csv", "-")  # fmt: skip
    assert outcome.code == 130
    assert [row["z"] for row in rows_of(outcome.out)] == ["3", "4"]
    assert outcome.err == "2 of 7 points were done\nplanaria: interrupted\n"


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (["--set", "N=10.5,20", "--set", "z=3"], "--set N: 10.5 is no size of a space"),
        (["--set", "N=0:20:3", "--set", "z=3"], "--set N: 0 is no size of a space"),
        (["--set", "N=20", "--set", "z=3,x"], "'x' is not a finite number"),
        (["--set", "N=1:200:200", "--set", "z=3:9:300"], "there are more than 20,000 combinations"),
        (["--set", "N=20", "--set", "z=3,4", "--simulate", "100"], "a table of points is not simulated"),
        (["--set", "N=20", "--set", "z=3,4", "--csv", "a.txt"], "the suffix is .txt; give a .csv file, or -"),
        (["--set", "N=20", "--set", "z=3,4", "--csv", "no/a.csv"], "there is no folder no; make it first"),
        (["--set", "N=20", "--set", "z=3,4", "--csv", "-", "--json"], "--json is another form of the same"),
        (["--set", "N=20", "--set", "z=3", "--set", "z=4"], "z is set twice"),
    ],
)
def test_refusals(run: Run, words: list[str], problem: str) -> None:
    assert problem in run("evaluate", "wigner", "resolvent", *words).refusal


def test_negative_and_complex_numbers_are_points_of_a_table(run: Run) -> None:
    """g(z) = (z - sqrt(z**2 - 4))/2 with the root that makes it small; a variance is still refused."""
    rows = run("evaluate", "wigner", "resolvent", "--set", "N=20", "--set", "z=3,-4,1+1j", "--json").json["points"]
    for row, z in zip(rows, (3, -4, 1 + 1j), strict=True):
        root = cmath.sqrt(z - 2) * cmath.sqrt(z + 2)
        assert complex(row["value"]) == pytest.approx((z - root) / 2, rel=1e-8)
    words = ["random-features", "resolvent", "--set", "gamma=1", "--set", "sigma_u=1,-4"]
    assert "--set sigma_u: -4 is negative" in run("evaluate", *words).refusal


def test_a_moment_has_one_point(run: Run) -> None:
    sentence = run("moment", "wigner", "tr(h**2)", "--set", "N=1:3:3").refusal
    assert sentence == "--set N: '1:3:3' is more than one number; give one; 'planaria evaluate' takes several"


@pytest.mark.parametrize("columns", ["80", "200"])
def test_a_table_fits(run: Run, monkeypatch: pytest.MonkeyPatch, columns: str) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    out = run("evaluate", "wigner", "resolvent", "--set", "z=1,3", "--set", "N=20").out
    assert max(map(len, out.splitlines())) <= int(columns)
