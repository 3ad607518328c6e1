"""Texts that ask for too much: every command that takes expressions refuses them at once, with the limit."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from planaria.diagrams import InputError
from planaria.diagrams.expressions.trace_products import MOST_WORDS
from planaria.ensembles.extent import MOST_LETTERS, MOST_PRODUCTS, MOST_TERMS, MOST_TRACES
from planaria.ensembles.ranges import MOST_DIGITS
from planaria.ensembles.spectra import Eigenvalues
from planaria.ensembles.text.grammar import MAX_DEPTH, MAX_LENGTH
from planaria.ensembles.text.to_sympy import MAX_DIGITS, MAX_FACTORS, MAX_SIZE, MAX_TOWER
from planaria.numerics.spectra import exact_number
from planaria.numerics.spectrum_files import read_data_file, read_spectrum_file

Run = Callable[..., Any]  # see conftest.py
HUGE = "1e1000000000000000000"
SECONDS = 5  # about one on a machine with nothing else to do

MODEL = """
[spaces]
N = "features"
P = "samples"
[parameters]
gamma = "ridge"
s = "scale"
[matrices]
Lambda = { space = "N", spectrum = "identity" }
[fields]
x = { shape = ["N", "P"], variance = "1/P", rows = "Lambda" }
h = { shape = ["N", "N"], variance = "1/N", kind = "symmetric" }
[definitions]
q = "inv(gamma*I(N) + x*x.T)"
DEFINITIONS
[quantities]
f = "QUANTITY"
"""

COMMANDS = {
    "derive": ["--no-simulation"],
    "evaluate": ["--set", "N=3", "--set", "P=4", "--set", "gamma=1", "--set", "s=1"],
    "diagrams": ["--order", "1"],
    "moment": [],
    "dual": [],
}


def chain(first: str, step: str, times: int = 40) -> str:
    lines = [f'a0 = "{first}"'] + [f'a{k + 1} = "{step.replace("a", f"a{k}")}"' for k in range(times)]
    return "\n".join(lines)


QUANTITIES = {
    "power of a sum": (
        "(gamma+s+N+P+1)**64*tr(q)",
        "",
        "814,385 terms when it is multiplied out, more",
    ),
    "its inverse": ("tr(q)/(gamma+s+N+P+1)**64", "", "814,385 terms"),
    "inside a matrix": ("tr(inv((gamma+s+N+P+1)**64*I(N)+x*x.T))", "", "814,385 terms"),
    "product of sums": ("*".join(f"(gamma+s+N+P+{k})" for k in range(64)) + "*tr(q)", "", "814,385 terms"),
    "squares of a field": ("tr(a40)", chain("h", "a**2"), "to the power 128; stay within 64"),
    "squares of a matrix sum": ("tr(a12)", chain("h", "(a+I(N))**2", 12), "512"),
    "squares of a scalar": ("a40*tr(q)", chain("gamma+s", "a**2"), "terms when it is multiplied out, more than"),
    "squares of a sum": ("a28*tr(q)", chain("gamma+s", "(a+1)**2", 28), "terms when it is multiplied out, more"),
    "squares of a number": ("a40*tr(q)", chain("2", "a**2"), "a number of more than 1000 digits"),
    "doubled words": ("tr(a40)", chain("h", "a*x*x.T*a"), "a product of more than 128 factors"),
    "a long word": ("tr(" + "*".join(["x*x.T"] * 300) + ")", "", "a product of more than 128 factors"),
    "powers of a trace sum": ("(tr(x*x.T)+tr(h)+tr(h*h)+tr(h**3)+s)**64", "", "when it is multiplied out"),
    "a thousand brackets": ("(" * 1000 + "tr(q)" + ")" * 1000, "", "nested more than 100 deep"),
    "a thousand inverses": ("tr(" + "inv(" * 1000 + "q" + ")" * 1001, "", "nested more than 100 deep"),
    "ninety inverses": (
        "tr(" + "inv(h+" * 90 + "q" + ")" * 91,
        "",
        "more than 30 inverses and powers",
    ),
    "many terms": ("+".join(f"s**{k}*tr(q)" for k in range(999)), "", "more than 5000 parts"),
    "many quotients": ("tr(q)" + "".join(f"/(s+{k})" for k in range(500)), "", "more than 128 factors"),
    "a hundred thousand terms": ("+".join(["tr(q)"] * 100_000), "", "characters, more than 20000"),
    "a huge number": (f"{HUGE}*tr(q)", "", "out of range; stay between 1e-1000 and 1e1000"),
    "a huge exponent": (f"gamma**{HUGE}*tr(q)", "", "out of range; stay between 1e-1000 and 1e1000"),
    "a long number": ("9" * 5000 + "*tr(q)", "", "out of range; stay between 1e-1000 and 1e1000"),
    "a huge space": (f"tr(I({HUGE}))*tr(q)", "", "out of range; stay between 1e-1000 and 1e1000"),
}


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("name", QUANTITIES)
def test_a_quantity_that_is_too_large_is_refused_at_once(
    run: Run, tmp_path: Path, command: str, name: str
) -> None:
    quantity, definitions, problem = QUANTITIES[name]
    path = tmp_path / "m.toml"
    path.write_text(MODEL.replace("DEFINITIONS", definitions).replace("QUANTITY", quantity))
    start = time.process_time()
    outcome = run(command, str(path), "f", *COMMANDS[command])
    assert time.process_time() - start < SECONDS
    assert outcome.code == 2
    last = outcome.err.splitlines()[-1]
    if name == "powers of a trace sum" and command == "evaluate":
        assert "terms" in last or "products" in last
    else:
        assert problem in last


@pytest.mark.parametrize("command", ["diagrams", "moment"])
@pytest.mark.parametrize("name", [name for name, (_, definitions, _) in QUANTITIES.items() if not definitions])
def test_so_is_an_expression_of_the_command_line(run: Run, tmp_path: Path, command: str, name: str) -> None:
    quantity, _, problem = QUANTITIES[name]
    path = tmp_path / "m.toml"
    path.write_text(MODEL.replace("DEFINITIONS", "").replace("QUANTITY", "tr(q)"))
    start = time.process_time()
    outcome = run(command, str(path), quantity, *COMMANDS[command])
    assert time.process_time() - start < SECONDS
    assert (outcome.code, problem in outcome.err.splitlines()[-1]) == (2, True)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('spectrum = "identity"', f"spectrum = [{HUGE}]"),
        ('spectrum = "identity"', f'spectrum = ["{HUGE}"]'),
        ('spectrum = "identity"', f"spectrum = [1e-{HUGE[2:]}, 1]"),
        ('gamma = "ridge"', f"gamma = {{ default = {HUGE} }}"),
        ('N = "features"', f"N = {{ default = {HUGE} }}"),
        ('N = "features"', f"N = {{ default = 1{'0' * 4000} }}"),
        ('variance = "1/P"', f"variance = {HUGE}"),
        ('variance = "1/P"', f'variance = "{HUGE}"'),
        ('variance = "1/P"', f"variance = 1{'0' * 4000}"),
        ('variance = "1/P"', f"variance = 1{'0' * 40000}"),
        ('variance = "1/P"', 'variance = "(gamma+s+N+P+1)**64"'),
        ('rows = "Lambda"', 'rows = "((gamma+s+N+P+1)*I(N)+Lambda)**64"'),
        ('space = "N"', f"space = {HUGE}"),
        ("[spaces]", "z = " + "[" * 5000 + "]" * 5000 + "\n[spaces]"),
    ],
)
def test_so_are_numbers_and_laws_of_a_file(run: Run, tmp_path: Path, old: str, new: str) -> None:
    path = tmp_path / "m.toml"
    text = MODEL.replace("DEFINITIONS", "").replace("QUANTITY", "tr(q)")
    assert old in text
    path.write_text(text.replace(old, new, 1))
    start = time.process_time()
    outcome = run("diagrams", str(path), "f", "--order", "1")
    assert time.process_time() - start < SECONDS
    assert (outcome.code, outcome.out) == (2, "")
    assert len(outcome.err.splitlines()) == 1


@pytest.mark.parametrize("number", [HUGE, f"-{HUGE}", f"1/{HUGE}", "9" * 20_000, "1e" + "9" * 1000])
@pytest.mark.parametrize(
    "options",
    [
        ["--set", "gamma=NUMBER"],
        ["--set", "N=NUMBER"],
        ["--limit", "gamma=NUMBER"],
        ["--digits", "NUMBER"],
        ["--simulate", "NUMBER"],
        ["--seed", "NUMBER"],
    ],
    ids=" ".join,
)
def test_so_are_numbers_of_the_command_line(run: Run, options: list[str], number: str) -> None:
    given = [one.replace("NUMBER", number) for one in options]
    start = time.process_time()
    assert run("evaluate", "marchenko-pastur", "resolvent", *given).refusal
    assert time.process_time() - start < SECONDS


BEYOND: dict[str, Any] = {
    "huge": HUGE,
    "tiny": f"1e-{HUGE[2:]}",
    "fraction": f"1/{HUGE}",
    "digits": "9" * 20_000,
    "integer": 10**20_000,
    "zeros": f"1e{'0' * 20}9999999",
}


@pytest.mark.parametrize("name", BEYOND)
def test_so_are_numbers_in_python(name: str) -> None:
    number = BEYOND[name]
    with pytest.raises(InputError, match=r"range|digits|not a finite"):
        exact_number(number, "x")
    with pytest.raises(InputError, match=r"range|digits|not a finite"):
        Eigenvalues.of([1, number])


@pytest.mark.parametrize("number", [HUGE, f"1/{HUGE}", "9" * 20_000])
def test_so_are_numbers_in_files_of_numbers(tmp_path: Path, number: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"1\n{number}\n")
    for read in (read_spectrum_file, read_data_file):
        with pytest.raises(InputError, match="not a finite number"):
            read(path)


def test_what_is_allowed_is_done(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "m.toml"
    path.write_text(MODEL.replace("DEFINITIONS", "").replace("QUANTITY", "tr((x*x.T)**64)"))
    start = time.process_time()
    outcome = run("diagrams", str(path), "f", "--order", "0")
    assert "368,479,169,875,816,659,479,009,042,713,546,950 planar diagrams" in outcome.err
    assert "of degree 128 in the random matrices, more than 96" in run("moment", str(path), "f").refusal
    assert time.process_time() - start < 2 * SECONDS
    assert run("moment", str(path), "(gamma+s+N+P+1)**5*tr(x*x.T)").code == 0


def test_the_documented_limits_are_those_of_the_code() -> None:
    text = (Path(__file__).parents[2] / "docs" / "model-files.md").read_text(encoding="utf-8")
    section = text.partition("## Limits")[2].partition("## Errors")[0]
    rows = dict(re.findall(r"^\| (.*?) \| (.*?) \|$", section, flags=re.MULTILINE))
    assert rows["an expression"] == f"{MAX_LENGTH:,} characters, brackets {MAX_DEPTH} deep"
    assert rows["parts of an expression, its definitions written out"] == f"{MAX_SIZE:,}"
    assert rows["inverses and powers in one another"] == str(MAX_TOWER)
    assert rows["factors of a product, of matrices or of scalars"] == str(MAX_FACTORS)
    assert rows["matrices in a product, powers written out"] == str(MOST_LETTERS)
    assert rows["a number in an expression"].endswith(f"{MAX_DIGITS:,} digits when it is multiplied out")
    assert rows["any other number"].startswith(f"1e-{MOST_DIGITS} to 1e{MOST_DIGITS}")
    (terms,) = (limit for what, limit in rows.items() if what.startswith("terms of a scalar"))
    assert terms == f"{MOST_TERMS:,}"
    (products,) = (limit for what, limit in rows.items() if what.startswith("products of traces"))
    assert products == (
        f"{MOST_PRODUCTS:,}; {MOST_TRACES:,} traces in each, {MOST_WORDS} in one that is drawn or counted"
    )
