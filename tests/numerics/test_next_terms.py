"""First corrections and crossings of exponents, held against formulas of the literature and exact values."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from sympy import Expr, Rational, Symbol, pi, simplify, sin, sqrt, symbols

from planaria import derive
from planaria.algebra.errors import InputError
from planaria.derivations import Derivation
from planaria.derivations.asymptotics.corner import corner_of
from planaria.derivations.asymptotics.path import read_path
from planaria.derivations.asymptotics.result import Scaling, scaling_of
from planaria.ensembles.library import load_model
from planaria.numerics.asymptotics.scaling import scaling

N, P, alpha = symbols("N P alpha", positive=True)
S = 1 + alpha
RHO = (pi / S) / sin(pi / S)
TOTAL = "tr((theta*u - w)*Lambda*(theta*u - w).T)/2 + tr(theta_noise*u*Lambda*u.T*theta_noise.T)/2"


@cache
def derived(quantity: str) -> Derivation:
    found = derive("random-features", quantity)
    assert isinstance(found, Derivation)
    return found


@cache
def found_along(quantity: str, symbol: str, given: str) -> Scaling:
    return scaling(derived(quantity), symbol, given)


# Delta_0 = lambda_+ (rho/(N + 1/2 + tau))^s, tau = zeta(s, M + 1)/d, L = C sigma_w^2 Delta_0 N P/(2 M (P - N))
ROWS: list[tuple[str, str, str, Expr]] = [
    ("loss", "N", "gamma=0, P=oo, M=oo", -S / (2 * N)),
    ("loss", "N", "gamma=0, P=N**(3/2), M=oo", 1 / sqrt(N)),  # 1/(1 - N/P)
    ("loss", "N", "gamma=0, P/N=2, M=N**2", -S / (alpha * RHO**S) * N**-alpha),
    ("loss", "N", "gamma=0, P=N, M=oo", -Rational(3, 2) * S / (2 * N)),
    ("loss", "N", "gamma=optimum, P=N**(3/2), M=oo", 1 / sqrt(N)),
    ("noise_loss", "P", "N=oo, gamma=0, M=oo", -S / (2 * P * alpha)),
]


@pytest.mark.parametrize(("quantity", "symbol", "given", "expected"), ROWS)
def test_the_first_correction(quantity: str, symbol: str, given: str, expected: Expr) -> None:
    found = found_along(quantity, symbol, given)
    assert found.next_term is not None
    assert simplify(found.next_term.subs(dict(found.constants)) - expected) == 0


def test_exact_values_lack_it() -> None:
    """What an exact value lacks, over the correction, goes to one: z = N solved by bisection on plain sums."""
    found = found_along("loss", "N", "gamma=0, P/N=2, M=N**2")
    assert found.next_term is not None
    offs = []
    for size in (50, 100, 200, 400):
        eigenvalues = np.arange(1, size**2 + 1, dtype=float) ** -1.5
        low, high = -30.0, 0.0
        for _ in range(60):
            middle = (low + high) / 2
            z = np.sum(eigenvalues / (eigenvalues + np.exp(middle)))
            low, high = (middle, high) if z > size else (low, middle)
        exact = np.exp(low) * size * 2 * size / (2 * size**2 * size)
        numbers = dict.fromkeys(found.written_out.free_symbols, 1) | {alpha: Rational(1, 2), N: size}
        leading = float(found.written_out.subs(numbers).evalf())
        relative = float(found.next_term.subs(dict(found.constants)).subs(numbers).evalf())
        offs.append(abs((exact / leading - 1) / relative - 1))
    assert offs == sorted(offs, reverse=True)
    assert offs[-1] < 0.1


def test_an_optimum_has_a_correction_in_closed_form() -> None:
    """z* + 1/2 takes the place of z* to first order: the coefficient is a function of the root."""
    corner = corner_of(derived("loss"), read_path(derived("loss"), "N", "gamma=optimum, P=N, M=oo"))
    (candidate,) = corner.candidates()
    found = scaling_of(corner, candidate, ())
    assert found.next_term is not None
    (root,) = (s for s in found.next_term.free_symbols if str(s) == "k_1")
    assert simplify(found.next_term * N).free_symbols == {root, alpha}


def test_up_to_the_last_eigenvalue() -> None:
    """N -> M from below, P > M: Delta = (M - N)/tr Lambda^-1, with N = M - sqrt(M)."""
    found = found_along("loss", "M", "gamma=0, N=M-M**(1/2), P=2*M")
    M, top = symbols("M lambda_plus", positive=True)
    (pole,) = found.unknown
    assert simplify(pole - sqrt(M) * (alpha + 2) * top / M ** (alpha + 2)) == 0


def test_where_label_noise_takes_over() -> None:
    """P_c = rho^(s/alpha) (sigma_w^2 lambda_+/(M sigma_eps^2))^(1/alpha): 1146 at 0.01 and alpha = 0.8."""
    file = load_model("random-features")
    total = derive(file.quantity("loss").expression + file.quantity("noise_loss").expression, file)
    assert isinstance(total, Derivation)
    laws = []
    for given in ("N=oo, gamma=optimum, M=oo", "sigma_eps=0, N=oo, gamma=optimum, M=oo"):
        corner = corner_of(total, read_path(total, "P", given))
        laws.append(scaling_of(corner, corner.candidates()[0], ()))
    noisy, clean = laws
    place = noisy.crossing(clean)
    numbers = {s: Rational(1) for s in place.free_symbols}
    numbers |= {alpha: Rational(4, 5), Symbol("sigma_eps", positive=True): Rational(1, 10)}
    assert round(float(place.subs(numbers).evalf())) == 1146
    with pytest.raises(InputError, match="both have the exponent"):
        clean.crossing(clean)


@pytest.mark.parametrize(
    ("quantity", "given", "words"),
    [
        ("noise_loss", "gamma=optimum, P=oo, M=oo", "least at the boundary, gamma = oo"),
        ("loss", "alpha=0, gamma=0, M=oo", "a power law needs alpha > 0"),
        ("loss", "gamma=0, P/N=2, M=N**2+N", "the number of eigenvalues is the sum"),
        ("loss", "gamma=0, P/N=2, M=3*N", "none of 1 dominant balances|no dominant balance"),
    ],
)
def test_bad_corners(quantity: str, given: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        scaling(derived(quantity), "N", given)
