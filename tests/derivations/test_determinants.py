"""Denominators as determinants of ladders: held against the slope of the equation that fixes the unknown.

For equal resolvents the ladder is the Jacobian of the Schwinger-Dyson equations, so that its determinant is, up to
known factors, d ln gamma / d ln Delta along their solution: a derivative in numbers knows nothing of ladders.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import pytest
from mpmath import diff, log, mp, mpf
from sympy import Identity, Matrix, MatrixSymbol, Symbol, Trace, count_ops, lambdify, simplify, symbols
from typer.testing import CliRunner

from planaria.algebra.rational import Ring
from planaria.app.cli import app
from planaria.derivations import derive
from planaria.derivations.forms.determinants import with_determinants
from planaria.derivations.forms.polynomial_matrices import determinant, smallest
from planaria.diagrams import Gaussian, Model

EXAMPLES = Path(__file__).parents[2] / "examples"
MODELS = {
    "random-features": ("loss", "Delta", ("N", "P")),
    "two-layer-random-features": ("loss", "Delta", ("H", "N", "P")),
    str(EXAMPLES / "deep-random-features.toml"): ("loss", "Delta", ("H", "K", "N", "P")),
    str(EXAMPLES / "correlated-features.toml"): ("loss", "kappa", ("N", "P")),
}

M, N, P, D = symbols("M N P D", positive=True)


@cache
def derived(model):
    return derive(model, MODELS[model][0])


class At:
    """Numbers for everything but one unknown, of which spectral sums and the equation are functions."""

    def __init__(self, derivation, unknown):
        closed = derivation.closed_form
        self.named = closed.named_sums
        self.known = {g: mpf(3 + n) / 2 for n, g in enumerate(closed.ring.generators) if isinstance(g, Symbol)}
        self.known |= {s: mpf(11 + 2 * n) for n, s in enumerate(derivation.rules.setting.spaces)}
        self.unknown = unknown
        eigenvalues = {s for _, one in closed.sums for s in one.eigenvalues}
        self.spectrum = [
            {s: mpf(2 + n) / (3 + m) for n, s in enumerate(sorted(eigenvalues, key=str))} for m in range(5)
        ]
        (space,) = {one.space for _, one in closed.sums}
        self.known[space] = mpf(len(self.spectrum))

    def __call__(self, expression, value):
        table = {**self.known, self.unknown: value}
        sums = {
            named: sum(self._number(named.spectral_sum.summand, {**table, **node}) for node in self.spectrum)
            for named in self.named.values()
            if named in expression.free_symbols
        }
        return self._number(expression, {**table, **sums})

    @staticmethod
    def _number(expression, table):
        used = [one for one in expression.free_symbols if one in table]
        return mpf(lambdify(used, expression, "mpmath")(*(table[one] for one in used)))


@pytest.mark.parametrize("model", MODELS)
def test_the_determinant_is_the_slope_of_the_equation(model):
    derivation, (_, unknown, sizes) = derived(model), MODELS[model]
    (found,), (equation,) = derivation.determinants, derivation.equations
    (symbol,) = derivation.unknowns
    assert str(symbol) == unknown
    assert equation.lhs == derivation.symbols["gamma"]
    number = At(derivation, symbol)
    leading = "S_11" if unknown == "Delta" else "S_111"
    total = derivation.symbols[leading]
    with mp.workdps(25):
        for value in (mpf("0.7"), mpf("1.9")):
            slope = diff(lambda t: log(number(equation.rhs, mp.e**t)), log(value))
            scale = mp.fprod(number(derivation.symbols[n] - total, value) for n in sizes)
            rows = [[number(entry, value) for entry in row] for row in found.rows]
            got = mp.det(mp.matrix(rows)) * number(found.scale, value) / scale
            assert abs(got - slope) < 1e-15 * abs(slope)
            assert abs(got * scale - number(found.factor, value)) < 1e-15 * abs(got * scale)
            shown = number(derivation.value_as_shown.xreplace({found.symbol: Matrix(found.rows).det()}), value)
            assert abs(shown - number(derivation.value, value)) < 1e-15 * abs(shown)


def test_the_matrix_is_that_of_the_literature():
    """Zhang, arXiv:2405.19398: N P - q2 (N + P) + 2 q2 z - z^2, in z = S_11 and q2 = S_22."""
    (found,) = derived("random-features").rewrite("z = S_11, q2 = S_22").determinants
    n, p, z, q2 = (next(s for row in found.rows for e in row for s in e.free_symbols if str(s) == name)
                   for name in ("N", "P", "z", "q2"))  # fmt: skip
    assert found.rows == ((n - q2, z - q2), (z - q2, p - q2))
    assert simplify(Matrix(found.rows).det() - (n * p - q2 * (n + p) + 2 * q2 * z - z**2)) == 0
    assert found.formula == "det([[N - q2, -q2 + z], [-q2 + z, P - q2]])"


def test_as_many_rows_as_kinds_of_rungs_and_shorter_than_what_they_are():
    for model, (_, _, sizes) in MODELS.items():
        (found,) = derived(model).determinants
        assert len(found.rows) == len(sizes)
        assert sum(count_ops(entry) for row in found.rows for entry in row) < count_ops(found.factor)


def test_one_resolvent_has_no_ladder_below_it():
    assert derive("random-features", "resolvent").determinants == ()
    assert derive("wigner", "resolvent").determinants == ()


def test_a_determinant_of_one_row_is_written_out():
    assert derive("ridge-regression", "variance").determinants == ()


def test_they_can_be_left_out():
    loss = derived("random-features")
    plain = loss.written_out()
    assert plain.determinants == ()
    assert plain.value_as_shown == plain.value == loss.value
    assert "determinant" not in str(plain)
    assert "determinant  D = det [[N - S₂₂, R₁₂], [R₁₂, P - S₂₂]]" in str(loss)
    for write in (type(loss).latex, type(loss)._repr_html_, type(loss)._repr_latex_):
        assert r"\det" in write(loss)
        assert r"\det" not in write(plain)


def test_parts_have_the_same_determinants():
    total = derive("random-features", "loss + noise_loss")
    (found,) = total.determinants
    for part in total.split("w", "eps"):
        shown = with_determinants(part.value, [found])
        assert found.symbol in shown.free_symbols
        assert shown.xreplace({found.symbol: found.factor / found.scale}) == part.value


def test_a_name_of_the_model_is_not_taken():
    x, u, Lambda = MatrixSymbol("x", M, P), MatrixSymbol("u", N, M), MatrixSymbol("Lambda", M, M)
    model = Model([Gaussian(x, rows=Lambda), Gaussian(u, variance=1 / M)])
    inverse = (D * Identity(P) + x.T * u.T * u * x).inv()
    found = derive(Trace(u * x * inverse * inverse * x.T * Lambda * u.T), model)
    assert [str(one.symbol) for one in found.determinants] == ["D_1"]


def test_the_command_names_and_renames_and_leaves_out():
    words = ["derive", "random-features", "loss", "--json", "--no-simulation"]
    shown = json.loads(CliRunner().invoke(app, [*words, "--symbols", "D=E"]).stdout)["quantities"]["loss"]
    assert shown["determinants"] == {"E": [["N - S_22", "R_12"], ["R_12", "P - S_22"]]}
    assert shown["value_by_determinants"] == "Delta*C*N*P*sigma_w**2*R_12/(2*E*M)"
    assert "S_22**2" in shown["value"]
    plain = json.loads(CliRunner().invoke(app, [*words, "--no-determinants"]).stdout)["quantities"]["loss"]
    assert "determinants" not in plain
    assert plain["value"] == shown["value"]
    assert r"\det" not in plain["latex"]


def test_small_matrices_keep_the_determinant_up_to_a_factor():
    symbols = [Symbol(name) for name in "abcd"]
    ring = Ring(symbols)
    a, b, c, d = map(ring.generator, symbols)
    one, zero = ring.one, ring.zero
    matrix = [
        [one, a / b, zero, c],
        [zero, one - a * d, b / c, zero],
        [d, zero, one, one],
        [a, zero, c / d, one - b],
    ]
    small = smallest(matrix)
    ratio = determinant(small) / determinant(matrix)
    assert len(small) < len(matrix)
    assert all(entry.is_polynomial for row in small for entry in row)
    assert ratio.support() <= {symbols[n] for n in range(4)}
    assert len(ratio.numerator) == len(ratio.denominator) == 1
