"""Numbers against a cited table, an independent solver in this file, and known formulas."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import mpmath
import numpy as np
import pytest
from mpmath import mp, mpf

from planaria.derivations import Derivation, derive
from planaria.diagrams import Eigenvalues, InputError, PowerLaw
from planaria.ensembles.library import load_model
from planaria.numerics.solving import solve as module
from planaria.numerics.solving.branch import DOUBLE
from planaria.numerics.solving.evaluate import evaluate
from planaria.numerics.sweeps.arrays import evaluate_array

CASES = Path(__file__).parents[1] / "oracles" / "cases"
UNITS = {"sigma_u": 1, "sigma_w": 1, "sigma_eps": "0.1", "lambda_plus": 1, "C": 1}

# M, alpha, N, P, gamma; Delta, clean loss and noise loss to 22 digits (power-law spectrum, sums and no integrals)
TABLE = [
    (
        (400, "0.8", 60, 120, "1e-4"),
        ("0.001439115962953793372532", "0.0002094456323967694040294", "0.004850185619577578712202"),
    ),
    (
        (400, "0.8", 120, 60, "1e-4"),
        ("0.001439115962953793372532", "0.0002094456323967694040294", "0.009561641551870397080873"),
    ),
    (
        (200, "1", 50, 50, "1e-3"),
        ("0.001393569036552950675791", "0.0002708300905842300977605", "0.008094693436301988172144"),
    ),
]


@pytest.fixture(scope="module")
def derived() -> dict[str, Derivation]:
    file = load_model("random-features")
    return {q.name: derive(q.expression, file.model) for q in file.quantities}


def point(M: int, alpha: Any, N: int, P: int, gamma: Any) -> dict[str, Any]:
    return {**UNITS, "M": M, "alpha": alpha, "N": N, "P": P, "gamma": gamma}


def by_hand(M: int, alpha: Any, N: int, P: int, gamma: Any, start: Any, dps: int) -> dict[str, Any]:
    """Clean and noise loss by the published formulas and mpmath's own root finder, at the working precision."""
    with mp.workdps(dps):
        spectrum = [mpf(i) ** -(1 + mpf(alpha)) for i in range(1, M + 1)]

        def mismatch(log_delta: Any) -> Any:
            delta = mpmath.exp(log_delta)
            s = sum(v / (v + delta) for v in spectrum)
            return mpmath.log(delta * (N - s) * (P - s) / (mpf(gamma) * M))

        delta = mpmath.exp(mpmath.findroot(mismatch, mpmath.log(mpf(start))))
        z = sum(v / (v + delta) for v in spectrum)
        q2 = sum((v / (v + delta)) ** 2 for v in spectrum)
        d = N * P - q2 * (N + P) + 2 * q2 * z - z**2
        return {
            "Delta": delta,
            "z": z,
            "loss": delta * N * P * (z - q2) / d / (2 * M),
            "noise_loss": mpf("0.01") / 2 * (q2 * (N - 2 * z) + z**2) / d,
        }


@pytest.mark.parametrize(("where", "expected"), TABLE)
def test_the_reference_table_to_twenty_digits(
    derived: dict[str, Derivation], where: tuple[Any, ...], expected: tuple[str, str, str]
) -> None:
    for name, number in zip(("loss", "noise_loss"), expected[1:], strict=True):
        estimate = evaluate(derived[name], point(*where), digits=30)
        assert estimate.status == "verified"
        assert estimate.residual < mpf(10) ** -30
        with mp.workdps(30):
            assert abs(estimate.value / mpf(number) - 1) < mpf(10) ** -20
            assert abs(estimate.unknowns["Delta"] / mpf(expected[0]) - 1) < mpf(10) ** -20


@pytest.mark.parametrize("digits", [1, 15, 50, 120])
def test_every_digit_asked_for_stands(derived: dict[str, Derivation], digits: int) -> None:
    where = (100, "0.8", 30, 40, "1e-3")
    estimate = evaluate(derived["loss"], point(*where), digits=digits)
    hand = by_hand(*where, estimate.unknowns["Delta"], digits + 40)
    with mp.workdps(digits + 40):
        assert hand["z"] < 30
        assert abs(estimate.value / hand["loss"] - 1) < mpf(10) ** (1 - digits)


@pytest.mark.parametrize("gamma", ["1e-14", "1e-30"])
def test_equal_dimensions_with_a_tiny_ridge(derived: dict[str, Derivation], gamma: str) -> None:
    """Two roots with z just below and just above N: the physical one is below, and digits are lost beside it."""
    where = (200, "4", 150, 150, gamma)
    estimate = evaluate(derived["loss"], point(*where), digits=40)
    hand = by_hand(*where, estimate.unknowns["Delta"], 100)
    with mp.workdps(100):
        assert hand["z"] < 150
        assert abs(estimate.value / hand["loss"] - 1) < mpf(10) ** -38
    assert estimate.value > 0


def test_a_spectrum_given_as_numbers_is_the_power_law(derived: dict[str, Derivation]) -> None:
    where = point(20, 1, 8, 9, "0.1")
    numbers = [f"1/{i * i}" for i in range(1, 21)]
    listed = {k: v for k, v in where.items() if k not in ("alpha", "lambda_plus", "M")}
    estimate = evaluate(derived["loss"], {**listed, "Lambda": Eigenvalues.of(numbers)}, digits=30)
    assert abs(estimate.value - evaluate(derived["loss"], where, digits=30).value) < mpf(10) ** -30
    assert evaluate(derived["loss"], {**where, "Lambda": PowerLaw()}, digits=30).value == pytest.approx(
        estimate.value
    )


def test_evaluate_of_a_derivation_is_the_same(derived: dict[str, Derivation]) -> None:
    where = point(30, 1, 8, 9, "0.1")
    assert derived["loss"].evaluate(where, digits=20) == evaluate(derived["loss"], where, digits=20)


def test_arrays_agree_with_single_points(derived: dict[str, Derivation]) -> None:
    gammas, samples = np.geomspace(1e-4, 10, 7), np.array([[20], [30], [45]])
    values = {**point(60, "0.8", 30, 40, 1), "gamma": gammas, "P": samples}
    found = evaluate_array(derived["loss"], values)
    assert found.shape == (3, 7)
    for i in range(3):
        for j in range(7):
            single = evaluate(
                derived["loss"], {**values, "gamma": float(gammas[j]), "P": int(samples[i, 0])}, digits=20
            )
            assert found[i, j] == pytest.approx(float(single.value), rel=1e-10)


def test_inside_the_spectrum_there_is_no_real_value() -> None:
    file = load_model("wigner")
    result = derive(file.quantity("resolvent").expression, file.model)
    assert float(evaluate(result, {"N": 50, "z": 3}).value) == pytest.approx((3 - 5**0.5) / 2)
    with pytest.raises(InputError, match="no real one"):
        evaluate(result, {"N": 50, "z": 1})


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"gamma": None}, "no value for gamma"),
        ({"gama": 1}, "did you mean 'gamma'"),
        ({"gamma": "abc"}, "not a finite number"),
        ({"gamma": float("nan")}, "not a finite number"),
        ({"sigma_w": -1}, "negative"),
        ({"gamma": 0}, "limit"),
        ({"N": 0}, "at least 1"),
        ({"N": "2.5"}, "positive integer"),
        ({"Lambda": [1, -2]}, "negative number"),
        ({"Lambda": []}, "empty"),
        ({"Lambda": [1, 2, 3]}, "3 eigenvalues, but M = 20"),
        ({"Lambda": "1, 2"}, "not a list"),
    ],
)
def test_bad_values_are_named(derived: dict[str, Derivation], change: dict[str, Any], words: str) -> None:
    values = {**point(20, 1, 8, 9, "0.1"), **change}
    with pytest.raises(InputError, match=words):
        evaluate(derived["loss"], {k: v for k, v in values.items() if v is not None})


def test_lists_on_one_space_have_one_length() -> None:
    file = load_model("sum-of-wisharts")
    result = derive(file.quantity("resolvent").expression, file.model)
    matrices = [str(matrix.name) for matrix, _ in result.rules.setting.matrices]
    numbers = {str(s): 1 for s in result.expression.free_symbols if not hasattr(s, "shape")}
    lists = {matrices[0]: [1, 2, 3], matrices[1]: [1, 2]}
    with pytest.raises(InputError, match="on the same space"):
        evaluate(result, {k: v for k, v in {**numbers, **lists}.items() if k not in ("N", "M")})


@pytest.mark.parametrize("digits", [0, -3, 10**6, 2.5, True])
def test_digits_are_checked(derived: dict[str, Derivation], digits: Any) -> None:
    with pytest.raises(InputError, match="digits"):
        evaluate(derived["loss"], point(20, 1, 8, 9, "0.1"), digits=digits)


def test_a_point_in_the_spectrum_is_refused_before_many_digits_are_taken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # A path of forty digits takes seconds, and tells no more than that it gets no further.
    file = load_model(str(CASES / "polynomials.toml"))
    result = derive(file.quantity("mixed").expression, file.model)
    paths: list[str] = []
    followed = module.follow

    def noted(problem: Any, arithmetic: Any = DOUBLE, **options: Any) -> Any:
        paths.append(arithmetic.module)
        return followed(problem, arithmetic=arithmetic, **options)

    monkeypatch.setattr(module, "follow", noted)
    with pytest.raises(InputError, match=r"the planar solution ends at field strength 0\.151"):
        evaluate(result, {"N": 6, "z": "0.72"})
    assert set(paths) == {"numpy"}
