"""Claims of the literature: the true ones are proved, the false ones refuted, and mended where they are close.

The formulas are those of the papers, written in the grammar; T of the papers is P here.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import pytest
from mpmath import findroot, mp, mpf

from planaria.derivations import Derivation, derive
from planaria.ensembles.verdicts.claims import Verdict


@cache
def derived(model: str, quantity: str) -> Derivation:
    return derive(model, quantity)


# Z. Zhang, arXiv:2405.19398: the renormalised ridge, its sums, and the ladder determinant.
Z_SUM = "z = sum(lambda_I/(lambda_I + Delta))"
Q2_SUM = "q2 = sum(lambda_I**2/(lambda_I + Delta)**2)"
LADDER = "D = det([[N - q2, z - q2], [z - q2, P - q2]])"
ZHANG = (Z_SUM, Q2_SUM, LADDER)
OWN_DELTA = ("Delta: Delta*(N - z)*(P - z) = gamma*M/sigma_u**2", *ZHANG)
CLEAN = "clean = C*sigma_w**2/(2*M)*Delta*N*P*(z - q2)/D"
NOISE = "noise = C*sigma_eps**2/2*(P*(N - q2)/D - 1)"
# E. Dobriban, S. Wager, arXiv:1507.03003; D. Wu, J. Xu, arXiv:2006.05800: ridge regression by degrees of freedom.
DEGREES = (
    "k: gamma = k*(1 - df1/P)",
    "df1 = tr(Lambda*inv(Lambda + k*I(M)))",
    "df2 = tr(Lambda**2*inv((Lambda + k*I(M))**2))",
)
RF, RIDGE, MP = "random-features", "ridge-regression", "marchenko-pastur"

TRUE = [
    (RF, "loss", "C*sigma_w**2/(2*M)*Delta*N*P*(z - q2)/D", ZHANG),  # arXiv:2405.19398
    (RF, "loss", "C*sigma_w**2/(2*M)*Delta*N*P*(z - q2)/(N*P - q2*(N + P) + 2*q2*z - z**2)", ZHANG),
    (RF, "loss", "C*sigma_w**2/(2*M)*Delta*N*P*(z - q2)/D", OWN_DELTA),  # Delta by the paper's own equation
    (
        RF,
        "loss",
        "C*sigma_w**2*Delta**2*N*P*R/(2*M*(gamma*M/sigma_u**2 + Delta*R*(N + P - 2*S)))",
        ("S = sum(lambda_I/(lambda_I + Delta))", "R = sum(lambda_I*Delta/(lambda_I + Delta)**2)"),
    ),
    (RF, "noise_loss", "C*sigma_eps**2/2*(q2*(N - 2*z) + z**2)/D", ZHANG),
    (RF, "noise_loss", "C*sigma_eps**2/2*(q2*(N - q2) + (z - q2)**2)/D", ZHANG),
    (RF, "noise_loss", "C*sigma_eps**2/2*(P*(N - q2)/D - 1)", OWN_DELTA),
    (RF, "training_loss", "((P - z)/P)**2*(clean + noise + C*sigma_eps**2/2)", (*ZHANG, CLEAN, NOISE)),
    (RF, "resolvent", "1/(gamma + gamma*z/(N - z))", OWN_DELTA),  # the self-energy of the N line
    (RF, "gram_resolvent", "1/(gamma + gamma*z/(P - z))", OWN_DELTA),
    (RF, "loss", "Delta*(N - z)*(P - z) = gamma*M/sigma_u**2", ZHANG),
    (RIDGE, "variance", "C*sigma_eps**2/2*df2/(P - df2)", DEGREES),
    (RIDGE, "bias", "C/(2*M)*k**2*tr(Omega*Lambda*inv((Lambda + k*I(M))**2))/(1 - df2/P)", DEGREES),
    (RIDGE, "resolvent", "tr(inv(Lambda + k*I(M)))*k/(gamma*M)", DEGREES),
    # V. A. Marchenko, L. A. Pastur, 1967
    (MP, "resolvent", "(-(gamma + 1 - c) + sqrt((gamma + 1 - c)**2 + 4*c*gamma))/(2*c*gamma)", ("c = N/P",)),
    (MP, "resolvent", "m", ("m: c*gamma*m**2 + (gamma + 1 - c)*m - 1 = 0", "c = N/P")),
    ("complex-wishart", "resolvent", "m", ("m: c*gamma*m**2 + (gamma + 1 - c)*m - 1 = 0", "c = N/P")),
    ("wigner", "resolvent", "(z - sqrt(z**2 - 4))/2", ()),  # E. Wigner, 1955
    ("wigner", "resolvent", "2/(z + sqrt(z**2 - 4))", ()),
    ("wigner", "resolvent", "g", ("g: g = 1/(z - g)",)),
    # Z. Burda, A. Jarosz, J. Jurkiewicz, M. A. Nowak, G. Papp, I. Zahed, arXiv:1005.3856: two conjugate equations
    (
        "correlated-wishart",
        "resolvent",
        "(N - s)/(gamma*N)",
        ("s = sum(a_I/(a_I + k))", "k: k*m*s = P*gamma", "m: sum(b_I/(b_I + m)) = s"),
    ),
]


@pytest.mark.parametrize(("model", "quantity", "formula", "let"), TRUE)
def test_true_claims_are_proved(model, quantity, formula, let):
    found = derived(model, quantity).equals(formula, let)
    assert found.verdict is Verdict.PROVED, found.reason
    assert found
    assert found.steps
    assert found.counterexample is None


@dataclass(frozen=True)
class Untrue:
    """A false claim, and a part of the formula that is right; empty where it is no single change away."""

    quantity: str
    formula: str
    let: tuple[str, ...]
    right: str
    model: str = RF


WITH = (*ZHANG, CLEAN, NOISE)
FALSE = [
    Untrue("loss", "C*sigma_w**2/M*Delta*N*P*(z - q2)/D", ZHANG, "C*sigma_w**2/(2*M)*Delta*N*P*(z - q2)/D"),
    Untrue(
        "loss",
        "C*sigma_w**2/(2*M)*Delta*N*P*(z - q2)/D",
        (Z_SUM, Q2_SUM, "D = N*P - q2*(N + P) + q2**2"),
        "D = N*P - q2*(N + P) + q2**2 - (z - q2)**2",
    ),
    Untrue("loss", "C*sigma_w**2/(2*M)*Delta*P*(z - q2)/(P - q2)", ZHANG, ""),  # the kernel limit, at finite N
    Untrue("noise_loss", "C*sigma_eps**2/2*q2*N/D", ZHANG, "z*(z - 2*q2)"),
    Untrue("training_loss", "(P - z)/P*(clean + noise + C*sigma_eps**2/2)", WITH, "((P - z)/P)**2"),
    Untrue("loss", "Delta*(N - z)*(P - z) = gamma/sigma_u**2", ZHANG, "M*gamma/sigma_u**2"),
    Untrue("loss", "Delta*(N - z)*(P - z) = gamma*M*sigma_u**2", ZHANG, "gamma*M/sigma_u**2"),
    Untrue(
        "noise_loss",
        "C*sigma_eps**2/2*(P*(N - q2)/D - 1)",
        ("Delta: Delta*(N - z)*(P - z) = gamma/sigma_u**2", *ZHANG),
        "Delta: Delta*(N - z)*(P - z) = M*gamma/sigma_u**2",
    ),
    Untrue("resolvent", "1/(gamma + gamma*z/(P - z))", ZHANG, "gamma*z/(N - z)"),  # self-energies exchanged
    # There is no duality with label noise; N P - P q2 is one change away from N (P - q2).
    Untrue("noise_loss", "C*sigma_eps**2/2*(N*(P - q2)/D - 1)", ZHANG, "N*(P - P/N*q2)"),
    Untrue(
        "resolvent",
        "(-(gamma + 1 - c) - sqrt((gamma + 1 - c)**2 + 4*c*gamma))/(2*c*gamma)",
        ("c = N/P",),
        "+ sqrt",
        MP,
    ),
    Untrue("resolvent", "(z + sqrt(z**2 - 4))/2", (), "(z - sqrt(z**2 - 4))/2", "wigner"),
]


@pytest.mark.parametrize("claim", FALSE, ids=lambda one: one.formula)
def test_false_claims_are_refuted_and_mended(claim):
    found = derived(claim.model, claim.quantity).equals(claim.formula, claim.let)
    assert found.verdict is Verdict.REFUTED
    assert not found
    assert found.counterexample is not None
    assert found.counterexample.certified
    if not claim.right:
        assert found.correction is None
        return
    assert found.correction is not None
    assert claim.right in str(found.correction)
    assert found.correction.verdict is Verdict.PROVED


def test_the_numbers_of_a_counterexample_are_right():
    """At M = N = P = 1 and one eigenvalue 1 by hand: Delta (1 - z)^2 = 1, z = 1/(1 + Delta), q2 = z^2."""
    found = derived(RF, "loss").equals("C*sigma_w**2/M*Delta*N*P*(z - q2)/D", ZHANG)
    one = found.counterexample
    assert {name: one.at[name] for name in ("N", "P", "M", "gamma")} == dict.fromkeys(
        ("N", "P", "M", "gamma"), "1"
    )
    with mp.workdps(30):
        Delta = findroot(lambda d: d * (1 - 1 / (1 + d)) ** 2 - 1, mpf(2))
        z = 1 / (1 + Delta)
        q2 = z**2
        right = Delta * (z - q2) / (2 * ((1 - q2) ** 2 - (z - q2) ** 2))
        assert abs(right - mpf(one.quantity.middle)) < mpf(one.quantity.radius) + mpf(10) ** -25
        assert abs(2 * right - mpf(one.formula.middle)) < mpf(one.formula.radius) + mpf(10) ** -25


def test_a_counterexample_is_as_small_as_it_can_be():
    """All numbers are 1, but for the one without which both sides agree."""
    found = derived(RF, "loss").equals("Delta*(N - z)*(P - z) = gamma*M*sigma_u**2", ZHANG)
    assert {name for name, value in found.counterexample.at.items() if value != "1"} == {"sigma_u"}


def test_numbers_may_be_given_for_parameters():
    """In units in which sigma_u = 1, as papers have it."""
    formula = "Delta*(N - z)*(P - z) = gamma*M"
    assert derived(RF, "loss").equals(formula, ZHANG).verdict is Verdict.REFUTED
    assert derived(RF, "loss").equals(formula, ZHANG, sigma_u=1).verdict is Verdict.PROVED
    assert derived(RF, "loss").equals(formula, ZHANG, sigma_u=2).verdict is Verdict.REFUTED


def test_other_quantities_stand_in_a_claim_by_name():
    """arXiv:2405.19398: the training loss by the two test losses; their unknowns are found to be the same."""
    let = {"z": Z_SUM.partition("= ")[2], "clean": derived(RF, "loss"), "noise": derived(RF, "noise_loss")}
    training = derived(RF, "training_loss")
    assert training.equals("((P - z)/P)**2*(clean + noise + C*sigma_eps**2/2)", let).verdict is Verdict.PROVED
    found = training.equals("(P - z)/P*(clean + noise + C*sigma_eps**2/2)", let)
    assert found.verdict is Verdict.REFUTED
    assert str(found.correction) == "((P - z)/P)**2*(clean + noise + C*sigma_eps**2/2)"


@pytest.mark.parametrize("model", ["wigner", MP, "product-of-wisharts", "correlated-wishart", "sum-of-wisharts"])
def test_a_closed_form_is_equal_to_itself_by_its_own_equations(model):
    """Nothing is known of the unknowns but their equations: the right root is found."""
    one = derived(model, "resolvent")
    assert one.equals("q", {"q": one}).verdict is Verdict.PROVED
    assert one.equals("q + 1/N", {"q": one}).verdict is Verdict.REFUTED
