"""`planaria moment`: polynomials as text, JSON and LaTeX, and refusals."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sympy import Integer, MatrixSymbol, Trace, symbols

from planaria.diagrams import moment
from planaria.ensembles.library import load_model

Run = Callable[..., Any]  # see conftest.py

N, P, M, s = symbols("N P M sigma_u", positive=True)
Lambda = MatrixSymbol("Lambda", M, M)
t1, t2 = Trace(Lambda), Trace(Lambda**2)


def test_the_exact_polynomial(run: Run) -> None:
    outcome = run("moment", "random-features", "tr((phi.T*phi)**2)")
    assert outcome.err == ""
    assert outcome.out.splitlines()[-2:] == [
        "  σᵤ⁴·tr(Λ)²·(N²·P + N·P² + N·P)/M²",
        "  + σᵤ⁴·tr(Λ²)·(N²·P² + N²·P + N·P² + 3·N·P)/M²",
    ]


def test_the_planar_part(run: Run) -> None:
    outcome = run("moment", "random-features", "tr((phi.T*phi)**2)", "--planar", "--symbols", "P=T")
    assert outcome.out.splitlines()[-2:] == [
        "  σᵤ⁴·tr(Λ)²·(N²·T + N·T²)/M²",
        "  + σᵤ⁴·tr(Λ²)·N²·T²/M²",
    ]


def test_the_connected_part(run: Run) -> None:
    outcome = run("moment", "marchenko-pastur", "tr(x*x.T)**3/N - 2*tr(x*x.T)", "--connected")
    assert outcome.out.splitlines()[-1] == "  -2·N + 8/P²"


def test_numbers_for_names(run: Run) -> None:
    outcome = run(
        "moment", "random-features", "tr(phi*phi.T)**2", "--json", "--set", "M=3", "--set", "sigma_u=1/2"
    )
    polynomial = load_model("random-features").parse(outcome.json["polynomial"], "polynomial")
    wanted = (
        N**2 * P**2 * t1**2 + 2 * N**2 * P * t2 + 2 * N * P**2 * t2 + 2 * N * P * t1**2 + 2 * N * P * t2
    ) / 144  # at sizes 1: E u^4 x^4 = 9 = 1 + 2 + 2 + 2 + 2
    assert (polynomial - wanted).expand() == 0
    assert outcome.json["variables"] == ["N", "P", "tr(Lambda)", "tr(Lambda**2)"]


@pytest.mark.parametrize(
    ("model", "expression"),
    [
        ("random-features", "tr((phi.T*phi)**4)"),
        ("random-features", "tr(x*x.T)*tr(phi.T*phi)/(N + P) - gamma*tr(I(M) + Lambda)**2"),
        ("complex-wishart", "tr((x*x.H)**5)/N"),
        ("real-wigner", "tr(h**6)**2"),
        ("two-layer-random-features", "tr(x.T*x)/3 + 1"),
    ],
)
def test_the_polynomial_reads_back(run: Run, model: str, expression: str) -> None:
    file = load_model(model)
    found = run("moment", model, expression, "--json").json
    assert set(found) == {"polynomial", "variables"}
    wanted = moment(file.parse(expression, "test"), file.model)
    assert (file.parse(found["polynomial"], "test") - wanted).expand() == 0
    names = {file.parse(name, "test") for name in found["variables"]}
    traces = wanted.atoms(Trace)
    assert names == traces | wanted.xreplace(dict.fromkeys(traces, Integer(1))).free_symbols


def test_latex(run: Run) -> None:
    outcome = run("moment", "random-features", "tr((phi.T*phi)**2)", "--latex", "--symbols", "Lambda=Sigma")
    assert outcome.out.splitlines() == [
        r"\begin{align*}",
        r"  &\frac{\sigma_u^4}{M^2} \left(\operatorname{tr} \Sigma\right)^2 \bigl( N^2 P + N P^2 + N P \bigr) \\",
        r"  &+ \frac{\sigma_u^4}{M^2} \operatorname{tr}\left[\Sigma^2\right]"
        r" \bigl( N^2 P^2 + N^2 P + N P^2 + 3 N P \bigr)",
        r"\end{align*}",
    ]


@pytest.mark.parametrize("options", [[], ["--latex"], ["--json"]])
def test_a_moment_that_vanishes(run: Run, options: list[str]) -> None:
    outcome = run("moment", "real-wigner", "tr(h**3)", *options)
    if options == ["--json"]:
        assert outcome.json == {"polynomial": "0", "variables": []}
    else:
        assert outcome.out.splitlines()[1 if options else -1].strip("& ") == "0"


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["loss"], "an inverse of a random matrix"),
        (["tr(inv(gamma*I(N) + phi*phi.T))"], "an inverse of a random matrix"),
        (["phi"], "'phi' is a matrix of shape N x P"),
        (["tr(psi)"], "there is no name 'psi'"),
        (["tr(phi"], "the bracket of column 3 is not closed"),
        (["__import__('os')"], "'__import__' is no function"),
        (["tr(phi)"], "shape"),
        (["1/tr(phi*phi.T)"], "no polynomial in traces"),
        (["tr((phi.T*phi)**30)"], "degree 120 in the random matrices, more than 96; lower the degree, or lift"),
        (["tr(phi.T*phi)", "--set", "Lambda=2"], "Lambda is a matrix"),
        (["tr(phi.T*phi)", "--set", "N=0"], "no size of a space"),
        (["tr(phi.T*phi)", "--symbols", "N=P"], "two things called P"),
    ],
)
def test_refusals(run: Run, arguments: list[str], problem: str) -> None:
    assert problem in run("moment", "random-features", *arguments).refusal


def test_a_quantity_by_its_name(run: Run, tmp_path: Any) -> None:
    path = tmp_path / "wishart.toml"
    path.write_text(
        '[spaces]\nN = ""\nP = ""\n[fields]\ny = { shape = ["N", "P"] }\n[quantities]\nsecond = "tr((y*y.T)**2)"\n'
    )
    assert run("moment", str(path), "second").out.splitlines()[-1] == "  N²·P + N·P² + N·P"
