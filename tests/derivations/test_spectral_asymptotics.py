"""Expansions of spectral sums, held against the sums themselves with mpmath."""

from __future__ import annotations

import pytest
from mpmath import mp, mpf
from sympy import Symbol, oo, symbols

from planaria.algebra.errors import InputError
from planaria.derivations.asymptotics.sums import expand_sum
from planaria.derivations.equations.spectral_sums import Factor, SpectralSum
from planaria.ensembles.spectra import Exponential, PowerLaw, TwoLevel

M, Lambda_I, Delta, Other = symbols("M lambda_I Delta Delta_2", positive=True)
alpha, scale, xi = symbols("alpha lambda_plus xi", positive=True)


def pole(name: Symbol = Delta) -> Factor:
    return Factor(M, (Lambda_I,), (1,), (((0,), name),))


def the_sum(a: int, b: int) -> SpectralSum:
    return SpectralSum(M, (Lambda_I,), (a,), ((pole(), b),))


@pytest.mark.parametrize(("a", "b"), [(1, 1), (2, 2), (1, 2), (1, 3), (2, 1), (3, 2), (3, 3)])
def test_power_law_with_tail_against_the_sum(a: int, b: int) -> None:
    size, s, level, top = 2000, mpf("1.8"), mpf("1e-3"), mpf("1.7")
    with mp.workdps(40):
        direct = mp.fsum((top * n**-s) ** a / (top * n**-s + level) ** b for n in range(1, size + 1))
        values = {alpha: "0.8", scale: "1.7", Delta: "1e-3", M: "2000"}
        found = expand_sum(the_sum(a, b), PowerLaw(), size=M, order=12).evaluate(values, 30)
        assert abs(found / direct - 1) < mpf(10) ** -15


def test_the_error_falls_as_is_said() -> None:
    # at s = 2 the sum is known: z = pi/(2 sqrt d) coth(pi/sqrt d) - 1/2, and all constants but the first vanish
    found = expand_sum(the_sum(1, 1), PowerLaw(alpha=1, scale=1), order=4)
    for level in ("0.3", "0.1", "0.03"):
        with mp.workdps(40):
            d = mp.sqrt(mpf(level))
            exact = mp.pi / (2 * d) * mp.coth(mp.pi / d) - mpf(1) / 2
            off = abs(found.evaluate({Delta: level}, 30) - exact)
            bound = mpf(str(found.error.subs(Delta, level).evalf(20)))
            assert bound * mp.pi / d * mpf("0.9") < off < bound * mp.pi / d * mpf("1.2")


@pytest.mark.parametrize(("a", "b"), [(1, 1), (2, 2), (1, 2), (2, 1), (3, 2)])
def test_exponential_spectrum_against_the_sum(a: int, b: int) -> None:
    size, width = 200, 3
    with mp.workdps(40):
        terms = [2 * mp.e ** (-mpf(n) / width) for n in range(1, size + 1)]
        direct = mp.fsum(t**a / (t + mpf("1e-4")) ** b for t in terms)
        values = {xi: str(width), scale: "2", Delta: "1e-4", M: str(size)}
        found = expand_sum(the_sum(a, b), Exponential(), size=M, order=8).evaluate(values, 30)
        assert abs(found / direct - 1) < mpf(10) ** -19  # the periodic part is exp(-2 pi^2 xi), 2e-26


def test_two_poles_against_the_sum() -> None:
    one = SpectralSum(M, (Lambda_I,), (2,), ((pole(), 1), (pole(Other), 2)))
    found = expand_sum(one, PowerLaw(), order=8)
    with mp.workdps(40):
        s = mpf("1.5")
        values = {alpha: "0.5", scale: "1", Delta: "1e-3", Other: "2e-3"}

        def term(n: mpf) -> mpf:
            return n ** (-2 * s) / ((n**-s + mpf("1e-3")) * (n**-s + mpf("2e-3")) ** 2)

        direct = mp.nsum(term, [1, mp.inf], method="euler-maclaurin")
        assert abs(found.evaluate(values, 25) / direct - 1) < mpf(10) ** -12


def test_what_has_no_expansion_is_refused() -> None:
    with pytest.raises(InputError, match="follow no law"):
        expand_sum(the_sum(1, 1), TwoLevel())
    with pytest.raises(InputError, match="diverges"):
        expand_sum(the_sum(0, 1), PowerLaw(), size=oo)
    with pytest.raises(InputError, match="no sum over simple poles"):
        expand_sum(SpectralSum(M, (Lambda_I,), (1,), ()), PowerLaw())
