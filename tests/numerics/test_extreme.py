"""Points with a parameter that is very small or very large, held against solutions of the scalar equations."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from flint import arb, ctx
from mpmath import mp, mpf
from sympy import Identity, MatrixSymbol, Trace, symbols

from planaria.algebra.errors import InputError
from planaria.derivations import derive
from planaria.diagrams import Gaussian, Model
from planaria.ensembles.library import load_model
from planaria.numerics.equations.ladder import is_stable
from planaria.numerics.points.problem import pose
from planaria.numerics.solving.evaluate import evaluate
from planaria.numerics.solving.extreme import extreme, newton_on_the_closed_form
from planaria.numerics.solving.solve import loops_of
from planaria.numerics.solving.verification import verify
from planaria.numerics.sweeps.arrays import evaluate_array

CASES = Path(__file__).parents[1] / "oracles" / "cases"
TINY = ("1e-20", "1e-50", "1e-99", "1e-100", "1e-120", "1e-300", "3e-400", "1e-1000")


@pytest.fixture(scope="module")
def marchenko_pastur() -> Any:
    file = load_model("marchenko-pastur")
    return derive(file.quantity("resolvent").expression, file.model)


@pytest.fixture(scope="module")
def loss() -> Any:
    file = load_model("random-features")
    return derive(file.quantity("loss").expression, file.model)


def close(one: Any, other: Any) -> bool:
    return bool(abs(one - other) <= abs(other) * mpf(10) ** -14)


def law(rows: int, samples: int, ridge: str) -> Any:
    """The resolvent of Marchenko and Pastur (1967): the positive root of c gamma g^2 + (gamma + 1 - c) g = 1."""
    gamma, c = mpf(ridge), mpf(rows) / samples
    b = gamma + 1 - c
    return (mp.sqrt(b * b + 4 * c * gamma) - b) / (2 * c * gamma)


@pytest.mark.parametrize("sizes", [(7, 7), (1, 1), (7, 8), (8, 7)])
@pytest.mark.parametrize("ridge", [*TINY, "1e300"])
def test_a_resolvent_at_any_ridge(marchenko_pastur: Any, sizes: tuple[int, int], ridge: str) -> None:
    rows, samples = sizes
    found = evaluate(marchenko_pastur, {"N": rows, "P": samples, "gamma": ridge}, digits=15)
    with mp.workdps(3100):
        assert close(found.value, law(rows, samples, ridge))
    assert found.status == "verified"
    assert found.radius is not None
    assert 0 < found.radius <= 1


def test_arrays_have_no_gap(marchenko_pastur: Any) -> None:
    ridges = [1e-20, 1e-50, 1e-99, 1e-100, 1e-300]
    found = evaluate_array(marchenko_pastur, {"N": 1, "P": 1, "gamma": ridges})
    with mp.workdps(1000):
        right = [float(law(1, 1, repr(ridge))) for ridge in ridges]
    assert found == pytest.approx(right, rel=1e-9)


def random_features(N: int, P: int, M: int, ridge: str) -> Any:
    """The loss by arXiv:2405.19398: Delta (N - z) (P - z) = gamma M, all scales 1.

    Solved in the logarithm of the distance of Delta from where z reaches the smaller of N and P.
    """
    gamma, eigenvalues = mpf(ridge), [mpf(n) ** (-1 - mpf("0.8")) for n in range(1, M + 1)]

    def total(Delta: Any, a: int, b: int) -> Any:
        return sum(x**a / (x + Delta) ** b for x in eigenvalues)

    least = mpf(0)
    if min(N, P) < M:
        least = mp.findroot(lambda t: total(mp.exp(t), 1, 1) - min(N, P), mpf(-5), tol=mpf(10) ** (20 - mp.dps))
        least = mp.exp(least)
    t = mp.log(gamma) / (2 if N == P else 1)
    for _ in range(200):
        distance = mp.exp(t)
        Delta = least + distance
        z = total(Delta, 1, 1)
        mismatch = mp.log(Delta * (N - z) * (P - z) / (gamma * M))
        slope = (1 / Delta + total(Delta, 1, 2) * (1 / (N - z) + 1 / (P - z))) * distance
        change = max(min(mismatch / slope, mpf(20)), mpf(-20))
        t -= change
        if abs(change) < mpf(10) ** -40:
            break
    q = total(Delta, 2, 2)
    determinant = N * P - q * (N + P) + 2 * q * z - z * z
    return Delta * N * P * (z - q) / determinant / (2 * M)


@pytest.mark.parametrize(
    ("N", "P", "ridge"),
    [
        (8, 8, "1e-20"),
        (8, 8, "1e-100"),
        (8, 8, "1e-300"),
        (8, 8, "1e-400"),
        (8, 9, "1e-300"),
        (9, 8, "1e-120"),
        (8, 12, "1e-300"),
        (30, 16, "1e-100"),
    ],
)
def test_a_loss_at_any_ridge(loss: Any, N: int, P: int, ridge: str) -> None:
    point = {"N": N, "P": P, "M": 16, "gamma": ridge, "sigma_u": 1, "sigma_w": 1, "C": 1}
    found = evaluate(loss, {**point, "alpha": "0.8", "lambda_plus": 1}, digits=15)
    with mp.workdps(1300):
        assert close(found.value, random_features(N, P, 16, ridge))
    assert found.status == "verified"


def test_noise_beside_which_a_signal_is_nothing() -> None:
    """Then the law of Marchenko and Pastur for equally many rows and samples holds: 1/(sigma gamma^(1/2))."""
    file = load_model("signal-plus-noise")
    derivation = derive(file.quantity("resolvent").expression, file.model)
    point = {"N": 4, "S": ["1", "1/2", "1/3", "1/4"], "gamma": "0.7", "sigma": "1e300"}
    found = evaluate(derivation, point, digits=15)
    assert close(found.value, mpf(10) ** -300 / mp.sqrt(mpf("0.7")))
    assert found.status == "verified"


def test_what_is_extreme_moves_together(marchenko_pastur: Any) -> None:
    moderate = pose(marchenko_pastur, {"N": 7, "P": 7, "gamma": "1e-14"})
    assert extreme(moderate) is None
    far = extreme(pose(marchenko_pastur, {"N": 7, "P": 7, "gamma": "1e-300"}))
    assert far is not None
    assert far.names == "gamma"
    gamma = next(iter(far.logarithms))
    with mp.workdps(50):
        assert close(mpf(far.at(8).values[gamma].p) / far.at(8).values[gamma].q, mpf(10) ** -8)
    assert far.at(300) is far.problem


def test_balls_measure_what_cancels(marchenko_pastur: Any) -> None:
    """The resolvent is about 1e50: the unknown is 1e-50 next to what its equation takes from it."""
    problem = pose(marchenko_pastur, {"N": 8, "P": 7, "gamma": "1e-100"})
    with mp.workdps(400):
        start = evaluate(marchenko_pastur, {"N": 8, "P": 7, "gamma": "1e-100"}, digits=150)
    found = newton_on_the_closed_form(problem, list(start.unknowns.values()), 200)
    assert found is not None
    with mp.workdps(220):
        finer = newton_on_the_closed_form(problem, found.unknowns, 400)
        assert finer is not None
        pairs = zip(found.unknowns, finer.unknowns, strict=True)
        assert all(abs(x / y - 1) < mpf(10) ** -(195 - found.lost) for x, y in pairs)


def test_a_ladder_next_to_one_is_not_told_by_few_digits(
    marchenko_pastur: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Any] = []

    def remembered(*arguments: Any) -> bool | None:
        seen.append(arguments)
        return is_stable(*arguments)

    monkeypatch.setattr("planaria.numerics.solving.verification.is_stable", remembered)
    evaluate(marchenko_pastur, {"N": 7, "P": 7, "gamma": "1e-40"}, digits=15)
    derivation, groups, *_ = seen[-1]
    with ctx.workprec(1000):  # 1 - radius is about 1e-20
        assert is_stable(derivation, groups, arb("1e-45")) is True
        assert is_stable(derivation, groups, arb("1e-30")) is None


def test_a_point_in_the_spectrum_stays_refused() -> None:
    file = load_model("wigner")
    derivation = derive(file.quantity("resolvent").expression, file.model)
    with pytest.raises(InputError, match="no real one was found beyond"):
        evaluate(derivation, {"N": 4, "z": "1e-300"}, digits=15)


def test_verify_is_what_decides(marchenko_pastur: Any) -> None:
    """The other root solves the equations too, and its ladder is on the other side of 1."""
    problem = pose(marchenko_pastur, {"N": 7, "P": 7, "gamma": "1e-100"})
    found = evaluate(marchenko_pastur, {"N": 7, "P": 7, "gamma": "1e-100"}, digits=15)
    with mp.workdps(400):
        gamma = mpf(10) ** -100
        roots = [(-gamma + sign * mp.sqrt(gamma * gamma + 4 * gamma)) / 2 for sign in (1, -1)]
        assert min(abs(root / found.unknowns["g_P"] - 1) for root in roots) < mpf(10) ** -20
        verdicts = [verify(problem, loops_of(problem, [root]), mpf(10) ** -15).stable for root in roots]
    assert verdicts == [True, False]


def two_samples(samples: int, ridge: str) -> Any:
    """tr Lambda E[q] E[q] for eigenvalues 1, 1/2, 1/4, 1/8, with E[q] = (Delta/gamma)/(Lambda + Delta)."""
    eigenvalues = [mpf(2) ** -k for k in range(4)]
    gamma = mpf(ridge)

    def excess(Delta: Any) -> Any:
        return Delta * (1 - sum(x / (x + Delta) for x in eigenvalues) / samples) - gamma

    low, high = gamma**2 / 10**9, mpf(10) ** 3
    for _ in range(7 * mp.dps):
        middle = mp.sqrt(low * high)
        low, high = (low, middle) if excess(middle) > 0 else (middle, high)
    return sum(x * (high / gamma / (x + high)) ** 2 for x in eigenvalues)


@pytest.mark.parametrize("samples", [3, 4, 9])
@pytest.mark.parametrize("ridge", ["1e-16", "1e-100"])
def test_extreme_points_at_which_the_closed_form_is_singular(samples: int, ridge: str) -> None:
    file = load_model(str(CASES / "equal-samples.toml"))
    result = derive(file.quantity("q").expression, file.model)
    with mp.workdps(260):
        right = two_samples(samples, ridge)
    found = evaluate(result, {"M": 4, "P": samples, "T": samples, "gamma": ridge}, digits=15)
    assert close(found.value, right)
    assert found.radius is not None
    assert found.radius < 1


@pytest.mark.parametrize("ridge", ["1e1500", "1e-2000", "1e-10000"])
def test_extreme_numbers_are_printed(marchenko_pastur: Any, ridge: str) -> None:
    found = evaluate(marchenko_pastur, {"N": 7, "P": 7, "gamma": ridge}, digits=15)
    assert str(found).startswith("1.00000000000000e")
    assert found.value.man.bit_length() < 120  # of thousands that the way there took


def test_a_value_that_is_zero_at_an_extreme_point() -> None:
    M, P, gamma, tau = symbols("M P gamma tau", positive=True)
    x, Lambda = MatrixSymbol("x", M, P), MatrixSymbol("Lambda", M, M)
    q = (gamma * Identity(M) + x * x.T).inv()
    model = Model([Gaussian(x, variance=1 / P, rows=Lambda + tau * Identity(M))])
    result = derive(Trace(Lambda * q * Lambda * q), model)
    assert evaluate(result, {"Lambda": [0], "P": 1, "gamma": "1e-200", "tau": "1e-100"}, digits=15).value == 0
