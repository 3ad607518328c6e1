"""Closed forms in z, held against sums that are known at alpha = 1, and against formulas of the literature."""

from __future__ import annotations

from functools import cache

import pytest
from mpmath import mp, mpf
from sympy import Rational, Symbol, symbols

from planaria import derive
from planaria.algebra.errors import InputError
from planaria.derivations import Derivation
from planaria.derivations.bulk.form import BulkForm, bulk_form
from planaria.diagrams import Model
from planaria.ensembles.library import load_model
from planaria.ensembles.spectra import Exponential

N, P, alpha = symbols("N P alpha", positive=True)


@cache
def derived(quantity: str) -> Derivation:
    found = derive("random-features", quantity)
    assert isinstance(found, Derivation)
    return found


@cache
def form(quantity: str, order: int) -> BulkForm:
    return bulk_form(derived(quantity), order)


def published(n: mpf, p: mpf, z: mpf, q2: mpf, level: mpf) -> tuple[mpf, mpf]:
    """Clean and noise loss of arXiv:2405.19398 with all scales 1 and M sigma_w^-2 = 1 in front."""
    d = n * p - q2 * (n + p) + 2 * q2 * z - z * z
    return level * n * p * (z - q2) / (2 * d), (q2 * (n - 2 * z) + z * z) / (2 * d)


@pytest.mark.parametrize("quantity", ["loss", "noise_loss"])
def test_with_constants_errors_are_those_of_the_pole(quantity: str) -> None:
    """At s = 2 sums are hyperbolic: z = pi/(2 sqrt d) coth(pi/sqrt d) - 1/2, q2 = d(Delta z)/d Delta."""
    with mp.workdps(30):
        level = mpf("1e-4")

        def z_at(d: mpf) -> mpf:
            return mp.pi / (2 * mp.sqrt(d)) * mp.coth(mp.pi / mp.sqrt(d)) - mpf(1) / 2

        z = z_at(level)
        q2 = mp.diff(lambda d: d * z_at(d), level)
        n, p = mpf(300), mpf(500)
        exact = published(n, p, z, q2, level)[quantity == "noise_loss"]
        off = []
        for order in (0, 1):
            one = form(quantity, order)
            numbers = dict.fromkeys(one.value.free_symbols, 1)
            numbers |= {N: 300, P: 500, alpha: 1, one.z: str(z), one.pole: str(level)}
            off.append(abs(mpf(str(one.value.evalf(25, subs=numbers))) / exact - 1))
            pole = one.pole_of_z.subs(one.constants).subs({one.law.scale: 1, alpha: 1})
            assert abs(mpf(str(pole.evalf(25, subs={one.z: str(z)}))) / level - 1) < (
                mpf("1e-12") if order else mpf("0.01")
            )
    assert off[1] < 1e-15  # at s = 2 the further constants vanish
    assert 1e-4 < off[0] < 1e-2


def test_the_optimum_is_the_quadratic_of_the_literature() -> None:
    """(alpha-1)(alpha+2) z^2 - A (N+P) z + A N P = 0, A = alpha (alpha+1); regular at alpha = 1."""
    one = form("loss", 0)
    best = one.optimum("gamma")
    a = alpha * (alpha + 1)
    expected = (alpha - 1) * (alpha + 2) * one.z**2 - a * (N + P) * one.z + a * N * P
    assert (best.condition - expected).expand() == 0
    numbers = {alpha: Rational(4, 5), N: 300, P: 500}
    assert str(best.roots[0].subs(numbers).evalf(27)) == "172.958208760815972669357422"
    assert best.roots[0].subs({alpha: 1, N: 300, P: 500}) == Rational(375, 2)  # N P/(N + P)


def test_label_noise_is_that_of_the_literature() -> None:
    one = form("noise_loss", 0)
    C, eps = (Symbol(name, positive=True) for name in ("C", "sigma_eps"))
    z = one.z
    below = (1 + alpha) * N * P - alpha * z * (N + P) + (alpha - 1) * z**2
    assert (one.value - C * eps**2 / 2 * z * (alpha * N + (1 - alpha) * z) / below).simplify() == 0


def test_moments_are_kept() -> None:
    """Sums with more numerators than denominators begin with zeta: tr(Lambda R) has lambda^2/(lambda + Delta)."""
    file = load_model("random-features")
    one = bulk_form(derive("tr(Lambda*Lambda*inv(gamma*I(M) + x*x.T/P))", file), 1)
    assert {str(s): str(v) for s, v in one.constants.items()}["zeta_1"] == "zeta(alpha + 1)"
    with mp.workdps(20):
        level, top = mpf("1e-3"), mpf(2)
        root = mp.sqrt(level / top)
        z = mp.pi / (2 * root) * mp.coth(mp.pi / root) - mpf(1) / 2
        direct = top * mp.zeta(2) - level * z
        gamma = level * (1 - z / 500)
        numbers = dict.fromkeys(one.value.free_symbols, 1) | {
            P: 500,
            alpha: 1,
            one.z: str(z),
            one.pole: str(level),
        }
        numbers |= {one.law.scale: 2, Symbol("gamma", positive=True): str(gamma)}
        numbers |= {s: v.subs(alpha, 1) for s, v in one.constants.items()}
        ratio = mpf(str(one.value.subs(numbers).evalf(18))) / (direct * level / gamma)
    assert abs(ratio - 1) < 1e-12


def test_what_has_no_form_in_z_is_refused() -> None:
    with pytest.raises(InputError, match="not linear in 'sigma_w'"):
        form("loss", 0).optimum("sigma_w")
    with pytest.raises(InputError, match="order: 2 is none"):
        bulk_form(derived("loss"), 2)
    file = load_model("random-features")
    spectra = {matrix: Exponential() for matrix, _ in file.model.spectra}
    other = derive(file.quantity("loss").expression, Model(file.model.fields, spectra))
    assert isinstance(other, Derivation)
    with pytest.raises(InputError, match="for a power law"):
        bulk_form(other)
