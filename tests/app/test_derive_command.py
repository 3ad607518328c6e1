"""`planaria derive`: closed forms in text, LaTeX and JSON, and the verdicts of their checks."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sympy import Expr, Symbol, symbols

from planaria.app.subcommands import derive as deriving
from planaria.derivations import Derivation
from planaria.ensembles.evidence import Check, Outcome
from planaria.ensembles.text.grammar import parse_expression

Run = Callable[..., Any]  # see conftest.py


def parsed(text: str) -> Expr:
    """A scalar of the output, read by the grammar of models."""
    names = {name: Symbol(name) for name in re.findall(r"[A-Za-z_]\w*", text)}
    return parse_expression(text, names, "output", ())


@pytest.fixture
def one_check(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """In place of the checks of the numerics one that passes, and what it was asked."""
    asked: dict[str, Any] = {"passed": True}

    def fake(derivation: Derivation, **options: Any) -> Iterator[Check]:
        asked.update(options)
        options["progress"]("halfway", 1, 2)
        yield Check("one is one", "identity", asked["passed"], "no difference")

    monkeypatch.setattr(deriving, "checks", fake)
    return asked


def test_the_clean_loss_of_random_features(run: Run) -> None:
    outcome = run("derive", "random-features", "loss", "--no-simulation", "--json")
    assert outcome.err == ""
    result = outcome.json
    assert result["model"] == "random-features"
    assert list(result["quantities"]) == ["loss"]
    loss = result["quantities"]["loss"]
    assert set(loss) == {"unknowns", "equations", "value", "spectral_sums", "latex", "notes", "checks"}
    assert list(loss["unknowns"]) == ["Delta"]
    (equation,) = loss["equations"]
    left, right = equation.split(" = ")
    N, P, M, C, Delta, z, q2, s, sw = symbols("N P M C Delta S_11 S_22 sigma_u sigma_w")
    # arXiv:2405.19398, with P training samples
    assert left == "gamma"
    assert (parsed(right) - Delta * (N - z) * (P - z) * s**2 / M).simplify() == 0
    D = N * P - q2 * (N + P) + 2 * q2 * z - z**2
    value = parsed(loss["value"]).subs(symbols("R_12"), z - q2)
    assert (value - C * sw**2 / (2 * M) * Delta * N * P * (z - q2) / D).simplify() == 0
    assert loss["spectral_sums"] == {
        "S_11": {"summand": "lambda_I/(Delta + lambda_I)", "space": "M"},
        "S_22": {"summand": "lambda_I**2/(Delta + lambda_I)**2", "space": "M"},
        "R_12": {"summand": "Delta*lambda_I/(Delta + lambda_I)**2", "space": "M"},
    }
    assert loss["latex"].startswith(r"\begin{align*}")
    assert [set(one) for one in loss["checks"]] == [{"statement", "method", "passed", "outcome", "detail"}] * 2
    assert [one["method"] for one in loss["checks"]] == ["all diagrams", "residual"]
    assert all(one["passed"] is True for one in loss["checks"])


def test_all_quantities_are_derived_by_default(run: Run, one_check: dict[str, Any]) -> None:
    outcome = run("derive", "random-features", "--json")
    names = ["resolvent", "gram_resolvent", "loss", "noise_loss", "training_loss"]
    assert list(outcome.json["quantities"]) == names
    named = run("derive", "random-features", "training_loss", "loss", "training_loss", "--json")
    assert list(named.json["quantities"]) == ["training_loss", "loss"]


def test_the_text_holds_every_part(run: Run, one_check: dict[str, Any]) -> None:
    outcome = run("derive", "random-features", "resolvent")
    assert (outcome.code, outcome.err) == (0, "")
    lines = [line.strip() for line in outcome.out.splitlines()]
    assert lines[0] == "Random-feature ridge regression"
    assert "A. Maloney, D. A. Roberts, J. Sully, A solvable model of neural scaling laws," in outcome.out
    assert "tr(inv(gamma*I(N) + u*x*x.T*u.T))/N" in lines
    words = [line.split() for line in lines]
    assert ["N", "1/γ", "4"] in words  # bare propagator
    assert ["uᵀ", "M", "×", "N", "-1", "3→4"] in words  # vertex
    assert ["diagrams", "1", "1", "3", "12"] in words  # OEIS A001764
    assert any(line.startswith("Δ  the renormalised ridge") for line in lines)
    assert "S₁₁ = Σ λ_I/(Δ + λ_I)  I = 1..M" in lines
    assert "γ = ─────────────────────────" in lines
    assert "resolvent = ───────" in lines
    assert "✓  one is one" in lines
    assert "identity: no difference" in lines


def test_no_line_of_a_formula_is_lost_on_a_narrow_terminal(
    run: Run, one_check: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    wide = run("derive", "random-features", "training_loss").out
    monkeypatch.setenv("COLUMNS", "50")
    narrow = run("derive", "random-features", "training_loss").out
    (start,) = (line for line in narrow.splitlines() if line.strip().startswith("training_loss = "))
    value = narrow[narrow.index(start) : narrow.index("LaTeX")]
    assert max(map(len, value.splitlines())) <= 50
    # On the wide one it is a fraction in two dimensions; these are its terms on the narrow one.
    joined = " ".join(value.split())
    assert joined == (
        "training_loss = C·(P - S₁₁)²·(Δ·N·R₁₂·σ_w² + M·N·σ_ε² - M·S₂₂·σ_ε²)"
        "/(2·M·P·(N·P + S₂₂² - N·S₂₂ - P·S₂₂ - R₁₂²))"
    )
    assert "────" in wide[wide.index("Value") : wide.index("Checks")]


def test_an_algebraic_value_has_its_polynomial_and_its_root(run: Run, one_check: dict[str, Any]) -> None:
    out = run("derive", "wigner").out
    assert "Algebraic equation  for resolvent, of degree 2" in out
    assert "Its physical root" in out
    assert "Spectral sums" not in out


def test_identity_spectra_make_it_algebraic(run: Run, one_check: dict[str, Any]) -> None:
    given = ["derive", "random-features", "resolvent"]
    assert "Spectral sums" in run(*given).out
    assert "Algebraic equation" in run(*given, "--spectrum", "identity").out


def test_a_symbolic_spectrum_only_leaves_the_eigenvalues_open(run: Run, one_check: dict[str, Any]) -> None:
    given = ["derive", "random-features", "resolvent", "--json"]
    law = run(*given).json["quantities"]["resolvent"]
    symbolic = run(*given, "--spectrum", "Lambda=symbolic").json["quantities"]["resolvent"]
    assert r"\lambda_+" in law.pop("latex")
    assert r"\lambda_+" not in symbolic.pop("latex")
    assert law == symbolic


def test_a_failed_check_is_exit_code_one(run: Run, one_check: dict[str, Any]) -> None:
    one_check["passed"] = False
    outcome = run("derive", "wigner")
    assert outcome.code == 1
    assert "FAILED  one is one" in outcome.out
    outcome = run("derive", "wigner", "--json")
    assert outcome.code == 1
    assert '"passed": false' in outcome.out
    assert run("derive", "wigner", "--latex").code == 1


def test_an_inconclusive_check_is_no_failure_and_not_passed(run: Run, one_check: dict[str, Any]) -> None:
    one_check["passed"] = Outcome.INCONCLUSIVE
    outcome = run("derive", "wigner", "--json")
    assert outcome.code == 0
    (check,) = outcome.json["quantities"]["resolvent"]["checks"]
    assert (check["passed"], check["outcome"]) == (False, "inconclusive")
    words = run("derive", "wigner").out
    assert "?  one is one" in words
    assert "FAILED" not in words
    assert "% inconclusive: one is one" in run("derive", "wigner", "--latex").out


def test_options_reach_the_checks(run: Run, one_check: dict[str, Any]) -> None:
    run("derive", "wigner")
    assert (one_check["seed"], one_check["simulation"]) == (0, True)
    run("derive", "wigner", "--seed", "7", "--no-simulation")
    assert (one_check["seed"], one_check["simulation"]) == (7, False)


def test_new_names(run: Run, one_check: dict[str, Any]) -> None:
    given = ["derive", "random-features", "resolvent", "loss", "--json"]
    renamed = run(*given, "--symbols", "P=T", "--symbols", "Lambda=Sigma", "--symbols", "sigma_w=w_0").json
    resolvent = renamed["quantities"]["resolvent"]
    assert resolvent["equations"] == ["gamma = Delta*sigma_u**2*(N - S_11)*(T - S_11)/M"]
    assert resolvent["spectral_sums"]["S_11"]["summand"] == "sigma_I/(Delta + sigma_I)"
    assert r"\left(T - S_{11}\right)" in resolvent["latex"]
    loss = renamed["quantities"]["loss"]
    assert "w_0**2" in loss["value"]
    assert "sigma_w" not in loss["value"]


def test_names_can_be_exchanged(run: Run, one_check: dict[str, Any]) -> None:
    given = ["derive", "marchenko-pastur", "resolvent"]
    result = run(*given, "--symbols", "N=P", "--symbols", "P=N", "--json").json["quantities"]["resolvent"]
    assert result["unknowns"] == {"g_N": "the propagator of an index line in the space N"}
    assert result["value"] == "1/(g_N + gamma)"
    assert "tr(inv(gamma*I(P) + x*x.T))/P" in run(*given, "--symbols", "N=P", "--symbols", "P=N").out


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--symbols", "P"], "--symbols: 'P' is not of the form NAME=NEW; write --symbols P=T"),
        (["--symbols", "Q=T"], "--symbols Q: there is no symbol 'Q'; the known ones are N, P, gamma, x, g_P"),
        (["--symbols", "P=2"], "--symbols P: '2' is not a name; use letters A-Z a-z, digits and _"),
        (["--symbols", "P=T", "--symbols", "P=R"], "--symbols P: P is renamed twice; give it one new name"),
        (
            ["--symbols", "P=N"],
            "--symbols P: there would be two things called N; choose a name that is not taken, or rename "
            "the other one, too",
        ),
        (["--limit", "gama=0"], "--limit gama: there is no parameter or dimension 'gama'; did you mean 'gamma'?"),
        (
            ["--spectrum", "identity"],
            "--spectrum: the model marchenko-pastur has no deterministic matrix; leave the option out",
        ),
    ],
)
def test_bad_options_of_derive(run: Run, options: list[str], sentence: str) -> None:
    assert run("derive", "marchenko-pastur", "resolvent", *options).refusal == sentence


def test_a_model_without_quantities(run: Run, tmp_path: Any) -> None:
    file = tmp_path / "empty.toml"
    file.write_text('[spaces]\nN = "rows"\n[fields]\nx = { shape = ["N", "N"] }\n')
    sentence = "model empty: it has no quantities; give an expression, or add a table [quantities] to the file"
    assert run("derive", str(file)).refusal == sentence


def test_latex_is_a_fragment_with_verdicts_as_comments(run: Run, one_check: dict[str, Any]) -> None:
    out = run("derive", "random-features", "resolvent", "--latex", "--symbols", "P=T", "--limit", "gamma=0").out
    plain = [line for line in out.splitlines() if not line.startswith("%")]
    comments = [line for line in out.splitlines() if line.startswith("%")]
    assert comments[0] == "% Random-feature ridge regression"
    assert comments[-1] == "% passed: one is one (identity: no difference)"
    body = "\n".join(plain)
    assert body.count(r"\begin{align*}") == body.count(r"\end{align*}") == 1 + 3  # and three branches
    assert body.count("{") == body.count("}")
    assert r"\lim_{\gamma \to 0} \mathrm{resolvent}" in body
    assert r"\left(T - S_{11}\right)" in body
    assert "\x1b" not in out


def test_limits_branch_by_branch(run: Run, one_check: dict[str, Any]) -> None:
    given = ["derive", "random-features", "loss", "--limit", "gamma=0"]
    found = run(*given, "--json").json["quantities"]["loss"]["limits"]
    assert list(found) == ["gamma"]
    values = {where: one["value"] for one in found["gamma"] for where in one["where"]}
    assert set(values) == {"Delta = 0", "S_11 = N", "S_11 = P"}
    assert values["Delta = 0"] == "0"
    N, P, M, C, Delta, sw = symbols("N P M C Delta sigma_w")
    expected = C * sw**2 * Delta * N * P / (2 * M * (P - N))  # arXiv:2210.16859
    assert (parsed(values["S_11 = N"]) - expected).simplify() == 0
    text = run(*given).out
    holds = {one["where"][0]: set(one["holds"]) for one in found["gamma"]}
    assert holds == {
        "Delta = 0": {"M < N", "M < P"},
        "S_11 = N": {"N < P", "N < M"},
        "S_11 = P": {"P < N", "P < M"},
    }
    assert "Limit γ → 0\n" in text
    assert "  for N < M, N < P, where S₁₁ = N\n" in text
    assert "where S₁₁ = N" in text


def test_the_real_checks_pass_in_text(run: Run) -> None:
    outcome = run("derive", "marchenko-pastur", "resolvent", "--seed", "2")
    assert outcome.code == 0
    assert outcome.out.count("✓") == 3
    assert "FAILED" not in outcome.out


def test_latex_fits_the_width_of_a_page(run: Run, one_check: dict[str, Any]) -> None:
    given = ["derive", "random-features", "loss", "--latex"]
    usual, whole = run(*given).out, run(*given, "--width", "40cm").out
    assert r"\begin{alignat*}{3}" in usual
    assert r"A_1 &= " not in usual + whole
    wider = ["derive", "random-features", "training_loss", "--latex"]
    assert r"A_1 &= " in run(*wider, "--width", "8.6cm").out  # a denominator that is too wide
    assert run(*given, "--width", "345").out == usual
    bare = run(*given, "--no-rules").out
    assert r"\text{line}" not in bare
    assert bare.splitlines()[-1] == usual.splitlines()[-1]
    block = run(*given[:-1], "--json", "--width", "40cm").json["quantities"]["loss"]["latex"]
    assert block in whole
    assert "Feynman rules" not in run(*given[:-1], "--no-rules").out


@pytest.mark.parametrize(
    ("width", "sentence"),
    [
        (
            "wide",
            "--width: 'wide' is not a length; give a number of pt, or a length such as 345pt, 12cm, 120mm or 5in",
        ),
        (
            "-5",
            "--width: '-5' is not a length; give a number of pt, or a length such as 345pt, 12cm, 120mm or 5in",
        ),
        ("5cm", "--width: 5cm is too narrow for formulas; give 240pt or more"),
        ("1000cm", "--width: 1000cm is wider than any page; give 16383pt or less"),
    ],
)
def test_widths_of_pages_that_are_refused(run: Run, width: str, sentence: str) -> None:
    assert run("derive", "marchenko-pastur", "--latex", "--width", width).refusal == sentence


def test_latex_shows_the_contractions_of_the_fields_that_are_there(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "two.toml"
    file.write_text(
        '[spaces]\nN = "a"\nP = "b"\n[parameters]\ng = "r"\n[fields]\n'
        'y = { shape = ["N", "N"] }\nx = { shape = ["N", "P"], variance = "1/P" }\n[quantities]\n'
        'both = "tr(inv(g*I(N) + x*x.T))*tr(y*y.T)"\nlong = "tr((x*x.T)**40)"\nshort = "tr(inv(g*I(N) + x*x.T))"\n'
    )
    for quantity, fields in (("both", "yx"), ("long", "x"), ("short", "x")):
        text = run("derive", str(file), quantity, "--latex", "--no-simulation").out
        assert re.findall(r"E} (\w)_{ij} \1_{kl}", text) == list(fields), quantity
