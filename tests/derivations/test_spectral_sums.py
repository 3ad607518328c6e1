"""Traces as spectral sums: the combination has the value of the trace, on explicit lists of eigenvalues."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Mul, Rational, S, symbols

from planaria.algebra.rational import Ring
from planaria.derivations.equations.spectral_sums import Factor, SpectralSum, coefficients_of, decompose

M, Delta, kappa, mu, c = symbols("M Delta kappa mu c", positive=True)
lam, omega = symbols("lambda_I omega_I", real=True)
RING = Ring([M, Delta, kappa, mu, c, lam, omega])
POINT = {M: Fraction(4), Delta: Fraction(3, 2), kappa: Fraction(1, 3), mu: Fraction(5), c: Fraction(-2, 7)}
SPECTRA = {
    lam: [Fraction(0), Fraction(1, 2), Fraction(3), Fraction(7, 5)],
    omega: [Fraction(2), Fraction(1, 9), Fraction(0), Fraction(4, 3)],
}
ONE, BOTH = (lam,), (lam, omega)

POLE = Factor(M, ONE, (1,), (((0,), Delta),))
SECOND = Factor(M, ONE, (1,), (((0,), kappa),))
BARE = Factor(M, ONE, (1,), ())  # lambda itself: a pole at zero
SCALED = Factor(M, ONE, (1,), (((0,), c**2 + 1),))  # a coefficient that is known
QUADRATIC = Factor(M, ONE, (2,), (((0,), kappa), ((1,), mu)))
EVEN = Factor(M, ONE, (2,), (((0,), Delta),))
# The same with two matrices on the space.
FIRST_OF_TWO = Factor(M, BOTH, (1, 0), (((0, 0), Delta),))
OTHER_OF_TWO = Factor(M, BOTH, (0, 1), (((0, 0), kappa),))
MIXED = Factor(M, BOTH, (1, 0), (((0, 0), kappa), ((0, 1), mu)))
PRODUCT = Factor(M, BOTH, (1, 1), (((0, 0), Delta), ((1, 0), mu)))


def spectrum(eigenvalues, skip_zero):
    """The points of the spectrum, together for all matrices; without those where lambda vanishes, if asked."""
    rows = zip(*(SPECTRA[one] for one in eigenvalues), strict=True)
    return [dict(zip(eigenvalues, row, strict=True)) for row in rows if not (skip_zero and row[0] == 0)]


def number(expression, point):
    """A sympy expression as a fraction."""
    table = {s: Rational(point[s].numerator, point[s].denominator) for s in expression.free_symbols}
    value = expression.xreplace(table)
    return Fraction(int(value.p), int(value.q))


def trace(value, eigenvalues, factors, skip_zero=False):
    """The trace, term by term."""
    total = Fraction(0)
    for row in spectrum(eigenvalues, skip_zero):
        point = {**POINT, **{lam: Fraction(0), omega: Fraction(0)}, **row}
        term = value.evaluate(point)
        for factor, power in factors:
            term /= number(factor.expression, point) ** power
        total += term
    return total


def recombined(parts, eigenvalues, skip_zero=False):
    total = Fraction(0)
    for one, coefficient in parts.items():
        assert not coefficient.support() & {lam, omega}
        factor = coefficient.evaluate({**POINT, lam: None, omega: None})
        rows = spectrum(eigenvalues, skip_zero)
        measure = Fraction(len(rows))
        if one is not None:
            measure = sum((number(one.summand, {**POINT, **row}) for row in rows), Fraction(0))
        total += factor * measure
    return total


def check(value, eigenvalues, factors, skip_zero=False):
    parts = decompose(value, M, eigenvalues, factors)
    assert recombined(parts, eigenvalues, skip_zero) == trace(value, eigenvalues, factors, skip_zero)
    return parts


# -- one matrix ----------------------------------------------------------------------------------------------


def sums(parts):
    return {one.summand for one in parts if one is not None}


def test_a_pole_gives_powers_of_lambda_over_lambda_plus_delta():
    parts = check(RING(lam), ONE, [(POLE, 1)])
    assert sums(parts) == {lam / (lam + Delta)}
    assert None not in parts
    parts = check(RING.one, ONE, [(POLE, 2)])
    assert sums(parts) == {lam / (lam + Delta), lam**2 / (lam + Delta) ** 2}
    assert parts[None] == RING(1 / Delta**2)


def test_polynomials_give_moments():
    parts = check(RING(3 + c * lam - lam**3 / Delta), ONE, [])
    assert sums(parts) == {lam, lam**3}
    assert parts[None] == RING.constant(3)


def test_division_with_a_remainder():
    parts = check(RING(lam**4 + mu), ONE, [(POLE, 1)])
    assert {lam, lam**2, lam**3} < sums(parts)


@pytest.mark.parametrize(
    "factors",
    [
        [(POLE, 1)],
        [(POLE, 3)],
        [(POLE, 1), (SECOND, 1)],
        [(POLE, 2), (SECOND, 3)],
        [(SCALED, 2)],
        [(QUADRATIC, 1)],
        [(QUADRATIC, 2)],
        [(EVEN, 2)],
        [(POLE, 2), (QUADRATIC, 2)],
        [(POLE, 1), (SECOND, 1), (QUADRATIC, 1), (EVEN, 1)],
    ],
)
@pytest.mark.parametrize("numerator", [RING.one, RING(lam), RING(mu * lam**2 - c), RING((lam + kappa) ** 5 / M)])
def test_several_and_repeated_poles(numerator, factors):
    check(numerator, ONE, factors)


@pytest.mark.parametrize("numerator", [RING.one, RING(lam), RING(mu + lam**3)])
def test_a_pole_at_zero(numerator):
    """Where no eigenvalue vanishes, lambda may be divided by: its sums are inverse moments."""
    parts = check(numerator, ONE, [(BARE, 2), (POLE, 1)], skip_zero=True)
    assert all(not one.unknowns - {Delta} for one in parts if one is not None)


def test_a_quadratic_factor_is_kept_as_it_is():
    parts = check(RING(lam**3), ONE, [(QUADRATIC, 1)])
    assert all(len(one.factors) <= 1 for one in parts if one is not None)
    assert {one.factors[0][0] for one in parts if one is not None and one.factors} == {QUADRATIC}
    assert max(one.exponents[0] for one in parts if one is not None and one.factors) == 1
    assert not QUADRATIC.is_pole
    assert not EVEN.is_pole
    assert POLE.is_pole


@st.composite
def problems(draw):
    numerator = RING.zero
    for exponent in range(draw(st.integers(0, 6))):
        scalar = draw(st.sampled_from([0, 1, -2, mu, c / Delta, kappa - 1]))
        numerator = numerator + RING(S(scalar) * lam**exponent)
    chosen = draw(st.lists(st.sampled_from([POLE, SECOND, SCALED, QUADRATIC]), max_size=2, unique=True))
    return numerator, [(factor, draw(st.integers(1, 3 if len(chosen) == 1 else 2))) for factor in chosen]


@settings(max_examples=60)
@given(problems())
def test_random_traces_of_one_matrix(problem):
    parts = check(problem[0], ONE, problem[1])
    for one in parts:
        # After partial fractions no sum has two factors.
        assert one is None or len(one.factors) <= 1


def test_coefficients_must_not_coincide_as_poles():
    with pytest.raises(ZeroDivisionError, match="common root"):
        decompose(RING.one, M, ONE, [(POLE, 1), (Factor(M, ONE, (1,), (((0,), Delta),)), 1)])


# -- two matrices on one space -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "factors",
    [
        [],
        [(FIRST_OF_TWO, 1)],
        [(FIRST_OF_TWO, 2)],
        [(FIRST_OF_TWO, 2), (OTHER_OF_TWO, 1)],
        [(MIXED, 1)],
        [(MIXED, 2), (FIRST_OF_TWO, 1)],
        [(PRODUCT, 1)],
        [(PRODUCT, 2), (OTHER_OF_TWO, 2)],
    ],
)
@pytest.mark.parametrize(
    "numerator",
    [
        RING.one,
        RING(omega),
        RING(lam * omega),
        RING(mu * lam**2 * omega - c * omega**3 + 1),
        RING((lam + omega) ** 3),
    ],
)
def test_two_matrices(numerator, factors):
    check(numerator, BOTH, factors)


def test_two_matrices_of_which_one_occurs_are_as_one():
    parts = check(RING(lam), BOTH, [(FIRST_OF_TWO, 2)])
    assert {one.exponents for one in parts if one is not None} == {(1, 0), (2, 0)}
    parts = check(RING(omega**2), BOTH, [(OTHER_OF_TWO, 1)])
    assert all(one.exponents[0] == 0 for one in parts if one is not None)


def test_a_factor_is_divided_out_of_a_numerator():
    """tr (lambda + mu omega + kappa)/(lambda + mu omega + kappa) is the dimension."""
    parts = check(RING(lam + mu * omega + kappa), BOTH, [(MIXED, 1)])
    assert parts == {None: RING.one}
    parts = check(RING((lam + mu * omega + kappa) ** 2), BOTH, [(MIXED, 1)])
    assert sums(parts) == {lam, omega}


@settings(max_examples=60)
@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), st.sampled_from([1, -1, mu, c])), max_size=4),
    st.lists(st.sampled_from([FIRST_OF_TWO, OTHER_OF_TWO, MIXED, PRODUCT]), max_size=2, unique=True),
    st.integers(1, 3),
)
def test_random_traces_of_two_matrices(monomials, factors, power):
    value = RING.zero
    for i, j, scalar in monomials:
        value = value + RING(S(scalar) * lam**i * omega**j)
    parts = check(value, BOTH, [(factor, power) for factor in factors])
    for one in parts:
        if one is not None:
            for factor, _ in one.factors:
                if len(factors) == 1 and sum(factor.leading) == 1 and not factor.is_pole:
                    # No multiple of the leading monomial is left above a factor that was divided out.
                    assert any(a < b for a, b in zip(one.exponents, factor.leading, strict=True))


# -- the pieces ----------------------------------------------------------------------------------------------


def test_coefficients():
    value = RING((lam**2 * mu + omega - 3 * c * lam * omega) / (kappa + 1))
    assert coefficients_of(value, BOTH) == {
        (2, 0): RING(mu / (kappa + 1)),
        (0, 1): RING(1 / (kappa + 1)),
        (1, 1): RING(-3 * c / (kappa + 1)),
    }
    assert coefficients_of(RING.zero, ONE) == {}
    assert coefficients_of(RING(omega * lam), ONE) == {(1,): RING(omega)}


def test_what_a_sum_says_of_itself():
    one = SpectralSum(M, BOTH, (1, 2), ((MIXED, 2), (OTHER_OF_TWO, 1)))
    expected = Mul(lam, omega**2) / ((lam + mu * omega + kappa) ** 2 * (omega + kappa))
    assert (one.summand - expected).simplify() == 0
    assert one.unknowns == {kappa, mu}
    assert SpectralSum(M, ONE, (2,), ()).unknowns == frozenset()
    assert SCALED.expression == lam + c**2 + 1
