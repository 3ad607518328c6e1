"""Candidates for the limit of a parameter at zero: conditions, values, and what the method leaves out."""

from __future__ import annotations

from functools import cache

import pytest
from sympy import Eq, Integer, S, Symbol, cancel, oo, symbols

from planaria.algebra.rational import Ring
from planaria.derivations import derive
from planaria.derivations.analysis.limits import _branches, limit_branches
from planaria.derivations.elimination.closed_form import Form, Unknown
from planaria.derivations.equations.spectral_symbols import SpectralSymbol
from planaria.ensembles.library import load_model, model_names

N, P, M, C, H = symbols("N P M C H", positive=True)
Delta, Delta_2, kappa, S_11 = symbols("Delta Delta_2 kappa S_11")
inverse, moment = Symbol("t_-1"), Symbol("t_1")


@cache
def derived(model, quantity):
    model_file = load_model(model)
    return derive(model_file.quantity(quantity).expression, model_file.model)


@cache
def parameters(model):
    return {str(one.symbol): one.symbol for one in load_model(model).parameters}


def branches(model, quantity, parameter="gamma", **options):
    return limit_branches(derived(model, quantity).closed_form, parameters(model)[parameter], **options)


def values(model, quantity, parameter="gamma", **options):
    """The value on each branch, by conditions, in the symbols of this file."""
    names = {str(s): s for s in (N, P, M, C, H)} | parameters(model)
    found = {}
    for one in branches(model, quantity, parameter, **options):
        renamed = {s: names[str(s)] for s in one.value.free_symbols if str(s) in names}
        sides = [(str(c.lhs), str(c.rhs)) for c in one.conditions]
        found[tuple(f"{left} = {right}" for left, right in sides)] = one.value.xreplace(renamed)
    return found


def same(one, other):
    """Whether two formulas are equal, the sums being told by their names."""
    sums = {symbol: Symbol(symbol.name) for value in (one, other) for symbol in S(value).atoms(SpectralSymbol)}
    one, other = S(one).xreplace(sums), S(other).xreplace(sums)
    return one == other or cancel(one - other) == 0


def test_loss_of_random_features():
    # Maloney, Roberts, Sully, arXiv:2210.16859: C sigma_w^2 / 2M Delta n m / (m - n)
    sigma_w = parameters("random-features")["sigma_w"]
    found = values("random-features", "loss")
    assert set(found) == {("Delta = 0",), ("S_11 = N",), ("S_11 = P",)}
    assert found["Delta = 0",] == 0
    scale = C * sigma_w**2 * Delta * N * P / (2 * M)
    assert same(found["S_11 = N",], scale / (P - N))
    assert same(found["S_11 = P",], scale / (N - P))


def test_noise_loss_of_random_features():
    sigma_eps = parameters("random-features")["sigma_eps"]
    found = values("random-features", "noise_loss")
    assert same(found["Delta = 0",], C * sigma_eps**2 / 2 * M / (P - M))  # ordinary least squares
    assert same(found["S_11 = N",], C * sigma_eps**2 / 2 * N / (P - N))


def test_training_loss_vanishes_where_the_samples_are_interpolated():
    found = values("random-features", "training_loss")
    assert found["S_11 = P",] == 0
    orders = {str(one.conditions[0].rhs): one.order for one in branches("random-features", "training_loss")}
    assert orders == {"0": 0, "N": 0, "P": 1}


def test_a_hidden_layer_adds_a_branch():
    sigma_w = parameters("two-layer-random-features")["sigma_w"]
    found = values("two-layer-random-features", "loss")
    assert set(found) == {("Delta = 0",), ("S_11 = N",), ("S_11 = P",), ("S_11 = H",)}
    assert same(found["S_11 = H",], C * sigma_w**2 * Delta * H * P / (2 * M * (P - H)))


def test_algebraic_models():
    found = values("marchenko-pastur", "resolvent")
    assert sorted(map(str, found.values())) == ["-P/(N - P)", "oo"]
    assert {one.order for one in branches("marchenko-pastur", "resolvent")} == {0, -1}
    finite = [v for v in values("marchenko-pastur", "gram_resolvent").values() if v != oo]
    assert same(finite[0], P / (N - P))  # the number of samples and of variables exchanged, in units of 1/P
    finite = [v for v in values("product-of-wisharts", "resolvent").values() if v != oo]
    assert len(finite) == 1
    assert same(finite[0], M * P / ((M - N) * (P - N)))


def test_a_vanishing_unknown_among_two():
    # For samples without correlations this is tr A^-1 P / (N (P - N)), the mean of an inverse Wishart matrix.
    (finite,) = [one for one in branches("correlated-wishart", "resolvent") if one.order == 0]
    assert str(finite.vanishing) == "Delta_1"
    assert str(finite.conditions) == "(Eq(Delta_1, 0), Eq(S_11_2, N))"
    value = finite.value.xreplace({s: {"N": N, "P": P}.get(str(s), s) for s in finite.value.free_symbols})
    assert same(value, P * inverse / (Delta_2 * N**2))
    sums = {str(s): str(one.summand) for s, one in finite.closed_form.sums}
    assert sums == {"S_11_2": "b_I/(Delta_2 + b_I)", "t_-1": "1/a_I"}


def test_a_coefficient_that_is_no_pole():
    sigma = parameters("signal-plus-noise")["sigma"]
    found = values("signal-plus-noise", "resolvent")
    second = Symbol("t_-2")
    assert same(found["kappa = 0",], second / (N - sigma**2 * second))
    assert oo in found.values()


def test_an_unknown_that_grows():
    sigma_w, sigma_eps = (parameters("random-features")[n] for n in ("sigma_w", "sigma_eps"))
    found = values("random-features", "loss", "sigma_u")  # without features nothing is learnt
    assert list(found) == [("Delta = oo",)]
    assert same(found["Delta = oo",], C * sigma_w**2 * moment / (2 * M))
    training = values("random-features", "training_loss", "sigma_u")["Delta = oo",]
    assert same(training, C * (sigma_w**2 * moment / M + sigma_eps**2) / 2)
    (branch,) = branches("random-features", "loss", "sigma_u")
    assert (branch.vanishing, branch.growing) == (None, Delta)


def test_a_parameter_that_is_in_no_relation():
    (branch,) = branches("random-features", "training_loss", "sigma_eps")
    assert branch.order == 0
    result = derived("random-features", "training_loss")
    direct = result.value.subs(parameters("random-features")["sigma_eps"], 0)
    named = result.symbols
    direct = direct.xreplace({named["R_12"]: named["S_11"] - named["S_22"]})  # branches have plain sums
    assert same(branch.value, direct)


def test_coinciding_dimensions_have_another_leading_term():
    # At N = P = M: Delta^3 t_-1^2 = gamma M / sigma_u^2, and the loss goes to C sigma_w^2 M / (6 t_-1)
    generic = {str(one.conditions[0].lhs): one.order for one in branches("random-features", "loss")}
    assert generic["Delta"] == 2
    sizes = {s: Integer(7) for s in derived("random-features", "loss").rules.setting.spaces if str(s) != "C"}
    found = values("random-features", "loss", sizes=sizes)
    sigma_w = parameters("random-features")["sigma_w"]
    assert same(found["Delta = 0",], C * sigma_w**2 * 7 / (6 * inverse))


def test_a_parameter_of_a_spectrum_has_no_branch():
    assert branches("random-features", "loss", "alpha") == ()


@pytest.mark.parametrize("model", [one for one in model_names() if one != "nonlinear-random-features"])
def test_every_branch_is_a_system_without_the_parameter(model):
    for quantity in load_model(model).quantities:
        result = derived(model, quantity.name)
        for name, parameter in parameters(model).items():
            for one in limit_branches(result.closed_form, parameter):
                closed = one.closed_form
                assert one.parameter == parameter, name
                assert len(closed.relations) == len(closed.unknowns)
                gone = one.vanishing or one.growing
                assert [u.symbol for u in closed.unknowns] == [s for s in result.unknowns if s != gone]
                used = {s for ratio in (closed.value, *closed.relations) for s in ratio.support()}
                assert parameter not in used
                assert all(isinstance(condition, Eq) for condition in one.conditions)
                sums = {symbol.name for symbol, _ in closed.sums}
                for symbol in set().union(*(condition.free_symbols for condition in one.conditions)):
                    assert isinstance(symbol, SpectralSymbol) == (symbol.name in sums)
                assert (one.order < 0) == (one.value == S.Infinity)


# -- equations by hand ---------------------------------------------------------------------------------------

a, b, g = symbols("a b g", positive=True)
X, Y = symbols("Delta_1 Delta_2")


def by_hand(*relations, value):
    """The branches of two unknowns without spectral sums, the parameter g going to zero."""
    ring = Ring([a, b, g, X, Y])
    unknowns = tuple(Unknown(one, "an unknown", ring.one) for one in (X, Y))
    form = Form(ring, unknowns, tuple(map(ring, relations)), (), ring(value), (None,) * len(relations))
    return _branches(form, g, ())


def conditions(found):
    return {tuple(str(one) for one in branch.conditions) for branch in found}


def test_two_unknowns_that_vanish_together_have_no_branch():
    # Delta_1 (Delta_1 + a) = g and Delta_2 (Delta_2 + b) = g: each vanishes or not; rates are not compared
    relations = (X * (X + a) - g, Y * (Y + b) - g)
    found = by_hand(*(one.expand() for one in relations), value=X / (X + Y))
    for branch in found:
        assert len(branch.closed_form.relations) == len(branch.closed_form.unknowns)
    assert conditions(found)
    # and where the second cannot but vanish, there is none for the first that vanishes
    found = by_hand((X * (X + a) - g).expand(), Y - g, value=X / (X + Y))
    for branch in found:
        assert not {"Eq(Delta_1, 0)", "Eq(Delta_2, 0)"} <= {str(c) for c in branch.conditions}
        assert len(branch.closed_form.relations) == len(branch.closed_form.unknowns)


def test_only_one_of_two_factors_is_a_small_unknown():
    """With g^2 nothing is eliminated: the limits of the relations are X (X + a) = 0 and Y (Y + b) = 0."""
    relations = ((X * (X + a) - g**2 - g**3).expand(), (Y * (Y + b) - g**2 - g**3).expand())
    found = by_hand(*relations, value=X + 2 * Y)
    assert conditions(found) == {
        ("Eq(Delta_1, 0)", "Eq(Delta_2, -b)"),
        ("Eq(Delta_2, 0)", "Eq(Delta_1, -a)"),
        ("Eq(Delta_1, -a)", "Eq(Delta_2, -b)"),
    }
    values = {tuple(str(c) for c in one.conditions): one.value for one in found}
    assert values["Eq(Delta_1, 0)", "Eq(Delta_2, -b)"] == 2 * Y
    for branch in found:
        assert len(branch.closed_form.relations) == len(branch.closed_form.unknowns)
