"""The oracle held against the literature, against matrices, and against itself."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest
from mpmath import mp, mpf
from tests.oracles.finite import simulate
from tests.oracles.generate import random_case
from tests.oracles.literature import random_features
from tests.oracles.planar import NoModelError, NoSolutionError, Planar, planar_value
from tests.oracles.reading import read_model, read_point

from planaria.derivations import derive
from planaria.ensembles.text.model_file import read_model as read_model_file
from planaria.numerics.solving.evaluate import evaluate

FOLDER = Path(__file__).parent / "cases"
CASES: list[dict[str, Any]] = json.loads((FOLDER / "cases.json").read_text(encoding="utf-8"))


def planar(text: str, values: dict[str, Any], quantity: str = "q", *, refined: bool = False) -> Planar:
    model = read_model(text)
    return planar_value(model.quantities[quantity], model, read_point(model, values), refined=refined)


def model_text(field: str, quantity: str, more: str = "") -> str:
    spaces = "".join(f'{one} = "{one}"\n' for one in "NPM")
    return f'[spaces]\n{spaces}[parameters]\ng = "g"\n{more}\n[fields]\n{field}\n[quantities]\nq = "{quantity}"\n'


WISHART = 'x = { shape = ["N", "P"], variance = "1/P" }'


@pytest.mark.parametrize(("N", "P", "g"), [(3, 4, "0.5"), (100, 20, "0.01"), (1, 1, "2")])
def test_marchenko_pastur(N: int, P: int, g: str) -> None:
    """Marchenko and Pastur (1967): the quadratic equation of the resolvent."""
    found = planar(model_text(WISHART, "tr(inv(g*I(N) + x*x.T))/N"), {"N": N, "P": P, "M": 1, "g": g})
    c, z = N / P, float(g)
    b = z + 1 - c
    assert math.isclose(found.value, (-b + math.sqrt(b * b + 4 * c * z)) / (2 * c * z), rel_tol=1e-12)
    assert found.radius < 1


@pytest.mark.parametrize("law", ["symmetric", "hermitian"])
def test_semicircle(law: str) -> None:
    """Wigner: G = (z - sqrt(z^2 - 4))/2; the ladder is G^2, 1 at the edge."""
    text = model_text(f'h = {{ shape = ["N", "N"], variance = "1/N", kind = "{law}" }}', "tr(inv(g*I(N) - h))/N")
    found = planar(text, {"N": 7, "P": 1, "M": 1, "g": "2.5"})
    assert math.isclose(found.value, 0.5, rel_tol=1e-13)
    assert math.isclose(found.radius, 0.25, rel_tol=1e-12)
    with pytest.raises(NoSolutionError):
        planar(text, {"N": 7, "P": 1, "M": 1, "g": "1"})


@pytest.mark.parametrize(("n", "count"), [(1, 1), (2, 3), (3, 12), (4, 55)])
def test_fuss_catalan(n: int, count: int) -> None:
    """OEIS A001764: planar contractions of tr (x^T u^T u x)^n, all sizes equal."""
    fields = 'x = { shape = ["M", "P"], variance = "1/M" }\nu = { shape = ["N", "M"], variance = "1/M" }'
    found = planar(model_text(fields, f"tr((x.T*u.T*u*x)**{n})/P"), {"N": 5, "P": 5, "M": 5, "g": 1})
    assert math.isclose(found.value, count, rel_tol=1e-12)


def test_planar_moments_with_unequal_sizes_and_a_covariance() -> None:
    """The polynomial of tr (phi^T phi)^2, its terms of leading order."""
    more = '[matrices]\nL = { space = "M", spectrum = [1, 0.5, 0.25] }'
    fields = 'x = { shape = ["M", "P"], rows = "L" }\nu = { shape = ["N", "M"] }'
    found = planar(model_text(fields, "tr((x.T*u.T*u*x)**2)", more), {"N": 5, "P": 7})
    N, P, t1, t2 = 5, 7, 1.75, 1 + 0.25 + 0.0625
    right = t1**2 * (N**2 * P + N * P**2) + t2 * N**2 * P**2
    assert math.isclose(found.value, right, rel_tol=1e-12)


GINIBRE = 'g1 = { shape = ["N", "N"], variance = "1/N", kind = "LAW" }'


@pytest.mark.parametrize("law", ["real", "complex"])
@pytest.mark.parametrize("w", ["0.5", "0.9", "1.1", "3"])
def test_the_radius_of_ginibre_matrices(law: str, w: str) -> None:
    """1/w outside the disk; the ladder is 1/|w|^2, so 1 at its edge."""
    found = planar(
        model_text(GINIBRE.replace("LAW", law), "tr(inv(g*I(N) - g1))/N"), {"N": 4, "P": 1, "M": 1, "g": w}
    )
    assert math.isclose(found.value, 1 / float(w), rel_tol=1e-12)
    assert math.isclose(found.radius, 1 / float(w) ** 2, rel_tol=1e-12)


RANDOM_FEATURES = """
[spaces]
N = "N"
P = "P"
M = "M"
C = { about = "outputs", default = 1 }
[parameters]
gamma = "gamma"
noise = "noise"
[matrices]
Lambda = { space = "M", spectrum = "power-law" }
[fields]
x = { shape = ["M", "P"], rows = "Lambda" }
u = { shape = ["N", "M"], variance = "1/M" }
w = { shape = ["C", "M"], variance = "1/M" }
eps = { shape = ["C", "P"], variance = "noise" }
[definitions]
phi = "u*x"
Q = "inv(gamma*I(P) + phi.T*phi)"
R = "w*x*Q*phi.T*u - w"
[quantities]
loss = "tr(R*Lambda*R.T)/2"
noise_loss = "tr(eps*Q*phi.T*u*Lambda*u.T*phi*Q*eps.T)/2"
gram_resolvent = "tr(Q)/P"
"""
# M, alpha, N, P, gamma, then Delta, clean loss and noise loss: 22 digits, from a solver of many digits.
NUMBERS = [
    (400, "0.8", 60, 120, "1e-4", "0.001439115962953793372532", "0.0002094456323967694040294",
     "0.004850185619577578712202"),
    (400, "0.8", 120, 60, "1e-4", "0.001439115962953793372532", "0.0002094456323967694040294",
     "0.009561641551870397080873"),
    (200, "1.0", 50, 50, "1e-3", "0.001393569036552950675791", "0.0002708300905842300977605",
     "0.008094693436301988172144"),
]  # fmt: skip


@pytest.mark.parametrize("row", NUMBERS)
def test_random_features(row: tuple[Any, ...]) -> None:
    M, alpha, N, P, gamma, Delta, clean, noise = row
    with mp.workdps(70):
        spectrum = [mpf(k) ** -(1 + mpf(alpha)) for k in range(1, M + 1)]
        formula = random_features(N, P, gamma, spectrum, sigma_eps=mpf("0.1"))
    with mp.workdps(22):
        assert abs(formula.Delta - mpf(Delta)) < mpf(10) ** -20 * formula.Delta
        assert abs(formula.loss - mpf(clean)) < mpf(10) ** -20 * formula.loss
        assert abs(formula.noise_loss - mpf(noise)) < mpf(10) ** -20 * formula.noise_loss


def test_random_features_from_the_pencil() -> None:
    """The losses as expressions, at a size that is quick, against the formulas."""
    values = {"N": 12, "P": 9, "M": 30, "gamma": "0.01", "noise": "1", "alpha": "0.8", "lambda_plus": "1"}
    formula = random_features(12, 9, 0.01, [k**-1.8 for k in range(1, 31)])
    for name in ("loss", "noise_loss", "gram_resolvent"):
        found = planar(RANDOM_FEATURES, values, name)
        assert math.isclose(found.value, getattr(formula, name), rel_tol=1e-9), name
        assert found.radius < 1


def test_the_limit_of_no_ridge() -> None:
    """Maloney, Roberts, Sully: Delta n m/(m - n), with z = n."""
    spectrum = [k**-1.8 for k in range(1, 101)]
    found = random_features(20, 30, 1e-20, spectrum)
    assert math.isclose(found.loss, found.Delta * 20 * 30 / 10 / (2 * 100), rel_tol=1e-12)


@pytest.mark.parametrize("number", range(len(CASES)))
def test_the_cases(number: int) -> None:
    case = CASES[number]
    text = (FOLDER / f"{case['file']}.toml").read_text(encoding="utf-8")
    if case["value"] is None:
        try:
            found = planar(text, case["values"], case["quantity"])
        except (NoModelError, NoSolutionError):
            return
        assert found.radius > 1
    else:
        found = planar(text, case["values"], case["quantity"], refined=True)
        assert found.radius < 1
        assert abs(found.value - mpf(case["value"])) < 1e-15 * abs(found.value)


def test_signs_of_a_law() -> None:
    with pytest.raises(NoModelError, match="negative"):
        planar(model_text(WISHART.replace("1/P", "-1/P"), "tr(x*x.T)"), {"N": 1, "P": 1, "M": 1, "g": 1})


@pytest.mark.parametrize("seed", [2, 8, 17, 28])
def test_random_models_against_matrices(seed: int) -> None:
    """Two sizes, extrapolated: the rest of 1/size and the noise stay."""
    case = random_case(seed)
    model = read_model(case.text)
    point = read_point(model, case.points[0])
    found = planar_value(model.quantities["q"], model, point)
    assert found.radius < 1
    largest = max(point.size(space) for space in model.spaces)
    scale = max(1, 60 // largest)
    small, large = (
        simulate(model.quantities["q"], model, point, scale=k, draws=draws)
        for k, draws in ((scale, 60), (2 * scale, 30))
    )
    error = math.hypot(small.error, 2 * large.error)
    extrapolated = 2 * large.value - small.value
    assert abs(extrapolated - float(found.value)) < 5 * error + 5e-3 * abs(found.value)
    assert abs(large.value - float(found.value)) < 0.1 * abs(found.value) + 5 * large.error


def test_digits_of_a_refined_value() -> None:
    case = random_case(7)
    model = read_model(case.text)
    for values in case.points:
        point = read_point(model, values)
        double = planar_value(model.quantities["q"], model, point)
        refined = planar_value(model.quantities["q"], model, point, refined=True)
        assert refined.residual < 1e-26
        assert abs(double.value - refined.value) < 1e-11 * abs(refined.value)


def test_a_seed_gives_one_model() -> None:
    assert random_case(5) == random_case(5)
    assert len({random_case(seed).text for seed in range(20)}) == 20


SQUARE = 'x = { shape = ["N", "N"], variance = "1/N", kind = "complex" }'
HERMITIAN = 'x = { shape = ["N", "N"], variance = "1/N", kind = "hermitian" }'
# Transposes without conjugation are fields of their own at planar order, so two independent ones stand for them.
TRANSPOSES = [
    (SQUARE, "tr(x*x.T*x.T.H*x.H)", "tr(x*y*y.H*x.H)"),
    (SQUARE, "tr(x*x.T)", "tr(x*y)"),
    (SQUARE, "tr(inv(g*I(N) + (x + x.T)*(x + x.T).H))", "tr(inv(g*I(N) + (x + y)*(x + y).H))"),
    (HERMITIAN, "tr(inv(g*I(N) - x - x.T))", "tr(inv(g*I(N) - x - y))"),
    (HERMITIAN, "tr(x*x.T*x*x.T)", "tr(x*y*x*y)"),
    (HERMITIAN, "tr(inv(g*I(N) + x*(x.T*x.T)*x))", "tr(inv(g*I(N) + x*y*y*x))"),
]


@pytest.mark.parametrize(("field", "turned", "doubled"), TRANSPOSES)
def test_transposes_without_conjugation(field: str, turned: str, doubled: str) -> None:
    values = {"N": 6, "P": 1, "M": 1, "g": "3.5"}
    found = planar(model_text(field, turned), values)
    two = planar(model_text(f"{field}\n{field.replace('x =', 'y =')}", doubled), values)
    assert math.isclose(found.value, two.value, rel_tol=1e-12, abs_tol=1e-12)
    model = read_model(model_text(field, turned))
    drawn = simulate(model.quantities["q"], model, read_point(model, values), scale=40, draws=8, seed=3)
    assert abs(drawn.value - found.value) < 6 * drawn.error + 0.01 * (1 + abs(found.value))
    parsed = read_model_file(model_text(field, turned), "transposes", "the test")
    result = derive(parsed.quantity("q").expression, parsed.model)
    given = {"N": 6, "g": "3.5"} if "g*" in turned else {"N": 6}
    assert math.isclose(evaluate(result, given).value, found.value, rel_tol=1e-9, abs_tol=1e-12)
