"""log det against the literature's formulas, drawn matrices, and what it refuses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
import pytest
from sympy import Identity, MatrixSymbol, Trace, symbols

import planaria as pl
from planaria.algebra.errors import InputError
from planaria.derivations import derive as derive_traces
from planaria.ensembles.text.formatting import format_expression
from planaria.numerics.integrals.quadrature import integrate

Run = Callable[..., Any]  # see tests/app/conftest.py

N, P = symbols("N P", positive=True)
gamma, snr = symbols("gamma snr", positive=True)
R = MatrixSymbol("R", N, N)
H, X = MatrixSymbol("H", N, P), MatrixSymbol("x", N, P)
CHANNEL = pl.Model([pl.Gaussian(H, kind="complex", variance=1 / P, rows=R)])
CAPACITY = pl.logdet(Identity(N) + snr * H * H.adjoint())
WISHART = "logdet(gamma*I(N) + x*x.T)"


def square_capacity(rho: Any) -> Any:
    """Nats a receive antenna, as many transmit antennas, no correlation: S. Verdu and S. Shamai, Spectral
    efficiency of CDMA with random spreading, IEEE Trans. Inf. Theory 45, 622 (1999), at beta = 1."""
    root = mpmath.sqrt(1 + 4 * rho)
    return 2 * mpmath.log((1 + root) / 2) - (root - 1) ** 2 / (4 * rho)


def correlated(ridge: Any, eigenvalues: list[Any], samples: int) -> Any:
    """log det(ridge + R^(1/2) X X^H R^(1/2)), X of variance 1/samples: the deterministic equivalent of
    A. M. Tulino, A. Lozano and S. Verdu, Impact of antenna correlation on the capacity of multiantenna channels,
    IEEE Trans. Inf. Theory 51, 2491 (2005), solved here by iteration."""
    d = mpmath.mpf(1)
    for _ in range(4000):
        d = mpmath.fsum(one / (ridge + one / (1 + d)) for one in eigenvalues) / samples
    outer = mpmath.fsum(mpmath.log(ridge + one / (1 + d)) for one in eigenvalues)
    return outer + samples * (mpmath.log(1 + d) - d / (1 + d))


def wishart(ridge: Any, size: int, samples: int) -> Any:
    """The same without correlation, where d solves a quadratic equation."""
    c = mpmath.mpf(size) / samples
    b = ridge + 1 - c
    d = 2 * c / (b + mpmath.sqrt(b * b + 4 * ridge * c))
    return size * mpmath.log(ridge + 1 / (1 + d)) + samples * (mpmath.log(1 + d) - d / (1 + d))


@pytest.mark.parametrize("ratio", ["0.5", "10", "1000"])
def test_the_square_channel_without_correlation(ratio: str) -> None:
    result = pl.derive(CAPACITY / N, CHANNEL.with_spectra({R: pl.UnitSpectrum()}))
    found = result.evaluate(N=1, P=1, snr=ratio, digits=12)
    with mpmath.workdps(30):
        assert abs(found.value / square_capacity(mpmath.mpf(ratio)) - 1) < mpmath.mpf("1e-12")
    assert found.status == "verified"
    assert found.error < 1e-12
    assert found.radius is not None
    assert found.radius < 1


def test_a_correlated_channel_to_thirty_digits() -> None:
    levels = ["0.1", "0.7", "1", "2.2"]
    model = CHANNEL.with_spectra({R: pl.Eigenvalues.of(levels)})
    found = pl.derive(CAPACITY, model).evaluate(P=3, snr=5, digits=30)
    with mpmath.workdps(50):
        ridge = mpmath.mpf(1) / 5  # log det(1 + 5 W) = 4 log 5 + log det(1/5 + W)
        expected = 4 * mpmath.log(5) + correlated(ridge, [mpmath.mpf(one) for one in levels], 3)
        assert abs(found.value / expected - 1) < mpmath.mpf("1e-30")
        assert abs(found.value - expected) <= found.error + mpmath.mpf("1e-30")


@pytest.mark.parametrize(
    ("sizes", "ridge"),
    [((2, 1), "1e-8"), ((3, 4), "1e-9"), ((1, 1), "1e6"), ((1, 1), "1e-12"), ((3, 2), "1e-14"), ((2, 1), "1e-40")],
)
def test_far_apart_eigenvalues(sizes: tuple[int, int], ridge: str) -> None:
    found = pl.derive("marchenko-pastur", WISHART).evaluate(N=sizes[0], P=sizes[1], gamma=ridge, digits=12)
    with mpmath.workdps(120):
        expected = wishart(mpmath.mpf(ridge), *sizes)
        assert abs(found.value - expected) < mpmath.mpf("1e-12") * max(1, abs(expected))


def test_no_bare_part_is_needed() -> None:
    """log det of x x^T, N < P: with c = N/P, N ((c - 1)/c log(1 - c) - 1), the formula above without a ridge."""
    found = pl.derive("marchenko-pastur", "logdet(x*x.T)/N").evaluate(N=3, P=4, digits=15)
    c = mpmath.mpf(3) / 4
    assert abs(found.value - ((c - 1) / c * mpmath.log(1 - c) - 1)) < 1e-14


def test_sizes_from_a_list_that_is_given_with_the_numbers() -> None:
    result = pl.derive(CAPACITY, CHANNEL)
    levels = ["0.1", "0.7", "1", "2.2"]
    declared = pl.derive(CAPACITY, CHANNEL.with_spectra({R: pl.Eigenvalues.of(levels)}))
    assert result.evaluate(R=levels, P=3, snr=5, digits=12).value == declared.evaluate(P=3, snr=5, digits=12).value
    assert float(result.evaluate_array(R=levels, P=[3.0, 6.0], snr=5)[0]) == pytest.approx(
        float(declared.evaluate(P=3, snr=5, digits=12)), rel=1e-10
    )


def test_arrays_against_the_formula() -> None:
    result = pl.derive("marchenko-pastur", WISHART)
    sizes = np.array([[3, 2], [2, 3], [4, 4]])
    ridges = np.array([1e-12, 1.0, 1e8])
    found = result.evaluate_array(N=sizes[:, :1], P=sizes[:, 1:], gamma=ridges)
    assert found.shape == (3, 3)
    assert {one.value for one in found.status.ravel()} == {"ok"}
    for (n, p), row, errors in zip(sizes.tolist(), found.values, found.errors, strict=True):
        for ridge, value, error in zip(ridges.tolist(), row.tolist(), errors.tolist(), strict=True):
            with mpmath.workdps(40):
                right = wishart(mpmath.mpf(repr(ridge)), n, p)
            assert abs(value - right) <= min(error, 2e-10 * max(1, abs(float(right))))
    alone = pl.evaluate_array(result, N=3, P=2, gamma=[1.0])
    assert abs(alone.values[0] - found.values[0, 1]) <= alone.errors[0] + found.errors[0, 1]


def test_arrays_with_traces_beside_and_points_that_are_refused() -> None:
    both = pl.derive("marchenko-pastur", f"gamma*({WISHART} + 3*tr(inv(gamma*I(N) + x*x.T)))/N + {WISHART}**2")
    found = both.evaluate_array(N=2, P=[3.0, 5.0], gamma=0.5)
    for value, p in zip(found, (3, 5), strict=True):
        alone = both.evaluate(N=2, P=p, gamma="0.5", digits=12)
        assert value == pytest.approx(float(alone), rel=1e-10)
    shifted = pl.derive("marchenko-pastur", "logdet(gamma*I(N) - x*x.T)")
    statuses = shifted.evaluate_array(N=4, P=9, gamma=[0.5, 1.5, 40.0]).status
    assert [one.value == "ok" for one in statuses] == [False, False, True]
    with pytest.raises(InputError, match="do not fit each other"):
        both.evaluate_array(N=2, P=[3.0, 5.0], gamma=[1.0, 2.0, 3.0])
    with pytest.raises(InputError, match="there is no parameter 'gama'; did you mean 'gamma'"):
        both.evaluate_array(N=2, P=3, gama=[1.0])


def test_a_singular_matrix_is_told() -> None:
    with pytest.raises(InputError, match="is singular, so that its log det is not finite; add a ridge"):
        pl.derive("marchenko-pastur", "logdet(x*x.T)").evaluate(N=3, P=2, digits=6)


def test_sweeps_of_log_dets() -> None:
    at = {"N": 20, "P": [30, 40], "gamma": [1e-3, 1.0]}
    data = pl.sweep("marchenko-pastur", {"free": WISHART, "resolvent": "resolvent"}, at)
    result = pl.derive("marchenko-pastur", WISHART)
    expected = result.evaluate_array(N=20, P=np.array([[30.0], [40.0]]), gamma=np.array([1e-3, 1.0]))
    assert np.allclose(data["free"].values, expected.values, rtol=1e-10, atol=0)
    assert (data["free_status"].values == data["resolvent_status"].values).all()


def test_drawn_matrices_agree() -> None:
    """Correlated channel, drawn here: complex corrections fall like 1/N^2."""
    n, p, rho = 48, 36, 4.0
    levels = [0.25, 0.5, 1.0, 2.25] * (n // 4)
    rng = np.random.default_rng(5)
    drawn = []
    for _ in range(300):
        x = (rng.normal(size=(n, p)) + 1j * rng.normal(size=(n, p))) / np.sqrt(2 * p)
        h = np.sqrt(levels)[:, None] * x
        drawn.append(np.linalg.slogdet(np.eye(n) + rho * h @ h.conj().T)[1] / n)
    error = np.std(drawn, ddof=1) / np.sqrt(len(drawn))
    model = CHANNEL.with_spectra({R: pl.Eigenvalues.of(levels)})
    result = pl.derive(CAPACITY / N, model)
    planar = float(result.evaluate(P=p, snr=rho, digits=12))
    assert error < 1e-3 * planar
    assert abs(np.mean(drawn) - planar) < 5 * error + 1 / n**2
    ours = result.simulate(P=p, snr=rho, runs=300)
    assert abs(ours.mean - planar) < 5 * ours.standard_error + 1 / n**2
    assert ours.standard_error == pytest.approx(error, rel=0.3)


def test_traces_beside_it() -> None:
    """A function of log dets and traces: the derivative by gamma is the resolvent."""
    both = pl.derive("marchenko-pastur", f"({WISHART} + 3*tr(inv(gamma*I(N) + x*x.T)))/N + {WISHART}**2/N**2")
    at = {"N": 2, "P": 3, "gamma": "0.5"}
    log_det = pl.derive("marchenko-pastur", WISHART).evaluate(at, digits=12).value / 2
    trace = pl.derive("marchenko-pastur", "tr(inv(gamma*I(N) + x*x.T))/N").evaluate(at, digits=12).value
    assert abs(both.evaluate(at, digits=12).value - (log_det + 3 * trace + log_det**2)) < 1e-12
    step = mpmath.mpf("1e-4")
    alone = pl.derive("marchenko-pastur", WISHART)
    around = [mpmath.mpf("0.5") + one for one in (-step, step)]
    sides = [alone.evaluate({**at, "gamma": one}, digits=15).value for one in around]
    assert abs((sides[1] - sides[0]) / (2 * step) / 2 - trace) < 1e-6


def test_what_it_says_it_is() -> None:
    result = pl.derive("marchenko-pastur", WISHART)
    assert isinstance(result, pl.LogDetDerivation)
    (part,) = result.integrals
    assert (str(part.path), str(part.scale)) == ("t", "kappa")
    assert str(part.start.value) == "gamma + 1"
    assert "∫ (N/(κ + t) - resolvent) dt from t = 0 to oo" in str(result)
    assert (
        r"\log\det\left[\gamma \mathbf{1}_N + x x^{\mathsf{T}}\right] = N \log \kappa + \int_0^\infty dt"
        in result.latex()
    )
    assert "Log determinants" in result._repr_html_()
    assert [one.outcome.value for one in result.check(simulation=False)] == ["passed", "passed"]
    assert [one.outcome.value for one in pl.check(result, simulation=False)] == ["passed", "passed"]
    at = {"N": 3, "P": 4, "gamma": 1}
    assert pl.evaluate(result, at, digits=8).value == result.evaluate(at, digits=8).value
    with pytest.raises(
        InputError, match="an integral, which is not proved; leave it out; the resolvent in it can be"
    ):
        result.evaluate(at, certify=True)


def test_the_grammar_reads_what_it_writes() -> None:
    file = pl.load_model("marchenko-pastur")
    value = file.parse("logdet(gamma*I(N) + x*x.T)**2/N - tr(x*x.T)", "test")
    assert file.parse(format_expression(value), "test") == value
    for text, problem in [
        ("logdet(gamma)", "is a scalar, and logdet takes a matrix"),
        ("logdet(x)", "is not square"),
    ]:
        with pytest.raises(InputError, match=problem):
            file.parse(text, "test")
    with pytest.raises(InputError, match="is no matrix; give it a square matrix"):
        pl.logdet(gamma)
    with pytest.raises(InputError, match="is not square"):
        pl.logdet(X)


@pytest.mark.parametrize(
    ("expression", "at", "problem"),
    [
        ("logdet(gamma*I(N) - x*x.T)", {"gamma": "1.5"}, "is not reached"),
        ("logdet(gamma*I(N) - x*x.T)", {"gamma": "0.5"}, "is not positive: its mean eigenvalue is -0.5"),
        (WISHART, {}, "gamma has no value; give gamma a value"),
        (WISHART, {"gamma": 1, "gama": 1}, "did you mean 'gamma'"),
        (WISHART, {"gamma": 1, "digits": 0}, "0 is no number from 1 to 10000"),
        (WISHART, {"gamma": 1, "limit": {"gamma": 0}}, "no exact limit of a log det is known"),
    ],
)
def test_refusals(expression: str, at: dict[str, Any], problem: str) -> None:
    result = pl.derive("marchenko-pastur", expression)
    with pytest.raises(InputError, match=problem):
        result.evaluate(**{"N": 3, "P": 4, "digits": 10, **at})


def test_other_refusals() -> None:
    file = pl.load_model("marchenko-pastur")
    det = pl.logdet(gamma * Identity(N) + X * X.T)
    with pytest.raises(InputError, match="has a log det inside of a trace"):
        pl.derive(Trace(det * X * X.T), file.model)
    with pytest.raises(InputError, match=r"derive it with planaria\.derive"):
        derive_traces(det, file.model)
    for action in (pl.expand, pl.moment):
        with pytest.raises(InputError):
            action(det, file.model, **({"order": 1} if action is pl.expand else {}))


@pytest.mark.parametrize("matrix", ["gamma*I(N) - x*x.T", "-gamma*I(N) + x*x.T", "x*x.T - 2*gamma*I(N)"])
@pytest.mark.parametrize("sizes", [(4, 2), (4, 9), (2, 9)])
def test_drawn_matrices_that_are_not_positive(matrix: str, sizes: tuple[int, int]) -> None:
    """Also where an even number of eigenvalues is negative, and the determinant positive."""
    ridge = "0.1" if matrix.startswith("gamma") else 20
    with pytest.raises(InputError, match=r"is not positive; take logdet of a Hermitian positive matrix"):
        pl.simulate("marchenko-pastur", f"logdet({matrix})", N=sizes[0], P=sizes[1], gamma=ridge, runs=2)


def test_a_quadrature_says_what_it_leaves() -> None:
    with mpmath.workdps(40):
        d = mpmath.mpf("1e-9")
        found = integrate(lambda s, rest: (1 / (s + d) - 1 / (d + rest) ** 2, 1), d, d, 12)
        exact = mpmath.log(1 + 1 / d) - (1 / d - 1 / (1 + d))
        assert abs(found.value - exact) <= found.error + mpmath.mpf("1e-20") * abs(exact)
    with pytest.raises(InputError, match="has not settled to 12 digits"):
        integrate(lambda s, rest: (abs(s - mpmath.mpf(1) / 3), 1), mpmath.mpf("0.1"), mpmath.mpf("0.1"), 12)


def test_a_complex_matrix_is_not_positive() -> None:
    with pytest.raises(InputError, match="a log det is taken at real numbers"):
        pl.derive("marchenko-pastur", "logdet(gamma*I(N) + x*x.T)/N").evaluate(N=3, P=5, gamma=1j)
