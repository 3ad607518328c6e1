"""The built-in models: each loads, is listed without heavy imports, and means what its name says."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from sympy import Integer, MatrixSymbol, symbols

from planaria.algebra.errors import InputError
from planaria.ensembles.library import load_model, model_names, summaries
from planaria.ensembles.model import Gaussian, Model
from planaria.ensembles.spectra import PowerLaw
from planaria.ensembles.text.grammar import format_expression


def test_the_built_in_models_are_known():
    assert set(model_names()) == {
        "complex-wishart",
        "correlated-wishart",
        "marchenko-pastur",
        "neural-network-field-theory",
        "nonlinear-random-features",
        "product-of-wisharts",
        "random-features",
        "real-wigner",
        "ridge-regression",
        "signal-plus-noise",
        "sum-of-wisharts",
        "two-layer-random-features",
        "wigner",
    }
    assert [one.name for one in summaries()] == list(model_names())
    assert all(one.title and one.citations for one in summaries())


@pytest.mark.parametrize("name", model_names())
def test_each_model_loads_and_says_what_it_is(name):
    model_file = load_model(name)
    assert model_file.name == name
    assert model_file.title
    assert model_file.about
    assert model_file.quantities[0].name == ("two_point" if name == "neural-network-field-theory" else "resolvent")
    for part in (*model_file.spaces, *model_file.parameters, *model_file.matrices, *model_file.quantities):
        assert part.about, part


@pytest.mark.parametrize("name", model_names())
def test_each_quantity_is_written_and_read_back(name):
    model_file = load_model(name)
    for quantity in model_file.quantities:
        text = format_expression(quantity.expression)
        assert model_file.parse(text, name) == quantity.expression


@pytest.mark.parametrize("name", model_names())
def test_every_declared_symbol_is_used(name):
    model_file = load_model(name)
    used = {space for one in model_file.model.fields for space in one.shape}
    for part in [one.expression for one in model_file.quantities] + [
        part for one in model_file.model.fields for part in (one.variance, one.rows, one.cols, one.symbol)
    ]:
        if part is not None:
            used |= part.free_symbols | part.atoms(MatrixSymbol)
    for _, law in model_file.model.spectra:
        if isinstance(law, PowerLaw):
            used |= {law.alpha, law.scale}
    declared = [one.symbol for one in (*model_file.spaces, *model_file.parameters, *model_file.matrices)]
    assert set(declared) <= used


def test_random_features_equals_python():
    N, P, M, C = symbols("N P M C", positive=True)
    s, sw, se = symbols("sigma_u sigma_w sigma_eps", positive=True)
    Lam = MatrixSymbol("Lambda", M, M)
    model_file = load_model("random-features")
    assert model_file.model == Model(
        [
            Gaussian(MatrixSymbol("x", M, P), rows=Lam),
            Gaussian(MatrixSymbol("u", N, M), variance=s**2 / M),
            Gaussian(MatrixSymbol("w", C, M), variance=sw**2 / M),
            Gaussian(MatrixSymbol("eps", C, P), variance=se**2),
        ],
        {Lam: PowerLaw()},
    )
    names = [one.name for one in model_file.quantities]
    assert names == ["resolvent", "gram_resolvent", "loss", "noise_loss", "training_loss"]
    assert {str(one.symbol): one.default for one in model_file.spaces} == {
        "N": None,
        "P": None,
        "M": None,
        "C": 1,
    }


def number(expression, values):
    """The value of an expression on numpy arrays; shares nothing with the derivations."""
    substituted = {name: value for name, value in values.items() if np.ndim(value) == 2}
    scalars = {name: value for name, value in values.items() if np.ndim(value) == 0}

    def walk(node):
        kind = type(node).__name__
        if kind == "MatrixSymbol":
            return substituted[str(node.name)]
        if kind == "Symbol":
            return scalars[str(node.name)]
        if kind == "Identity":
            return np.eye(int(walk(node.shape[0])))
        if node.is_number:
            return float(node)
        parts = [walk(one) for one in node.args]
        if kind == "Trace":
            return np.trace(parts[0])
        if kind == "Inverse":
            return np.linalg.inv(parts[0])
        if kind == "Transpose":
            return parts[0].T
        if kind in ("Add", "MatAdd"):
            return sum(parts[1:], parts[0])
        if kind == "Pow":
            return parts[0] ** parts[1]
        result = parts[0]
        for part in parts[1:]:
            result = result @ part if np.ndim(result) == np.ndim(part) == 2 else result * part
        return result

    return walk(expression)


def test_random_feature_losses_are_those_of_trained_weights():
    """On one draw: weights by least squares on an augmented system, losses by their definition."""
    rng = np.random.default_rng(1)
    N, P, M, C, gamma = 5, 7, 9, 2, 0.3
    lam = np.diag(1.0 / np.arange(1, M + 1) ** 1.8)
    x = np.sqrt(lam) @ rng.normal(size=(M, P))
    u, w, eps = rng.normal(size=(N, M)), rng.normal(size=(C, M)), rng.normal(size=(C, P))
    values = {
        "N": N,
        "P": P,
        "M": M,
        "C": C,
        "gamma": gamma,
        "x": x,
        "u": u,
        "w": w,
        "eps": eps,
        "Lambda": lam,
    }
    phi = u @ x
    augmented = np.hstack([phi, np.sqrt(gamma) * np.eye(N)]).T

    def train(labels):
        return np.linalg.lstsq(augmented, np.hstack([labels, np.zeros((C, N))]).T, rcond=None)[0].T

    def test_loss(error):
        return np.sum((error @ np.sqrt(lam)) ** 2) / 2

    model_file = load_model("random-features")
    clean, noise, both = train(w @ x), train(eps), train(w @ x + eps)
    expected = {
        "loss": test_loss(clean @ u - w),
        "noise_loss": test_loss(noise @ u),
        "training_loss": np.sum((both @ phi - w @ x - eps) ** 2) / (2 * P),
    }
    for name, value in expected.items():
        assert number(model_file.quantity(name).expression, values) == pytest.approx(value, rel=1e-9)


def test_nonlinear_losses_average_over_the_test_features():
    rng = np.random.default_rng(2)
    N, P, M, C, gamma, m1, ms = 4, 6, 5, 1, 0.3, 0.7, 0.4
    x, u, n = rng.normal(size=(M, P)), rng.normal(size=(N, M)), rng.normal(size=(N, P))
    w = rng.normal(size=(C, M))
    values = {
        "N": N,
        "P": P,
        "M": M,
        "C": C,
        "gamma": gamma,
        "mu_1": m1,
        "mu_star": ms,
        "x": x,
        "u": u,
        "n": n,
    }
    values |= {"w": w, "Lambda": np.eye(M)}
    phi = m1 * u @ x + ms * n
    # minimise |theta phi - w x|^2 + gamma N |theta|^2
    theta = w @ x @ phi.T @ np.linalg.inv(phi @ phi.T + gamma * N * np.eye(N))
    covariance = np.block([[m1**2 * u @ u.T + ms**2 * np.eye(N), m1 * u], [m1 * u.T, np.eye(M)]])
    error = np.hstack([theta, -w])
    loss = load_model("nonlinear-random-features").quantity("loss").expression
    assert number(loss, values) == pytest.approx(np.trace(error @ covariance @ error.T) / 2, rel=1e-9)


def test_ridge_bias_and_variance_are_the_loss_without_cross_terms():
    rng = np.random.default_rng(3)
    M, P, C, gamma = 4, 6, 1, 0.2
    values = {"M": M, "P": P, "C": C, "gamma": gamma, "Lambda": np.diag(rng.uniform(size=M))}
    values |= {"x": rng.normal(size=(M, P)), "w": rng.normal(size=(C, M)), "eps": rng.normal(size=(C, P))}
    model_file = load_model("ridge-regression")
    # the cross term is odd in eps
    mean = (
        sum(
            number(model_file.quantity("loss").expression, values | {"eps": sign * values["eps"]})
            for sign in (1, -1)
        )
        / 2
    )
    parts = [number(model_file.quantity(name).expression, values) for name in ("bias", "variance")]
    assert mean == pytest.approx(sum(parts), rel=1e-9)


def test_a_path_is_a_model_too(tmp_path, monkeypatch):
    text = '[spaces]\nN = ""\n[fields]\nh = { shape = ["N", "N"], kind = "hermitian" }\n'
    (tmp_path / "mine.toml").write_text(text)
    (tmp_path / "without-ending").write_text(text)
    assert load_model(str(tmp_path / "mine.toml")).name == "mine"
    monkeypatch.chdir(tmp_path)
    assert load_model("mine.toml").name == "mine"
    assert load_model("without-ending").model.fields[0].variance == Integer(1)


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("random-feature", "model: there is no model 'random-feature'; did you mean 'random-features'?"),
        ("", "model: the name is empty; give a built-in model or the path of a model file"),
        ("nowhere.toml", "nowhere.toml: there is no such file; give the path of a model file"),
        ("no/where", "no/where: there is no such file; give the path of a model file"),
    ],
)
def test_an_unknown_model_is_refused(name, sentence):
    with pytest.raises(InputError) as caught:
        load_model(name)
    assert str(caught.value) == sentence


def test_models_are_listed_without_sympy_or_a_parser():
    code = (
        "import sys; from planaria.ensembles.library import summaries; assert len(summaries()) > 9; "
        "print([name for name in ('sympy', 'lark', 'numpy', 'networkx') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
