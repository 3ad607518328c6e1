"""Equal on the branch of the matrices, and not elsewhere: roots, their signs, and unknowns with several roots."""

from __future__ import annotations

from functools import cache

import pytest
from mpmath import mp, mpf, polyroots

from planaria.derivations import Derivation, derive
from planaria.ensembles.verdicts.claims import Verdict


@cache
def derived(model: str, quantity: str = "resolvent") -> Derivation:
    return derive(model, quantity)


@pytest.mark.parametrize("formula", ["sqrt((N - P)**2) = N - P", "sqrt((N - P)**2) = P - N"])
def test_a_sign_that_changes_with_the_sizes_is_not_proved(formula):
    found = derived("marchenko-pastur").equals(formula)
    assert found.verdict is Verdict.REFUTED
    assert found.counterexample.certified


def test_a_sign_is_known_where_the_sizes_are_given():
    assert derived("marchenko-pastur").equals("sqrt((N - P)**2) = P - N", N=2, P=5).verdict is Verdict.PROVED
    assert derived("marchenko-pastur").equals("sqrt((N - P)**2) = P - N", N=5, P=2).verdict is Verdict.REFUTED


def test_a_sign_that_only_numbers_tell_is_no_proof():
    """z < N on the branch, which no algebra of the sums says."""
    found = derived("random-features", "gram_resolvent").equals("sqrt((N - S_11)**2) = N - S_11")
    assert found.verdict is Verdict.HOLDS
    assert found
    assert found.points == 6
    assert found.digits >= 20


def test_an_identity_that_holds_for_either_sign_is_proved():
    found = derived("marchenko-pastur").equals("(sqrt((N - P)**2) - N)*(sqrt((N - P)**2) + N) = P**2 - 2*N*P")
    assert found.verdict is Verdict.PROVED


def test_off_the_branch_is_refuted():
    """The other root of the same polynomial: it solves every relation of the model."""
    wigner = derived("wigner")
    assert wigner.equals("z - g_N").verdict is Verdict.REFUTED
    assert wigner.equals("1/g_N").verdict is Verdict.REFUTED
    assert wigner.equals("(z - g_N)**-1").verdict is Verdict.PROVED
    found = wigner.equals("(z + sqrt(z**2 - 4))/2")
    assert found.verdict is Verdict.REFUTED
    with mp.workdps(20):
        z = mpf(found.counterexample.at["z"])
        assert abs(mpf(found.counterexample.formula.middle) - (z + mp.sqrt(z**2 - 4)) / 2) < mpf(10) ** -14


def test_an_unknown_with_two_roots_is_the_one_of_bare_propagators():
    wigner = derived("wigner")
    assert wigner.equals("g", ["g: g**2 - z*g + 1 = 0"]).verdict is Verdict.PROVED
    assert wigner.equals("z - g", ["g: g**2 - z*g + 1 = 0"]).verdict is Verdict.REFUTED


def test_an_unknown_that_grows_with_the_ridge():
    """The positive root grows, and the negative one does not: meant is the positive one."""
    let = ["k: k**2 - (gamma + 1 - c)*k - c*gamma = 0", "c = N/P"]
    assert derived("marchenko-pastur").equals("1/k", let).verdict is Verdict.PROVED
    assert derived("marchenko-pastur").equals("-1/(k - gamma - 1 + c)", let).verdict is Verdict.REFUTED


def test_an_unknown_whose_polynomial_has_no_rational_root_is_followed():
    """y = g^(1/3) at the root with y -> 0: irreducible over the field, so the proof is by its polynomial."""
    found = derived("wigner").equals("y**3", ["y: y**3 + y**-3 = z"])
    assert found.verdict in (Verdict.PROVED, Verdict.HOLDS)
    refuted = derived("wigner").equals("y**3 + 1/1000000", ["y: y**3 + y**-3 = z"])
    assert refuted.verdict is Verdict.REFUTED


def test_where_it_is_not_said_which_root_is_meant():
    """Two positive roots stay bounded: what holds for one of them is proved for it, and nothing is refuted."""
    wigner = derived("wigner")
    let = ["h: (h - g_N)*(h - 2*g_N) = 0"]
    found = wigner.equals("h", let)
    assert found.verdict is Verdict.PROVED
    assert "one of 2 roots" in found.reason
    assert wigner.equals("h/2", let).verdict is Verdict.PROVED
    assert wigner.equals("3*h", let).verdict is Verdict.UNDECIDED


def test_a_cubic_is_compared_by_its_polynomial():
    """Product of two Wishart matrices, N = M = P: gamma^2 g^3 ... of Fuss-Catalan numbers (OEIS A001764)."""
    product = derived("product-of-wisharts")
    # With w = gamma g at N = M = P: w is 1 - s, s the sum of planar diagrams, and w^3/(1 - w) = gamma.
    let = ["w: w**3 = gamma*(1 - w)"]
    assert product.equals("w/gamma", let, N=3, M=3, P=3).verdict is Verdict.PROVED
    found = product.equals("w", let, N=3, M=3, P=3)
    assert found.verdict is Verdict.REFUTED
    with mp.workdps(25):
        gamma = mpf(found.counterexample.at["gamma"])
        (root,) = [r for r in polyroots([1, 0, gamma, -gamma]) if mp.im(r) == 0]
        assert abs(mpf(found.counterexample.formula.middle) - root) < mpf(10) ** -14


def test_a_formula_without_a_real_value_is_refuted():
    found = derived("wigner").equals("sqrt(1 - z**2)")
    assert found.verdict is Verdict.REFUTED
    assert found.counterexample.formula is None


def test_a_formula_that_divides_by_zero_on_the_branch_is_refuted():
    found = derived("wigner").equals("1/(g_N**2 - z*g_N + 1)")
    assert found.verdict is Verdict.REFUTED


def test_two_unknowns_in_one_another_s_equations_are_undecided():
    """They have several common roots, and it is not said which of them is meant."""
    found = derived("marchenko-pastur").equals("k", ["k: k*m = gamma", "m: m + k = 3"])
    assert found.verdict is Verdict.UNDECIDED
    assert not found
    assert "k, m" in found.reason


def test_eigenvalues_that_a_quantity_does_not_contain_have_numbers_all_the_same():
    found = derived("ridge-regression", "variance").equals("sum(omega_I)")
    assert found.verdict is Verdict.REFUTED
    assert found.counterexample.certified
