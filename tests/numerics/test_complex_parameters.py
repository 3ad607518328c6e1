"""Numbers at complex and at negative parameters, against formulas of the literature and drawn matrices."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from mpmath import mp, mpc, mpf, workdps
from sympy import Identity, MatrixSymbol, Symbol, Trace, sqrt, symbols

import planaria as pl
from planaria.algebra.errors import InputError
from planaria.ensembles.text.model_file import read_model
from planaria.numerics.plane.loops import Plane
from planaria.numerics.points.problem import pose

N, P, gamma = symbols("N P gamma", positive=True)
z = Symbol("z", complex=True)
h, x = MatrixSymbol("h", N, N), MatrixSymbol("x", N, P)
WIGNER = pl.derive(
    Trace((z * Identity(N) - h).inv()) / N, pl.Model([pl.Gaussian(h, variance=1 / N, kind="hermitian")])
)
PASTUR = pl.derive("marchenko-pastur", "resolvent")
FEATURES = pl.derive("random-features", "resolvent")
SIZES = {"N": 60, "P": 120, "M": 400, "alpha": "0.8", "sigma_u": 1, "lambda_plus": 1}


def number(text: str) -> Any:
    """The decimal digits of a text, such as 1-0.1j, at the working precision."""
    near = complex(text)
    return mpc(repr(near.real), repr(near.imag))


def semicircle(at: Any) -> Any:
    """Wigner's resolvent, the root that falls off like 1/z in both half planes."""
    return (at - mp.sqrt(at - 2) * mp.sqrt(at + 2)) / 2


def marchenko_pastur(at: Any, c: Any) -> Any:
    """int rho(t)/(t + at) dt of Marchenko and Pastur's law for c = N/P, cut along the spectrum."""
    v = -at
    low, high = (1 - mp.sqrt(c)) ** 2, (1 + mp.sqrt(c)) ** 2
    return -(v + c - 1 - mp.sqrt(v - low) * mp.sqrt(v - high)) / (2 * c * v)


@pytest.mark.parametrize("text", ["1+0.1j", "-3", "2.5", "3j", "-0.25-2j", "1e-3+1e-6j", "-2.001", "100j"])
def test_the_semicircle_law_in_the_whole_plane(text: str) -> None:
    found = WIGNER.evaluate({"N": 10, z: text}, digits=30)
    with workdps(60):
        right = semicircle(number(text))
        assert abs(found.value - right) < abs(right) * mpf(10) ** -29
    assert found.status == "verified"
    assert found.radius is not None
    assert found.radius < 1


@pytest.mark.parametrize(("n", "p"), [(100, 400), (400, 100), (7, 5)])
@pytest.mark.parametrize("ridge", ["-40", "-0.001", "1+1j", "-2+0.01j", "-0.3-0.2j", "0.001j"])
def test_marchenko_pastur_at_negative_and_complex_ridges(n: int, p: int, ridge: str) -> None:
    found = PASTUR.evaluate(N=n, P=p, gamma=ridge, digits=25)
    with workdps(50):
        right = marchenko_pastur(number(ridge), mpf(n) / p)
        assert abs(found.value - right) < abs(right) * mpf(10) ** -24
    assert isinstance(found.value, mpc) == ("j" in ridge)


def test_between_two_bands() -> None:
    split = pl.derive("correlated-wishart", "resolvent")
    values = {"N": 200, "P": 2000, "A": [1] * 100 + [10] * 100, "B": [1] * 2000, "gamma": -3}
    found = split.evaluate(values, digits=20)
    rng = np.random.default_rng(0)
    root = np.sqrt(np.repeat([1.0, 10.0], 100))[:, np.newaxis]
    drawn = []
    for _ in range(20):
        data = root * rng.standard_normal((200, 2000))
        drawn.append(np.mean(1 / (np.linalg.eigvalsh(data @ data.T / 2000) - 3)))
    assert abs(float(found) - np.mean(drawn)) < 0.01 * abs(float(found))


def test_a_loss_is_analytic_where_it_is_real() -> None:
    """Cauchy's formula on a circle gives the value in its centre, which another route finds.

    What is real on the axis has conjugate values at conjugate points: half of the circle is enough.
    """
    loss = pl.derive("random-features", "loss")
    scales = {**SIZES, "sigma_w": 1}
    circle = 0.01 + 0.002 * np.exp(2j * np.pi * (np.arange(4) + 0.5) / 8)
    mean = np.mean([complex(loss.evaluate(scales, gamma=complex(point), digits=15)).real for point in circle])
    assert abs(mean - float(loss.evaluate(scales, gamma="0.01"))) < 1e-5 * abs(mean)


def test_the_radius_is_that_of_an_adjoint() -> None:
    """For z*I - h the ladder is |g|^2, which a product without the conjugate would miss."""
    at = 0.5 + 0.5j
    assert WIGNER.evaluate({"N": 10, z: at}).radius == pytest.approx(abs(complex(semicircle(mpc(at)))) ** 2)


def test_many_points_at_once_agree_with_single_ones() -> None:
    problem = pose(FEATURES, {**SIZES, "gamma": 1})
    (symbol,) = (one for one in problem.values if str(one) == "gamma")
    from planaria.numerics.plane.path import from_bare

    plane = Plane.of(problem)
    points = np.array([-0.1 + 0.05j, 0.3j, -1 - 1j, 0.02])
    loops, found = from_bare(plane, {symbol: points})
    assert found.all()
    for point, value in zip(points, plane.value({symbol: points}, loops), strict=True):
        assert abs(complex(FEATURES.evaluate(SIZES, gamma=complex(point))) - value) < 1e-12 * abs(value)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"gamma": -1}, "lies in the spectrum"),
        ({"gamma": 1j, "N": 2 + 1j}, "dimension N: (2+1j) is not a positive integer"),
        ({"gamma": "nan"}, "parameter gamma: 'nan' is not a finite number"),
        ({"gamma": "1+j+j"}, "parameter gamma: '1+j+j' is not a finite number"),
    ],
)
def test_refusals(values: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=re.escape(words)):
        PASTUR.evaluate({"N": 100, "P": 400, **values})


def test_what_has_to_be_real_is_refused() -> None:
    for name, value in (("sigma_u", 1j), ("sigma_u", -1), ("alpha", "1j"), ("lambda_plus", -2)):
        with pytest.raises(InputError, match=f"parameter {name}: .* and a variance, covariance or spectrum"):
            FEATURES.evaluate({**SIZES, "gamma": 1, name: value})


def test_a_root_has_no_one_value_in_the_plane() -> None:
    rooted = pl.derive(
        Trace((sqrt(gamma) * Identity(N) + x * x.T).inv()), pl.Model([pl.Gaussian(x, variance=1 / P)])
    )
    with pytest.raises(InputError, match="sqrt\\(gamma\\) has no one value at 1j; give gamma a positive number"):
        rooted.evaluate(N=2, P=3, gamma=1j)


def test_limits_and_arrays_stay_positive() -> None:
    with pytest.raises(InputError, match="the parameter z = 1j is not a positive number"):
        pl.derive(
            Trace((z * Identity(N) + gamma * Identity(N) + x * x.T).inv()), pl.Model([pl.Gaussian(x)])
        ).evaluate({"N": 2, "P": 3, z: 1j}, limit={"gamma": 0})
    with pytest.raises(InputError, match="the parameter gamma = -1 is not a positive number"):
        PASTUR.evaluate_array(N=[2, 3], P=3, gamma=-1)


MODEL = """
[spaces]
N = "size"
[parameters]
z = { about = "spectral parameter", complex = true }
[fields]
h = { shape = ["N", "N"], variance = "1/N", kind = "hermitian" }
[quantities]
resolvent = { expression = "tr(inv(z*I(N) - h))/N" }
"""


def _read(text: str) -> pl.ModelFile:
    return read_model(text, "one", "one.toml")


def test_a_parameter_that_is_declared_complex() -> None:
    model = _read(MODEL)
    assert model.parameters[0].symbol.is_complex
    assert not model.parameters[0].symbol.is_real
    found = pl.derive(model, "resolvent").evaluate(N=5, z="1+0.1j", digits=20)
    assert abs(found.value - semicircle(mpc("1", "0.1"))) < 1e-15
    with pytest.raises(InputError, match="the adjoint of the complex parameter z; write the adjoint out"):
        _read(MODEL.replace("I(N) - h", "I(N).H - h").replace("z*I(N).H", "(z*I(N)).H"))
    with pytest.raises(InputError, match="complex is 1; write complex = true"):
        _read(MODEL.replace("= true", "= 1"))
    with pytest.raises(InputError, match="a complex number has no sign"):
        _read(MODEL.replace("= true", '= true, sign = "any"'))


def test_a_point_on_the_axis_of_symmetry_is_reached() -> None:
    """Next to the middle of the semicircle the strength alone leads to the root of the other half plane."""
    for height in ("1e-3", "0.1", "-1e-3"):
        found = WIGNER.evaluate({"N": 10, z: f"{height}j"}, digits=15).value
        assert abs(found - semicircle(mpc(0, height))) < 1e-14


def test_few_sums_are_the_equations_and_their_derivatives() -> None:
    """Against the pencil inverted at each node, and its derivative by differences."""
    plane = Plane.of(pose(FEATURES, {**SIZES, "gamma": 1j}))
    columns = {gamma: np.array([-1 + 0.1j, -3 + 0.01j, 2 - 1j])}
    rng = np.random.default_rng(0)
    loops = rng.standard_normal((3, len(plane.symbols))) + 1j * rng.standard_normal((3, len(plane.symbols)))
    few = plane.few_sums
    assert few is not None
    residual, slopes = few(columns, loops)
    image = plane.image(columns, loops)
    assert np.abs(residual - (loops - image)).max() < 1e-11 * np.abs(image).max()
    for n in range(len(plane.symbols)):
        step = 1e-6 * np.eye(len(plane.symbols))[n]
        change = (plane.image(columns, loops + step) - plane.image(columns, loops - step)) / 2e-6
        right = np.eye(len(plane.symbols))[n] - change
        assert np.abs(slopes[:, :, n] - right).max() < 1e-7 * np.abs(right).max()


@pytest.mark.parametrize("height", ["1e-16", "-1e-20", "1e-30", "3e-45"])
def test_next_to_the_axis_more_digits_tell(height: str) -> None:
    # The semicircle law's resolvent; in doubles the ladder's radius |g|^2 is 1 there.
    found = pl.derive("wigner", "resolvent").evaluate(N=20, z=f"1+{height}j".replace("+-", "-"), digits=15)
    with mp.workdps(60):
        z = mpc(1, mpf(height))
        roots = [(z - sign * mp.sqrt(z * z - 4)) / 2 for sign in (1, -1)]
        right = min(roots, key=abs)
        assert abs(found.value / right - 1) < mpf(10) ** -15
    assert found.status == "verified"


@pytest.mark.parametrize(
    ("real", "imag"),
    [
        ("1.9999", "1e-18"),  # paths in doubles end at the other root
        ("1.9999", "-1e-18"),
        ("1.999", "1e-10"),
        ("1.999999999999", "1e-30"),
        ("-2", "1e-60"),
        ("1", "1e-200"),  # below a double's last digit of its real part, and of any radius
        ("1", "-1e-400"),  # no double at all
        ("3", "1e-400"),
        ("1e400", "1"),
        ("1", "1e400"),
        ("-1e400", "-1e400"),
    ],
)
def test_next_to_an_edge_and_beyond_the_range_of_doubles(real: str, imag: str) -> None:
    found = pl.derive("wigner", "resolvent").evaluate(N=20, z=f"{real}+{imag}j".replace("+-", "-"), digits=15)
    with mp.workdps(1000):
        right = semicircle(mpc(real, imag))
        assert abs(found.value / right - 1) < mpf(10) ** -15
    assert found.status == "verified"


def test_next_to_the_edges_of_marchenko_pastur() -> None:
    for real, imag in (("-0.25001", "1e-18"), ("-2.2499999999", "1e-25"), ("-2.25", "-1e-40")):
        found = PASTUR.evaluate(N=100, P=400, gamma=f"{real}+{imag}j".replace("+-", "-"), digits=15)
        with mp.workdps(120):
            assert abs(found.value / marchenko_pastur(mpc(real, imag), mpf(1) / 4) - 1) < mpf(10) ** -15


@pytest.mark.parametrize(
    ("ridge", "words"),
    [
        ("1+1e-1200j", "an imaginary part lies 1200 decimal places below what it belongs to"),
        ("1e400+1j", "20 digits do not stand at complex parameters 400 decimal places apart"),
    ],
)
def test_extreme_complex_numbers_are_refused_for_what_they_are(ridge: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        FEATURES.evaluate(SIZES, gamma=ridge, digits=20)


@pytest.mark.parametrize("at", ["0.5+0.1j", "0.3+1e-20j", "0.99999999+1e-6j"])
def test_inside_of_a_disc_the_spectrum_is_the_reason(at: str) -> None:
    """Where eigenvalues fill an area an imaginary part is no way out of it."""
    ginibre = pl.derive("signal-plus-noise", "tr(inv(gamma*I(N) - x))/N")
    with pytest.raises(InputError, match=r"which fills an area.*outside of the spectrum, or ask for the density"):
        ginibre.evaluate(N=10, sigma=1, gamma=at)
