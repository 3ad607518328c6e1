"""Closed forms in sums of one's own, and values in parts: published forms, and numbers that must not change."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mpmath import mp
from sympy import simplify, symbols

import planaria as pl
from planaria.algebra.errors import InputError

AT = {
    "N": 60,
    "P": 120,
    "M": 40,
    "C": 1,
    "gamma": "1e-3",
    "sigma_u": 1,
    "sigma_w": 1,
    "sigma_eps": "0.1",
    "alpha": "0.8",
    "lambda_plus": 1,
}


def test_the_loss_of_random_features_as_the_paper_writes_it() -> None:
    # arXiv:2405.19398, in z = S_11 and q2 = S_22
    found = pl.derive("random-features", "loss").rewrite("z = S_11, q2 = S_22")
    Delta, N, P, M, C, sigma_w, z, q2 = (
        found.symbols[one] for one in ("Delta", "N", "P", "M", "C", "sigma_w", "z", "q2")
    )
    D = N * P - q2 * (N + P) + 2 * q2 * z - z**2
    assert simplify(found.value - C * sigma_w**2 / (2 * M) * Delta * N * P * (z - q2) / D) == 0
    assert [str(one) for one in found.spectral_sums] == ["z", "q2"]
    (equation,) = found.equations
    sigma_u = found.symbols["sigma_u"]
    assert simplify(equation.rhs - Delta * (N - z) * (P - z) * sigma_u**2 / M) == 0


BASES = ["z = S_11, q2 = S_22", "df1, df2", "a = R_01, b = S_12", "R_12, q = S_22", "x = S_01, S_12", "S_22, S_11"]


@settings(max_examples=12)
@given(st.sampled_from(BASES), st.sampled_from(["loss", "noise_loss", "resolvent", "loss + noise_loss"]))
def test_numbers_do_not_depend_on_the_basis(basis: str, quantity: str) -> None:
    plain = pl.derive("random-features", quantity)
    written = plain.rewrite(basis)
    at = {name: value for name, value in AT.items() if name in {str(s) for s in _contained(plain)}}
    one, other = (each.evaluate(at, digits=30) for each in (plain, written))
    with mp.workdps(35):
        assert abs(one.value / other.value - 1) < mp.mpf(10) ** -29


def _contained(derivation: pl.Derivation) -> set[object]:
    from planaria.diagrams.expressions.contents import contents_of

    known = contents_of(derivation.expression, derivation.model)
    spectra = {s for _, one in derivation.model.spectra for s in one.free_symbols}
    return {*known.symbols, *spectra, *derivation.rules.setting.spaces}


def test_a_mapping_names_a_basis_too_and_checks_hold() -> None:
    found = pl.derive("random-features", "noise_loss").rewrite({"z": "S_11", "q2": "S_22"})
    assert [one.outcome.value for one in found.check(simulation=False)] == ["passed", "passed"]
    assert found.rewrite("S_11 = z, S_22 = q2").rewrite({"z": "S_11", "q2": "S_22"}).value == found.value


def test_sums_with_other_matrices_stay() -> None:
    found = pl.derive("ridge-regression", "bias").rewrite("df1, df2")
    names = {str(one) for one in found.spectral_sums}
    assert "df1" in names
    assert any("_" in one for one in names)


@pytest.mark.parametrize(
    ("basis", "message"),
    [
        ("z = S_11", r"basis: S_22, the sum of .*, is no combination of z and M; add it: S_22 = S_22"),
        ("z = S_11, y = R_01", "basis: y is a combination of z; leave it out"),
        ("z = S_11, y = S_11", "basis: one sum has two names; give each sum once"),
        ("N = S_11, q2 = S_22", "basis: the name N stands for something else"),
        ("z = S_11, z = S_22", "basis: the name z is given twice"),
        ("z = Q_11", "there is no spectral sum 'Q_11'"),
        ("z = S_1", "basis: S_1 is no spectral sum of this closed form"),
        ("z = S_11_2, q = S_22", "basis: S_11_2 is no spectral sum of this closed form"),
        ("1 = S_11", "basis: '1' is no name"),
        ("", "basis: '' is no name"),
        ("z := S_11", "basis: 'z :' is no name"),
        (3, "basis: .* is no basis"),
    ],
)
def test_a_basis_that_is_refused(basis: object, message: str) -> None:
    with pytest.raises(InputError, match=message):
        pl.derive("random-features", "loss").rewrite(basis)  # type: ignore[arg-type]


def test_parts_by_parameters_add_up() -> None:
    found = pl.derive("random-features", "loss + noise_loss")
    parts = found.split("sigma_w", "sigma_eps")
    assert [str(one.factor) for one in parts] == ["sigma_w**2", "sigma_eps**2"]
    assert simplify(sum(one.value for one in parts) - found.value) == 0
    alone = pl.derive("random-features", "noise_loss")
    assert simplify(parts[1].value - alone.value) == 0


def test_parts_by_fields_are_those_of_their_parameters() -> None:
    found = pl.derive("random-features", "loss + noise_loss").rewrite("z = S_11, q2 = S_22")
    by_fields, by_parameters = found.split("w", "eps"), found.split("sigma_w", "sigma_eps")
    assert [str(one.factor) for one in by_fields] == ["w", "eps"]
    for one, other in zip(by_fields, by_parameters, strict=True):
        assert simplify(one.value - other.value) == 0
        assert {str(s) for s in one.value.free_symbols} <= {str(s) for s in other.value.free_symbols}


def test_what_holds_no_power_is_the_part_of_one() -> None:
    parts = pl.derive("random-features", "loss + noise_loss").split("eps")
    assert [str(one.factor) for one in parts] == ["eps", "1"]


def test_parameters_that_divide_have_negative_powers() -> None:
    parts = pl.derive("ridge-regression", "(bias + variance)/sigma_eps").split("sigma_eps")
    sigma_eps = symbols("sigma_eps", positive=True)
    assert [one.factor for one in parts] == [sigma_eps, 1 / sigma_eps]


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (("gamma",), "split: gamma is in the equations of the unknowns, too"),
        (("x",), "split: the field x is in the equations of the unknowns, too"),
        (("sigma_e",), "split: there is no parameter or field 'sigma_e'; did you mean"),
        ((), "split: nothing is named to split by"),
    ],
)
def test_what_cannot_be_split(names: tuple[str, ...], message: str) -> None:
    with pytest.raises(InputError, match=message):
        pl.derive("random-features", "loss + noise_loss").split(*names)


def test_a_part_that_is_absent_is_said() -> None:
    with pytest.raises(InputError, match="split: the value does not contain alpha; leave it out"):
        pl.derive("random-features", "loss").split("alpha")
