"""Points, spectra and errors at the ends of double precision; complex numbers where only real ones are meant."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest

import planaria as pl
from planaria.algebra.errors import InputError
from planaria.ensembles.points import PointStatus

WISHART = pl.derive("correlated-wishart", "resolvent")
LOG_DET = pl.derive("marchenko-pastur", "logdet(gamma*I(N) + x*x.T)/N")


@pytest.mark.parametrize("power", [-172, -100, 100, 170])
def test_lists_whose_squares_leave_the_range_of_doubles(power: int) -> None:
    spectra = {"A": [f"{100 + k}e{power}" for k in range(60)], "B": ["1 x 30"]}
    (found,) = WISHART.evaluate_array(spectra, gamma=[float(f"1e{power + 2}")])
    alone = WISHART.evaluate(spectra, gamma=f"1e{power + 2}", digits=15)
    assert found == pytest.approx(float(alone.value), rel=1e-12)


def test_complex_values_below_the_range_are_no_zeros() -> None:
    found = pl.derive("wigner", "resolvent").evaluate_array(N=10, z=[1e308 + 1e308j, 3 + 1j])
    assert np.isnan(found[0])
    assert found.status[0] is not PointStatus.OK
    assert found.status[1] is PointStatus.OK


@pytest.mark.parametrize("gamma", [1j, "1j", [1, 1j], np.array([2 + 3j])])
def test_log_dets_are_taken_at_real_numbers(gamma: object) -> None:
    for method in (LOG_DET.evaluate, LOG_DET.evaluate_array):
        with pytest.raises(InputError, match="parameter gamma: a log det is taken at real numbers"):
            method(N=30, P=40, gamma=gamma)


def test_a_complex_factor_of_a_log_det_is_refused_too() -> None:
    text = """
[spaces]
N = "variables"
P = "samples"
[parameters]
t = "factor"
[fields]
x = { shape = ["N", "P"], variance = "1/P" }
[quantities]
q = "t*logdet(I(N) + x*x.T)/N"
"""
    from planaria.ensembles.text.model_file import read_model

    found = pl.derive(read_model(text, "factor", "factor.toml"), "q")
    assert found.evaluate_array(N=30, P=40, t="1/2") == pytest.approx(
        float(found.evaluate(N=30, P=40, t="1/2").value)
    )
    for method in (found.evaluate, found.evaluate_array):
        with pytest.raises(InputError, match="parameter t: a log det is taken at real numbers"):
            method(N=30, P=40, t=0.5j)


def test_a_sweep_says_nothing_of_complex_log_dets() -> None:
    found = pl.sweep("marchenko-pastur", "logdet(gamma*I(N) + x*x.T)/N", {"N": 30, "P": 40, "gamma": [1, 1j]})
    assert np.isnan(found["value"].values[1])


def test_a_root_that_is_brought_from_far_away_is_tried_again() -> None:
    # N = 1, P = 2: Delta (1 - z)(2 - z) = gamma M, solved here by bisection for eigenvalues 1 and 2
    found = pl.derive("random-features", "loss")
    at = {"N": 1, "P": 2, "sigma_u": 1, "sigma_w": 1, "C": 1}
    near = found.evaluate({**at, "Lambda": [1, 2], "gamma": 1}, digits=15)
    far = found.evaluate({**at, "Lambda": ["1e80", "2e80"], "gamma": "1e80"}, digits=15)
    assert far.value / near.value == pytest.approx(mpmath.mpf("1e80"), rel=1e-13)


@pytest.mark.parametrize("small", ["1e-14", "1e-20"])
def test_eigenvalues_too_near_to_zero_for_the_scan_are_no_atom(small: str) -> None:
    spectra = {"A": ["1 x 50", f"{small} x 50"], "B": ["1 x 1000"]}
    with pytest.raises(InputError, match=r"0\.5 of all eigenvalues are nearer to zero than 10\^-12 of their size"):
        pl.density(WISHART, values=spectra, of="gamma", points=5, moments=0)


def test_a_small_atom_beside_a_band_that_nearly_touches_zero() -> None:
    found = pl.density("marchenko-pastur", "resolvent", of="gamma", N=1000, P=999, points=5, moments=0)
    ((at, weight),) = [(one.x, one.weight) for one in found.atoms]
    assert at == 0
    assert weight == pytest.approx(1e-3, rel=1e-6)


def test_what_is_not_normalised_is_told_by_a_whole_number() -> None:
    with pytest.raises(InputError, match="falls off like 10/z"):
        pl.density("wigner", "tr(inv(z*I(N) - h))", of="z", N=10)


def test_equal_sizes_are_not_called_singular() -> None:
    with pytest.raises(InputError, match="reach down to zero, where its integral is singular"):
        pl.derive("marchenko-pastur", "logdet(x*x.T)").evaluate(N=30, P=30)
    with pytest.raises(InputError, match="is singular, so that its log det is not finite"):
        pl.derive("marchenko-pastur", "logdet(x*x.T)").evaluate(N=31, P=30)


def test_errors_hold_the_last_bits() -> None:
    # Marchenko-Pastur's quadratic equation, to 60 digits
    gammas = np.concatenate([-np.linspace(0.79, 0.83, 40) + 4.3e-8j, -np.linspace(0.1, 3, 40) + 1e-3j])
    found = pl.derive("marchenko-pastur", "resolvent").evaluate_array(N=10, P=5233, gamma=gammas)
    with mpmath.workdps(60):
        c = mpmath.mpf(10) / 5233
        for gamma, value, error in zip(gammas, found.values, found.errors, strict=True):
            one = mpmath.mpc(str(gamma.real), str(gamma.imag))
            roots = mpmath.polyroots([c * one, one + 1 - c, -1], maxsteps=200, extraprec=200)
            assert min(abs(root - value) for root in roots) <= error


def test_moving_variances_cost_little_more(monkeypatch: pytest.MonkeyPatch) -> None:
    from planaria.numerics.sweeps import arrays

    asked: list[object] = []
    original = arrays.check_admissible

    def counting(*args: object, **kwargs: object) -> None:
        asked.append(args)
        original(*args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(arrays, "check_admissible", counting)
    found = pl.derive("random-features", "loss").evaluate_array(
        N=20, P=30, M=40, C=1, gamma=0.1, sigma_u=np.linspace(0.5, 2, 50), sigma_w=1, alpha=1, lambda_plus=1
    )
    assert np.isfinite(found.values).all()
    assert not asked
