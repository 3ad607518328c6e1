"""Derived closed forms against the literature, written down here and nowhere in the package."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sympy import (
    Adjoint,
    Expr,
    Identity,
    MatrixSymbol,
    Symbol,
    Trace,
    expand,
    simplify,
    sqrt,
    symbols,
    together,
)

from planaria.derivations import Derivation, derive
from planaria.diagrams import Gaussian, InputError, Model, UnitSpectrum
from planaria.ensembles.library import load_model

N, P, M, C, gamma = symbols("N P M C gamma", positive=True)
sigma_u, sigma_w, sigma_eps = symbols("sigma_u sigma_w sigma_eps", positive=True)
Delta, z, q2 = symbols("Delta z q2")
Lambda = MatrixSymbol("Lambda", M, M)
x, u = MatrixSymbol("x", M, P), MatrixSymbol("u", N, M)
RANDOM_FEATURES = Model([Gaussian(x, rows=Lambda), Gaussian(u, variance=sigma_u**2 / M)])
phi = u * x
q = (gamma * Identity(N) + phi * phi.T).inv()
Q = (gamma * Identity(P) + phi.T * phi).inv()


def in_sums(result: Derivation, expression: Expr) -> Expr:
    """An expression of a random-feature derivation in z = S_11 and q2 = S_22, whatever they are called."""
    names = {}
    pole = result.unknowns[0]
    for symbol, one in result.spectral_sums.items():
        (eigenvalue,) = one.eigenvalues
        share = eigenvalue / (eigenvalue + pole)
        for target, summand in ((z, share), (q2, share**2), (z - q2, share * (1 - share))):
            if simplify(one.summand - summand) == 0:
                names[symbol] = target
    return expression.xreplace({**names, pole: Delta})


def equal_on_shell(first: Expr, second: Expr) -> bool:
    """Whether two expressions agree where Delta (N - z)(P - z) = gamma M / sigma_u^2."""
    on_shell = {gamma: Delta * (N - z) * (P - z) * sigma_u**2 / M}
    return bool(simplify(together((first - second).subs(on_shell))) == 0)


D = N * P - q2 * (N + P) + 2 * q2 * z - z**2
CLEAN = C * sigma_w**2 / (2 * M) * Delta * N * P * (z - q2) / D
NOISE = C * sigma_eps**2 / 2 * (q2 * (N - 2 * z) + z**2) / D
EXPECTED = {
    "resolvent": (N - z) / gamma / N,
    "gram_resolvent": (P - z) / gamma / P,
    "loss": CLEAN,
    "noise_loss": NOISE,
    "training_loss": ((P - z) / P) ** 2 * (CLEAN + NOISE + C * sigma_eps**2 / 2),
}


@pytest.mark.parametrize("quantity", list(EXPECTED))
def test_random_features_of_the_built_in_model(quantity: str) -> None:
    file = load_model("random-features")
    result = derive(file.quantity(quantity).expression, file.model)
    assert len(result.unknowns) == len(result.equations) == 1
    equation = in_sums(result, result.equations[0].lhs - result.equations[0].rhs)
    assert equal_on_shell(equation, 0 * z)
    assert equation.has(Delta)
    assert equal_on_shell(in_sums(result, result.value), EXPECTED[quantity])


def test_the_raw_expression_with_two_resolvents() -> None:
    R = Identity(M) - x * Q * phi.T * u
    result = derive(Trace(R * Lambda * R.T), RANDOM_FEATURES)
    value = in_sums(result, result.value)
    assert simplify(value - Delta * N * P * (z - q2) / D) == 0  # identically, not only on shell
    assert result.rules.size <= 18


def test_push_through_gives_one_value() -> None:
    """Four ways to write R, one closed form."""
    I_M = Identity(M)
    forms = [
        I_M - x * Q * phi.T * u,
        I_M - x * x.T * u.T * q * u,
        I_M - x * phi.T * q * u,
        (I_M + x * x.T * u.T * u / gamma).inv(),
    ]
    values = []
    for R in forms:
        result = derive(Trace(R * Lambda * R.T), RANDOM_FEATURES)
        assert len(result.unknowns) == 1
        values.append(in_sums(result, result.value))
    assert all(equal_on_shell(values[0], other) for other in values[1:])


def test_the_two_resolvents_differ_by_the_dimensions() -> None:
    small, large = derive(Trace(q), RANDOM_FEATURES), derive(Trace(Q), RANDOM_FEATURES)
    difference = in_sums(large, large.value) - in_sums(small, small.value)
    assert equal_on_shell(difference, (P - N) / gamma)


def test_marchenko_pastur_in_closed_form() -> None:
    y = MatrixSymbol("y", N, P)
    result = derive(Trace((gamma * Identity(N) + y * y.T).inv()) / N, Model([Gaussian(y, variance=1 / P)]))
    c = N / P
    root = (-(1 - c + gamma) + sqrt((1 - c + gamma) ** 2 + 4 * c * gamma)) / (2 * c * gamma)
    form = result.algebraic
    assert form is not None
    assert form.degree == 2
    for numbers in ({N: 3, P: 7, gamma: 2}, {N: 9, P: 4, gamma: 1}):
        assert abs(float((form.root - root).subs(numbers))) < 1e-14
        value = root.subs(numbers)
        assert abs(float(form.polynomial.lhs.subs(numbers).subs(Symbol("value"), value))) < 1e-10


@pytest.mark.parametrize("kind", ["hermitian", "symmetric"])
def test_semicircle_law(kind: str) -> None:
    h, t = MatrixSymbol("h", N, N), Symbol("t", positive=True)
    result = derive(Trace((t * Identity(N) - h).inv()) / N, Model([Gaussian(h, variance=1 / N, kind=kind)]))  # type: ignore[arg-type]
    assert simplify(result.algebraic.root - (t - sqrt(t**2 - 4)) / 2) == 0


def test_fuss_catalan_law_of_a_product() -> None:
    """With all dimensions equal, g of the product of s matrices solves w g^(s+1) ... (Fuss-Catalan numbers)."""
    a, b = MatrixSymbol("a", N, N), MatrixSymbol("b", N, N)
    model = Model([Gaussian(a, variance=1 / N), Gaussian(b, variance=1 / N)])
    result = derive(Trace((gamma * Identity(N) + a * b * b.T * a.T).inv()) / N, model)
    form = result.algebraic
    assert form is not None
    assert form.degree == 3
    w = Symbol("w")
    # g = (1/gamma) B_3(-1/gamma), B = 1 + w B^3 the generating function of 1, 1, 3, 12, ...
    series = 1 + w + 3 * w**2 + 12 * w**3 + 55 * w**4
    g = series.subs(w, -1 / gamma) / gamma
    left = expand(form.polynomial.lhs.subs(Symbol("value"), g).subs(gamma, 1 / w))
    lowest = left.as_poly(w, 1 / w) if left.has(1 / w) else left.as_poly(w)
    smallest = min(term.as_coeff_exponent(w)[1] for term in left.as_ordered_terms())
    assert lowest is not None
    assert smallest >= 2  # five coefficients cancel: the lowest order of the equation is w**-3


def test_the_kernel_of_adlam_and_pennington() -> None:
    """The Gaussian-equivalent kernel: tau_1 = tr Q / P and tau_2 solve two coupled equations; one is left here.

    With the kernel K = phi^T phi / N, eta = mu_1^2 + mu_star^2, zeta = mu_1^2, at identity covariance; written
    down from the independent free-probability computation: with g = tr Q / P,
    Q^-1 = gamma + N-sum of (zeta K_x + (eta - zeta)) and K_x of Marchenko-Pastur type. Checked by simulation
    in tests/numerics; here: one polynomial of degree four in the value.
    """
    file = load_model("nonlinear-random-features")
    result = derive(file.quantity("gram_resolvent").expression, file.model)
    assert len(result.unknowns) == len(result.equations) == 1
    form = result.algebraic
    assert form is not None
    assert form.degree == 4


def test_an_identity_spectrum_makes_the_result_algebraic() -> None:
    model = RANDOM_FEATURES.with_spectra({Lambda: UnitSpectrum()})
    result = derive(Trace(q) / N, model)
    assert not result.spectral_sums
    assert result.algebraic.degree == 3


def test_noise_loss_is_not_symmetric_but_clean_loss_is() -> None:
    file = load_model("random-features")
    swapped = {}
    for name in ("loss", "noise_loss"):
        result = derive(file.quantity(name).expression, file.model)
        value = in_sums(result, result.value)
        exchanged = value.subs({N: P, P: N}, simultaneous=True)
        swapped[name] = equal_on_shell(value, exchanged)
    assert swapped == {"loss": True, "noise_loss": False}


def test_correlated_features_break_the_symmetry() -> None:
    Omega = MatrixSymbol("Omega", M, M)
    model = Model([Gaussian(x, rows=Lambda), Gaussian(u, variance=sigma_u**2 / M, cols=Omega)])
    R = Identity(M) - x * Q * phi.T * u
    result = derive(Trace(R * Lambda * R.T), model)
    value = result.value
    numbers = {s: 0.1 * k + 0.3 for k, s in enumerate(sorted(result.spectral_sums, key=str))}
    numbers |= dict.fromkeys(result.unknowns, 0.7)
    one = value.subs(numbers).subs({N: 3, P: 5, M: 7, gamma: 1, sigma_u: 1})
    other = value.subs(numbers).subs({N: 5, P: 3, M: 7, gamma: 1, sigma_u: 1})
    assert abs(float(one - other)) > 1e-6


def test_every_step_is_recorded() -> None:
    result = derive(Trace(q), RANDOM_FEATURES)
    rules = [step.rule for step in result.steps]
    for rule in (
        "linearise",
        "identify loops",
        "close a loop",
        "name a pole",
        "eliminate a loop",
        "keep an equation",
    ):
        assert rule in rules
    for step in result.steps:
        assert step.reason
        assert step.before is not None
        assert step.after is not None
    kept = next(step for step in result.steps if step.rule == "keep an equation")
    residue = kept.before.subs(gamma, result.equations[0].rhs)
    assert simplify(residue) == 0


def test_results_are_values() -> None:
    first, second = derive(Trace(q), RANDOM_FEATURES), derive(Trace(q), RANDOM_FEATURES)
    assert first == second
    assert hash(first) == hash(second)
    assert len({first, second}) == 1


def test_traces_factorise() -> None:
    single = derive(Trace(q), RANDOM_FEATURES)
    product = derive(Trace(q) ** 2 / N, RANDOM_FEATURES)
    assert simplify(in_sums(product, product.value) - in_sums(single, single.value) ** 2 / N) == 0


def test_a_complex_field_has_the_planar_limit_of_a_real_one() -> None:
    c, r = MatrixSymbol("c", N, P), MatrixSymbol("r", N, P)
    complex_model = Model([Gaussian(c, variance=1 / P, kind="complex")])
    real = derive(Trace((gamma * Identity(N) + r * r.T).inv()), Model([Gaussian(r, variance=1 / P)]))
    unitary = derive(Trace((gamma * Identity(N) + c * Adjoint(c)).inv()), complex_model)
    assert simplify(real.algebraic.root - unitary.algebraic.root) == 0


def test_the_transpose_of_a_complex_field_does_not_contract_with_it() -> None:
    c = MatrixSymbol("c", N, N)
    result = derive(
        Trace((gamma * Identity(N) + c * c.T).inv()), Model([Gaussian(c, variance=1 / N, kind="complex")])
    )
    assert result.value == N / gamma


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        (q, "a matrix, not a scalar"),
        (N * P, "no trace"),
        (Trace(x * x.T) ** gamma, "rational function"),
        (Trace((x.T * x).inv()), "no deterministic part"),
        (Trace(Lambda * x * x.T * MatrixSymbol("y", M, P) * x.T), "no field"),
    ],
)
def test_bad_input_is_named(expression: Expr, words: str) -> None:
    with pytest.raises(InputError, match=words):
        derive(expression, RANDOM_FEATURES)


def test_parts_that_disagree_make_no_derivation() -> None:
    one, other = (derive(*_question(name)) for name in ("wigner", "marchenko-pastur"))
    with pytest.raises(InputError, match="closed form is that of another quantity"):
        replace(one, closed_form=other.closed_form)


def _question(name: str) -> tuple[Expr, Model]:
    file = load_model(name)
    return file.quantity("resolvent").expression, file.model
