"""Feynman rules: the pencil holds the expression, checked on numbers, and is printed as it is."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from sympy import Adjoint, Identity, MatMul, MatrixSymbol, Rational, Transpose, ZeroMatrix, symbols

from planaria.diagrams import Eigenvalues, Gaussian, InputError, Model, UnitSpectrum
from planaria.diagrams.expressions.expression import prepare, read
from planaria.diagrams.rules.pencil import linearise
from planaria.diagrams.rules.tables import pencil_lines, vertex_table
from planaria.ensembles.spectra import eigenvalue
from planaria.writing.latex.rules import latex_rules, rules_rows
from planaria.writing.names import latex_name
from planaria.writing.renames import checked_renames

N, P, M = symbols("N P M", positive=True)
gamma, s = symbols("gamma sigma_u", positive=True)
SIZES = {N: 2, P: 3, M: 4}
x, u = MatrixSymbol("x", M, P), MatrixSymbol("u", N, M)
z, h, c = MatrixSymbol("z", N, P), MatrixSymbol("h", N, N), MatrixSymbol("c", M, M)
Lambda, Omega, A = MatrixSymbol("Lambda", M, M), MatrixSymbol("Omega", M, M), MatrixSymbol("A", N, N)
MODEL = Model(
    [
        Gaussian(x, rows=Lambda),
        Gaussian(u, variance=s**2 / M),
        Gaussian(z, kind="complex", rows=A),
        Gaussian(h, kind="hermitian"),
        Gaussian(c, kind="symmetric"),
    ]
)
unit_n, unit_p, unit_m = Identity(N), Identity(P), Identity(M)
q = (gamma * unit_n + u * x * x.T * u.T).inv()
R = unit_m - x * x.T * u.T * q * u


# -- an oracle that knows sympy and numpy, and nothing of trees and pencils ----------------------------------


def random_values(seed):
    """A value of every symbol: real, complex, symmetric and Hermitian fields, diagonal matrices."""
    rng = np.random.default_rng(seed)
    shape = {one.name: tuple(SIZES[d] for d in one.shape) for one in MODEL.fields}
    values = {name: rng.normal(size=size) / 2 for name, size in shape.items()}
    values["z"] = values["z"] + 1j * rng.normal(size=shape["z"]) / 2
    h_part = values["h"] + 1j * rng.normal(size=shape["h"])
    values["h"], values["c"] = (h_part + h_part.conj().T) / 2, (values["c"] + values["c"].T) / 2
    for matrix in (Lambda, Omega, A):
        values[matrix.name] = np.diag(rng.uniform(0.5, 2, SIZES[matrix.shape[0]]))
    return {**values, "gamma": rng.uniform(1, 2), "sigma_u": rng.uniform(1, 2), "N": 2.0, "P": 3.0, "M": 4.0}


def direct(expression, values):
    """The expression evaluated as it is written."""
    kind = type(expression).__name__
    if kind == "MatrixSymbol":
        return values[expression.name]
    if kind in ("Identity", "ZeroMatrix"):
        rows, cols = (SIZES[d] for d in expression.shape)
        return np.eye(rows) if kind == "Identity" else np.zeros((rows, cols))
    if not getattr(expression, "is_Matrix", False):
        return float(expression.subs({symbol: values[symbol.name] for symbol in expression.free_symbols}))
    if kind == "MatPow":
        return np.linalg.matrix_power(direct(expression.base, values), int(expression.exp))
    parts = [direct(argument, values) for argument in expression.args[: 1 if kind == "Inverse" else None]]
    if kind == "Inverse":
        return np.linalg.inv(parts[0])
    if kind == "Transpose":
        return parts[0].T
    if kind == "Adjoint":
        return parts[0].conj().T
    if kind == "MatAdd":
        return sum(parts[1:], parts[0])
    product = parts[0]
    for part in parts[1:]:
        product = product @ part if np.ndim(product) and np.ndim(part) else product * part
    return product


# -- the pencil as a numpy matrix ----------------------------------------------------------------------------


def diagonal(function, space, values):
    """A function of eigenvalues as a diagonal matrix over one space."""
    point = {g: values[g.name] for g in function.ring.generators if str(g) in values}
    entries = []
    for index in range(SIZES[space]):
        spectrum = {eigenvalue(m): values[m.name][index, index] for m in (Lambda, Omega, A) if m.shape[0] == space}
        entries.append(function.evaluate({**point, **spectrum}, 1.0))
    return np.diag(entries)


def letter_value(letter, rules, values):
    value = values[rules.setting.fields[letter.field].name]
    value = value.conj() if letter.conjugated else value
    return value.T if letter.transposed else value


def read_off(rules, values):
    """corner + a^T K^-1 b of every reading."""
    rows = np.cumsum([0, *(SIZES[space] for space in rules.row_spaces)])
    cols = np.cumsum([0, *(SIZES[space] for space in rules.col_spaces)])
    pencil = np.zeros((rows[-1], cols[-1]), dtype=complex)
    for (i, j), entry in rules.entries:
        block = pencil[rows[i] : rows[i + 1], cols[j] : cols[j + 1]]
        if entry.constant is not None:
            assert rules.row_spaces[i] == rules.col_spaces[j]
            block += diagonal(entry.constant, rules.row_spaces[i], values)
        for vertex in entry.vertices:
            left = diagonal(vertex.left, rules.row_spaces[i], values)
            right = diagonal(vertex.right, rules.col_spaces[j], values)
            block += left @ letter_value(vertex.letter, rules, values) @ right
    inverse = np.linalg.inv(pencil)
    results = []
    for reading in rules.readings:
        total = np.zeros((SIZES[reading.rows], SIZES[reading.cols]), dtype=complex)
        if reading.rows == reading.cols:
            total += diagonal(reading.corner, reading.rows, values)
        else:
            assert not reading.corner
        for j, a in reading.a:
            for i, b in reading.b:
                block = inverse[cols[j] : cols[j + 1], rows[i] : rows[i + 1]]
                total += diagonal(a, reading.rows, values) @ block @ diagonal(b, reading.cols, values)
        results.append(total)
    return results


def rules_of(*expressions, model=MODEL):
    setting = prepare(expressions, model)
    return linearise([read(expression, setting) for expression in expressions], setting)


def check(*expressions, seed=1):
    values = random_values(seed)
    rules = rules_of(*expressions)
    for expression, found in zip(expressions, read_off(rules, values), strict=True):
        expected = direct(expression, values)
        scale = max(1.0, np.abs(expected).max())
        np.testing.assert_allclose(found, expected, atol=1e-8 * scale, rtol=1e-7)


EXPRESSIONS = {
    "a field": x,
    "a transpose": x.T,
    "an adjoint": Adjoint(z),
    "a conjugate": Adjoint(Transpose(z)),
    "a transposed Hermitian field": Transpose(h) * h,
    "a deterministic matrix": gamma * Lambda * Omega**-1 + unit_m,
    "zero": ZeroMatrix(N, P) + z,
    "a cancelled sum": u * x - 2 * z - u * x + z,
    "a rectangular product": u * x,
    "a power": (u * x * x.T * u.T) ** 3,
    "a negative power": (gamma * unit_n + u * u.T) ** -2,
    "a power of a sum": (unit_m + c) ** 3 * Lambda,
    "a resolvent": q,
    "the residual of random features": R,
    "the loss of random features": R * Lambda * R.T,
    "a nested inverse": (gamma * unit_n + u * (Lambda + x * x.T).inv() * u.T).inv(),
    "three nested inverses": (unit_p + x.T * (Omega + u.T * (gamma * unit_n + h * h).inv() * u).inv() * x).inv(),
    "an inverse of an inverse": ((unit_n + h * A * h).inv()).inv() * h,
    "an inverse without a deterministic part": (u * x * x.T * u.T).inv() * z,
    "an inverse of a product": ((gamma * unit_m + c) * (Lambda + x * x.T)).inv(),
    "a complex resolvent": (gamma * unit_p + Adjoint(z) * A * z).inv() * Adjoint(z),
    "an adjoint of a product": Adjoint((A + h) * z * x.T) * h,
    "a transpose of a product": Transpose((A + h) * z * x.T),
    "a conjugate of an inverse": Adjoint(Transpose((A + 1 * unit_n * 5 + h).inv())),
    "several deterministic matrices": Omega * x * x.T * (Lambda * Omega + gamma * Lambda**2) * c * Omega**2,
    "matrices between fields": (gamma * unit_n + u * Lambda * u.T + A * h * A).inv() * u * Omega,
    "scalars": s * (u / M - 3 * u * Lambda * Rational(1, 7)) * x / (gamma + 1) ** 2,
    "a difference of resolvents": q - (2 * gamma * unit_n + u * x * x.T * u.T).inv(),
    "a shifted field": (u + z * x.T) * (Lambda + c) * (u + z * x.T).T,
}


@pytest.mark.parametrize("name", EXPRESSIONS)
def test_the_pencil_holds_the_expression(name):
    check(EXPRESSIONS[name])


SINGULAR = {
    "an inverse beside a matrix": (q + A).inv(),
    "a matrix on both sides": (A + A * (gamma * unit_n + h).inv() * A + unit_n).inv() * h,
    "its difference": (A - (A + gamma * unit_n + h * h).inv()).inv(),
    "after another space": u * (Lambda + (Omega + gamma * unit_m + x * x.T).inv()).inv() * c,
    "a product with a matrix": x * x.T * Lambda * c * (Lambda + gamma * unit_m + x * x.T).inv() * Omega,
    "a polynomial": 4 * Lambda * (Lambda + x * x.T) * (c + Lambda) * x * x.T,
}


@pytest.mark.parametrize("name", SINGULAR)
def test_no_eigenvalue_is_divided_by(name):
    """Eigenvalues may vanish: elimination takes no function of them for a pivot."""
    expression = SINGULAR[name]
    rules = rules_of(expression)
    values = random_values(3)
    for matrix in (Lambda, A):
        values[matrix.name] = np.diag([0.0, *np.diag(values[matrix.name])[1:]])
    np.testing.assert_allclose(read_off(rules, values)[0], direct(expression, values), atol=1e-8, rtol=1e-7)
    eigenvalues = {symbol for _, symbol in rules.setting.matrices}
    present = [one for _, entry in rules.entries if (one := entry.constant) is not None]
    present += [side for _, _, vertex in rules.vertices() for side in (vertex.left, vertex.right)]
    for one in present:
        assert not one.ring.from_mpoly(one.denominator).support() & eigenvalues


def test_one_pencil_serves_several_expressions():
    check(q, R, R * Lambda * R.T, u * x, x.T * u.T * q, Lambda, seed=2)


def test_a_unit_spectrum_is_the_identity():
    model = Model(MODEL.fields, {Omega: UnitSpectrum()})
    with_unit, without = rules_of(u * Omega * c, model=model), rules_of(u * c)
    assert [e for _, e in with_unit.entries] == [e for _, e in without.entries]


# -- random expressions --------------------------------------------------------------------------------------

LEAVES = {
    (N, P): [z, Adjoint(Transpose(z))],
    (P, N): [Transpose(z), Adjoint(z)],
    (M, P): [x],
    (P, M): [Transpose(x)],
    (N, M): [u],
    (M, N): [Transpose(u)],
    (N, N): [h, Transpose(h), A, unit_n, gamma * A],
    (M, M): [c, Lambda, Omega, unit_m, Lambda**-1],
    (P, P): [unit_p, gamma * unit_p],
}


@st.composite
def matrices(draw, rows, cols, depth):
    """A rational expression of some shape; what is inverted is far from singular."""
    if depth == 0:
        return draw(st.sampled_from(LEAVES[rows, cols]))
    kinds = ["leaf", "sum", "product", "product", "transpose", "adjoint", "scaled"]
    kinds += ["inverse", "inverse", "power"] if rows == cols else []
    kind = draw(st.sampled_from(kinds))
    if kind == "leaf":
        return draw(st.sampled_from(LEAVES[rows, cols]))
    if kind == "sum":
        return draw(matrices(rows, cols, depth - 1)) + draw(matrices(rows, cols, depth - 1))
    if kind == "product":
        middle = draw(st.sampled_from([N, P, M]))
        return draw(matrices(rows, middle, depth - 1)) * draw(matrices(middle, cols, depth - 1))
    if kind == "transpose":
        return Transpose(draw(matrices(cols, rows, depth - 1)))
    if kind == "adjoint":
        return Adjoint(draw(matrices(cols, rows, depth - 1)))
    inner = draw(matrices(rows, cols, depth - 1))
    if kind == "scaled":
        return draw(st.sampled_from([2, Rational(-1, 3), gamma, s / M])) * inner
    if kind == "power":
        return inner ** draw(st.integers(0, 3))
    shift = draw(st.sampled_from([Identity(rows) * 7, Identity(rows) * (gamma + 9)]))
    return (shift + inner).inv()


@settings(max_examples=150)
@given(st.data(), st.sampled_from(sorted(LEAVES, key=str)), st.integers(0, 1000))
def test_random_expressions(data, shape, seed):
    expression = data.draw(matrices(*shape, depth=3))
    values = random_values(seed)
    try:
        expected = direct(expression, values)
    except np.linalg.LinAlgError:
        assume(False)
    assume(np.isfinite(expected).all() and np.abs(expected).max() < 1e4)
    try:
        rules = rules_of(expression)
    except InputError as error:
        assume("zero matrix" in error.problem)
        raise
    (found,) = read_off(rules, values)
    np.testing.assert_allclose(found, expected, atol=1e-7 * max(1.0, np.abs(expected).max()), rtol=1e-6)


@settings(max_examples=40)
@given(matrices(N, M, 2), matrices(M, M, 2), st.integers(0, 1000))
def test_random_pairs_share_a_pencil(first, second, seed):
    values = random_values(seed)
    expected = [direct(first, values), direct(second, values), direct(MatMul(first, second), values)]
    assume(all(np.abs(one).max() < 1e4 for one in expected))
    for found, one in zip(read_off(rules_of(first, second, first * second), values), expected, strict=True):
        np.testing.assert_allclose(found, one, atol=1e-7 * max(1.0, np.abs(one).max()), rtol=1e-6)


# -- how small the pencil is ---------------------------------------------------------------------------------


def test_number_of_blocks():
    assert rules_of(q).size == 4
    assert rules_of(R * Lambda * R.T).size <= 18
    assert rules_of(R * Lambda * R.T).plain_size <= 44
    assert rules_of(Lambda + unit_m).size == 0


@pytest.mark.parametrize("name", EXPRESSIONS)
def test_what_is_left_is_needed(name):
    """Dividing by any scalar entry that is left would multiply two fields, or carry one into a reading."""
    rules = rules_of(EXPRESSIONS[name])
    eigenvalues = {eigenvalue(m) for m in (Lambda, Omega, A)}
    rows_with_field = {i for i, _, _ in rules.vertices()}
    columns_with_field = {j for _, j, _ in rules.vertices()}
    read_columns = {j for reading in rules.readings for j, _ in reading.a}
    read_rows = {i for reading in rules.readings for i, _ in reading.b}
    for (i, j), entry in rules.entries:
        if entry.vertices or entry.constant.support() & eigenvalues:
            continue
        field_in_column = i in rows_with_field and (j in columns_with_field or j in read_columns)
        field_in_row = j in columns_with_field and (i in rows_with_field or i in read_rows)
        assert field_in_column or field_in_row


def test_every_space_has_as_many_rows_as_columns():
    rules = rules_of(*EXPRESSIONS.values())
    for space in (N, P, M):
        assert len(rules.rows_of(space)) == len(rules.cols_of(space))
    assert sorted(map(str, rules.row_spaces)) == sorted(map(str, rules.col_spaces))


# -- printed rules -------------------------------------------------------------------------------------------

PRINTED = [q, R * Lambda * R.T, (gamma * unit_p + Adjoint(z) * A * z).inv(), EXPRESSIONS["a nested inverse"]]


def number(function, space, values, index):
    """A printed function of eigenvalues at one eigenvalue of its space."""
    table = {one: values[one.name] for one in function.free_symbols if one.name in values}
    for m in (Lambda, Omega, A):
        if m.shape[0] == space:
            table[eigenvalue(m)] = values[m.name][index, index]
    return float(function.subs(table))


@pytest.mark.parametrize("expression", PRINTED)
def test_the_printed_lines_and_vertices_are_the_pencil(expression):
    """K0 and V made again from what is printed: K0 G0 = 1, and K0 - V is the pencil."""
    rules, values = rules_of(expression), random_values(3)
    lines = pencil_lines(rules)
    assert [line.number for line in lines] == list(range(1, rules.size + 1))
    for line in lines:
        assert line.space == rules.row_spaces[line.row] == rules.col_spaces[line.column]
        for index in range(SIZES[line.space]):
            for other in lines:
                if other.space != line.space:
                    continue
                total = sum(
                    number(entry, line.space, values, index)
                    * number(dict(lines[k - 1].propagators)[other.number], line.space, values, index)
                    for k, entry in line.inverse
                    if other.number in dict(lines[k - 1].propagators)
                )
                assert total == pytest.approx(float(line.number == other.number), abs=1e-12)
    entries = dict(rules.entries)
    for vertex in vertex_table(rules):
        row, column = lines[vertex.row - 1].row, lines[vertex.column - 1].column
        same = [v for v in entries[row, column].vertices if v.letter == vertex.letter]
        products = [-(v.left * v.right).to_sympy() for v in same]
        assert any((product - vertex.left * vertex.right).simplify() == 0 for product in products)
    assert len(vertex_table(rules)) == len(list(rules.vertices()))


def test_vertices_say_how_the_field_stands():
    rules = rules_of((gamma * unit_p + Adjoint(z) * z).inv(), Adjoint(Transpose(z)) * x.T)
    assert {vertex.field for vertex in vertex_table(rules)} == {"z", "z.H", "z.conj", "x.T"}


def test_tables_for_a_terminal():
    (line_header, lines), (vertex_header, vertices) = rules_rows(rules_of(q))
    assert line_header == ("line", "space", "bare propagator")
    assert lines == (("1", "M", "1"), ("2", "P", "1"), ("3", "M", "1"), ("4", "N", "1/gamma"))
    assert vertex_header == ("from line", "vertex", "to line")
    assert sorted(vertices) == [("1", "x", "2"), ("2", "x.T", "3"), ("3", "-u.T", "4"), ("4", "u", "1")]


def test_a_propagator_between_two_lines_is_shown():
    S = MatrixSymbol("S", N, N)
    expression = (gamma * unit_n + (S + h) * (S + h)).inv()
    rules = rules_of(expression)
    off_diagonal = [n for line in pencil_lines(rules) for n, _ in line.propagators if n != line.number]
    assert off_diagonal
    assert "to 1:" in latex_rules(rules)


def test_latex_of_rules():
    text = latex_rules(rules_of(q), {"P": "T", "sigma_u": "tau"})
    assert r"4 & N & \frac{1}{\gamma}" in text
    assert "2 & T & 1" in text
    assert "3 & 4 & -u^{\\mathsf{T}}" in text
    assert r"\operatorname{E} x_{ij} x_{kl} = \Lambda_{ik} \delta_{jl}" in text
    assert r"\operatorname{E} u_{ij} u_{kl} = \frac{\tau^2}{M} \delta_{ik} \delta_{jl}" in text
    assert "z_" not in text  # a field of the model, which q does not contain
    assert text.count("{") == text.count("}")
    assert text.count(r"\begin{array}") == text.count(r"\end{array}") == 4
    assert rules_of(q)._repr_latex_() == f"${latex_rules(rules_of(q))}$"
    others = latex_rules(rules_of((gamma * unit_n + h + z * Adjoint(z) + z * z.T).inv(), c * c))
    assert r"\operatorname{E} z_{ij} \overline{z_{kl}} = A_{ik} \delta_{jl}" in others
    assert r"\operatorname{E} h_{ij} h_{kl} = \delta_{il} \delta_{jk}" in others
    symmetric = r"\left(\delta_{ik} \delta_{jl} + \delta_{il} \delta_{jk}\right)"
    assert rf"\operatorname{{E}} c_{{ij}} c_{{kl}} = {symmetric}" in others


@pytest.mark.parametrize(
    ("name", "latex"),
    [
        ("lambda_I", r"\lambda_I"),
        ("lambda_plus", r"\lambda_+"),
        ("sigma_eps", r"\sigma_\varepsilon"),
        ("eps", r"\varepsilon"),
        ("epsilon", r"\epsilon"),
        ("Lambda", r"\Lambda"),
        ("LAMBDA", r"\mathrm{LAMBDA}"),
        ("Alpha", r"\mathrm{A}"),
        ("mu_star", r"\mu_\star"),
        ("S_11", "S_{11}"),
        ("S_22_1", "S_{22,1}"),
        ("g_N", "g_N"),
        ("t_1", "t_1"),
        ("x2", "x_2"),
        ("mu1", r"\mu_1"),
        ("Delta", r"\Delta"),
        ("L_clean", r"L_{\mathrm{clean}}"),
        ("field strength", r"\text{field strength}"),
        ("50%", r"\text{50\%}"),
        (r"\tilde{P}", r"\tilde{P}"),
    ],
)
def test_names(name, latex):
    assert latex_name(name) == latex


def test_renames():
    known = ["N", "P", "Lambda", "lambda_I", "g_N", "tau_P_2"]
    assert checked_renames({"P": "T"}, known, "renames") == {"P": "T", "tau_P_2": "tau_T_2"}
    assert checked_renames({"Lambda": "Sigma"}, known, "r") == {"Lambda": "Sigma", "lambda_I": "sigma_I"}
    assert checked_renames({"N": "N"}, known, "renames") == {}
    # A name that follows another may be given, too, and need not occur.
    assert checked_renames({"N": "K", "g_N": "g_K", "g_N_1": "g_K_1"}, known, "r") == {"N": "K", "g_N": "g_K"}
    for renames, word in [
        ({"N": "P"}, "rename P, too"),
        ({"N": "Q", "P": "Q"}, "choose a name that is not taken"),
        ({"n": "Q"}, "there is no symbol 'n'"),
        ({"N": ""}, "is not a name"),
        ({"N": "a b"}, "is not a name"),
        ({"P": "g_N"}, "rename g_N, too"),
    ]:
        with pytest.raises(InputError, match=word):
            checked_renames(renames, known, "renames")


def test_rules_of_a_model_with_numbers():
    model = Model([Gaussian(x, rows=Lambda)], {Lambda: Eigenvalues.of([1, 2, 3, 4])})
    assert latex_rules(rules_of(x * x.T, model=model)).count(r"\hline") == 2
