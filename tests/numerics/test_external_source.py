"""An external source has negative eigenvalues: tr inv(z - A - h)/N with A = +-a, against Pastur's cubic.

L. A. Pastur, On the spectrum of random matrices, Theor. Math. Phys. 10, 67 (1972): with half of the eigenvalues
of A at a and half at -a, g = ((z - s^2 g)^2 - a^2)^-1 (z - s^2 g).
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest
from mpmath import mp, mpf, polyroots
from sympy import Expr, Identity, Integer, MatrixSymbol, Rational, Trace, symbols

from planaria.algebra.errors import InputError
from planaria.derivations import Derivation, derive
from planaria.ensembles.model import Gaussian, Model
from planaria.ensembles.spectra import Eigenvalues, TwoLevel
from planaria.numerics.evidence.checks import checks
from planaria.numerics.simulation.simulate import simulate
from planaria.numerics.solving.evaluate import evaluate
from planaria.numerics.spectrum_files import read_spectrum_file
from planaria.numerics.sweeps.arrays import evaluate_array

N, z, s = symbols("N z s", positive=True)
A, h, x = MatrixSymbol("A", N, N), MatrixSymbol("h", N, N), MatrixSymbol("x", N, N)
RESOLVENT: Expr = Trace((z * Identity(N) - A - h).inv()) / N
POINTS = [
    ("5", "1", "1"),
    ("3", "1/2", "1"),
    ("4", "2", "1"),
    ("2.5", "2", "1/10"),
    ("1/2", "2", "1/10"),
    ("2.6", "0.1", "1.2"),
]


def model(kind: str = "hermitian", **spectra: object) -> Model:
    return Model([Gaussian(h, variance=s**2 / N, kind=kind)], {A: Eigenvalues.of(spectra["A"])} if spectra else {})


@pytest.fixture(scope="module", params=["hermitian", "symmetric"])
def source(request: pytest.FixtureRequest) -> Derivation:
    return derive(RESOLVENT, model(request.param))


def pastur(*numbers: str) -> mpf:
    """The root of the cubic to which g = 0 leads, outside of the spectrum, by iteration of the equation itself."""
    at, a, width = (mpf(one.numerator) / one.denominator for one in map(Fraction, numbers))
    v = width**2
    roots = polyroots([v**2, -2 * at * v, at**2 - a**2 + v, -at], maxsteps=500, extraprec=200)
    g = mpf(0)
    for _ in range(400):
        w = at - v * g
        g = w / (w**2 - a**2)
    return min((root.real for root in roots if abs(root.imag) < mpf(10) ** -20), key=lambda root: abs(root - g))


@pytest.mark.parametrize("numbers", POINTS, ids=str)
def test_pastur(source: Derivation, numbers: tuple[str, str, str]) -> None:
    at, a, width = numbers
    minus = str(-Fraction(a))
    estimate = evaluate(source, {z: at, s: width, A: [a, minus] * 3}, digits=30)
    with mp.workdps(40):
        assert abs(estimate.value / pastur(*numbers) - 1) < mpf(10) ** -28
    assert estimate.status == "verified"


def test_inside_of_the_spectrum_nothing_is_given_out(source: Derivation) -> None:
    with pytest.raises(InputError, match=r"no real one|spectrum"):
        evaluate(source, {z: "2.1", s: "1/10", A: [2, -2]})


def test_sweeps(source: Derivation) -> None:
    swept = evaluate_array(source, {z: [3.0, 4.0, 5.0], s: 1, A: [1, -1]})
    assert swept == pytest.approx([float(pastur(one, "1", "1")) for one in "345"], rel=1e-9)


def test_simulation(source: Derivation) -> None:
    values = {N: 60, z: 4, s: 1}
    found = simulate({"g": RESOLVENT}, model("hermitian", A=[1, -1] * 30), values, runs=40)["g"]
    assert abs(found.mean - float(pastur("4", "1", "1"))) < 1e-3


@pytest.mark.parametrize("numbers", [[1, -1, 2, -2, 0, -3], [-1] * 6])
def test_checks(numbers: list[int]) -> None:
    result = derive(RESOLVENT, model("hermitian", A=numbers))
    assert [one.passed for one in checks(result, seconds=1.0)] == [True] * 3


def test_a_file_of_eigenvalues(tmp_path: Path) -> None:
    file = tmp_path / "source.csv"
    file.write_text("1\n-0.5\n")
    assert read_spectrum_file(file) == Eigenvalues.of([1, "-1/2"])


def test_a_covariance_has_none(source: Derivation) -> None:
    sentence = "matrix A: eigenvalue 2 is -0.5, a negative number; a covariance needs eigenvalues >= 0"
    with pytest.raises(InputError, match=sentence):
        Model([Gaussian(x, rows=A)], {A: Eigenvalues.of([1, "-0.5"])})
    with pytest.raises(InputError, match=sentence):
        Model([Gaussian(x, cols=A)]).with_spectra({A: Eigenvalues.of([1, "-0.5"])})
    result = derive(Trace((z * Identity(N) + x * x.T).inv()), Model([Gaussian(x, variance=1 / N, rows=A)]))
    with pytest.raises(InputError, match=sentence):
        evaluate(result, {z: 1, A: [1, "-0.5"]})
    shifted = derive(RESOLVENT, Model([Gaussian(h, variance=(s - 2) / N, kind="hermitian")]))
    with pytest.raises(InputError, match="variance"):
        evaluate(shifted, {z: 9, s: 1, A: [1, -1]})


def test_a_function_of_it_may_be_one() -> None:
    squared = derive(Trace((z * Identity(N) + x * x.T).inv()), Model([Gaussian(x, variance=1 / N, rows=A**2)]))
    assert (
        evaluate(squared, {z: 1, A: [1, -2]}, digits=20).value
        == evaluate(squared, {z: 1, A: [1, 2]}, digits=20).value
    )
    with pytest.raises(InputError, match=r"eigenvalue 2 of its covariance rows = I . A is -1"):
        evaluate(
            derive(Trace((z * Identity(N) + x * x.T).inv()), Model([Gaussian(x, rows=A + Identity(N))])),
            {z: 1, A: [1, -2]},
        )


def test_a_source_of_two_levels_by_its_standard_names() -> None:
    result = derive(RESOLVENT, Model([Gaussian(h, variance=1 / N, kind="hermitian")], {A: TwoLevel()}))
    numbers = {z: 5, N: 4, "lambda_plus": 1, "lambda_minus": -1, "fraction": "0.5"}
    assert abs(evaluate(result, numbers, digits=20).value - pastur("5", "1", "1")) < 1e-15


def test_what_is_zero_at_these_eigenvalues() -> None:
    """With tr A = 0 the first three vanish, as A and the field are independent; loops of the others do."""
    setting = model("hermitian", A=[1, -1])
    q, product = (z * Identity(N) - h).inv(), (z * Identity(N) - h * A).inv()
    g = (5 - mp.sqrt(21)) / 2
    at = {z: 5, s: 1}
    for expression, expected in (
        (Trace(A * q) / N, 0),
        (Trace(A * q * q) / N, 0),
        (Trace(h * product) / N, 0),
        (Trace(product) / N, mpf(1) / 5),  # its one ribbon carries tr A
        (Trace(A * q * A * q) / N, g**2),
    ):
        found = evaluate(derive(expression, setting), at, digits=12)
        assert abs(found.value - expected) < 1e-12, expression
        assert found.status == "verified"
    nearly = evaluate(derive(Trace(A * q) / N, model("hermitian", A=["1", "-0.9999999999"])), at, digits=12)
    assert nearly.value > 0  # 5e-11 times g is small, and no zero
    assert abs(nearly.value / (mpf("5e-11") * g) - 1) < 1e-9


@pytest.mark.parametrize("places", [100, 400, 700])
def test_what_nearly_cancels_is_no_zero(places: int) -> None:
    """tr A is 10**-places: a value of that size, and not zero, however many digits it takes."""
    nearly = Eigenvalues((Integer(1), Integer(-1) + Rational(1, 10**places)))
    result = derive(Trace(A * (z * Identity(N) - h).inv()) / N, model("hermitian").with_spectra({A: nearly}))
    found = evaluate(result, {z: 5, s: 1}, digits=12)
    g = (5 - mp.sqrt(21)) / 2
    assert abs(found.value / (mpf(10) ** -places * g / 2) - 1) < 1e-10


def test_what_nearly_cancels_beyond_all_digits_is_refused() -> None:
    nearly = Eigenvalues((Integer(1), Integer(-1) + Rational(1, 10**1500)))
    result = derive(Trace(A * (z * Identity(N) - h).inv()) / N, model("hermitian").with_spectra({A: nearly}))
    with pytest.raises(InputError, match="digits do not stand"):
        evaluate(result, {z: 5, s: 1}, digits=12)
