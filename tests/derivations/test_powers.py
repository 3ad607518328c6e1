"""Values with powers of sums in them are shorter with these, and what they were."""

from __future__ import annotations

from random import Random

import pytest
from sympy import Add, Expr, Mul, Rational, count_ops, symbols

from planaria.algebra.rational import Ring
from planaria.derivations import derive
from planaria.derivations.elimination.powers import written
from planaria.derivations.equations.schwinger_dyson import STRENGTH
from planaria.ensembles.library import load_model

BAGGING = """
title = "Two ridge regressions on bags of samples that share some"
[spaces]
M = "inputs"
A = "shared samples"
B = "own samples of a bag"
C = "outputs"
[parameters]
gamma = "ridge"
sigma = "label noise"
[matrices]
Lambda = { space = "M" }
Gamma = { space = "M", about = "covariance of the teacher" }
[fields]
x = { shape = ["M", "A"], rows = "Lambda" }
y = { shape = ["M", "B"], rows = "Lambda" }
v = { shape = ["M", "B"], rows = "Lambda" }
w = { shape = ["C", "M"], variance = "1/M", cols = "Gamma" }
eps = { shape = ["C", "A"], variance = "sigma**2" }
[definitions]
first = "inv(gamma*I(M) + (x*x.T + y*y.T)/(A + B))"
second = "inv(gamma*I(M) + (x*x.T + v*v.T)/(A + B))"
[quantities]
cross = "gamma**2*tr(w*first*Lambda*second*w.T) + tr(eps*x.T*first*Lambda*second*x*eps.T)/(A + B)**2"
"""


def same(one: Expr, other: Expr) -> bool:
    random = Random(2)
    names = sorted(one.free_symbols | other.free_symbols, key=str)
    points = [{s: Rational(random.randint(1, 10**6), random.randint(1, 10**3)) for s in names} for _ in range(3)]
    return all(one.xreplace(at) == other.xreplace(at) for at in points)


@pytest.mark.parametrize(
    ("model", "quantity", "most"),
    [
        ("nonlinear-random-features", "loss", 70),
        ("nonlinear-random-features", "noise_loss", 92),  # of the issue
        ("random-features", "loss", 18),
        ("two-layer-random-features", "training_loss", 93),
    ],
)
def test_the_value_is_what_it_was_and_not_longer(model: str, quantity: str, most: int) -> None:
    closed = derive(model, quantity).closed_form
    plain = closed.value.substitute({STRENGTH: closed.ring.one}).to_sympy().xreplace(dict(closed.named_sums))
    assert same(closed.physical_value, plain)
    assert count_ops(closed.physical_value) <= min(most, count_ops(plain))


def test_bagging_has_the_form_of_its_paper(tmp_path) -> None:
    """C (n^2 Delta (S_111 - S_212) + A M S_202 sigma^2)/(M (n^2 - A S_202)), n = A + B samples in a bag.

    Patil, Du, Kuchibhotla, arXiv:2210.11445, in sums over eigenvalues.
    """
    path = tmp_path / "bagging.toml"
    path.write_text(BAGGING, encoding="utf-8")
    file = load_model(str(path))
    result = derive(file.quantity("cross").expression, file.model)
    s = {str(one): one for one in result.value.free_symbols}
    n = s["A"] + s["B"]
    above = n**2 * s["Delta"] * s["R_112"] + s["A"] * s["M"] * s["S_022"] * s["sigma"] ** 2
    assert result.value == s["C"] * above / (s["M"] * (n**2 - s["A"] * s["S_022"]))


def test_what_has_no_power_stays_as_it_is() -> None:
    a, b, c, d = symbols("a b c d")
    ring = Ring([a, b, c, d])
    one = ring(a * b + a * c + b * d + c * d + 1)
    assert written(one) == one.to_sympy()
    assert isinstance(written(one), Add)


def test_numbers_and_powers_of_factors_are_kept() -> None:
    a, b, c = symbols("a b c")
    ring = Ring([a, b, c])
    one = ring(Rational(-3, 7) * (a - b) ** 3 * (a * c + b) ** 2 / (2 * c))
    assert same(written(one), one.to_sympy())
    assert isinstance(written(one), Mul)
