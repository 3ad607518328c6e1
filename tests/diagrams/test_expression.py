"""Reading expressions: transposes at the leaves, deterministic matrices as functions, clear errors."""

import pytest
from sympy import Adjoint, HadamardProduct, Identity, MatrixSymbol, Trace, Transpose, ZeroMatrix, symbols
from sympy.matrices.expressions import Inverse, MatAdd

from planaria.diagrams import Gaussian, InputError, Model, UnitSpectrum
from planaria.diagrams.expressions.expression import (
    Diagonal,
    Inversion,
    Letter,
    Product,
    Sum,
    deterministic_part,
    prepare,
    read,
)
from planaria.ensembles.spectra import eigenvalue

N, P, M = symbols("N P M", positive=True)
gamma, s = symbols("gamma s", positive=True)
x, z, h, c = MatrixSymbol("x", N, P), MatrixSymbol("z", N, P), MatrixSymbol("h", N, N), MatrixSymbol("c", N, N)
A, B, L = MatrixSymbol("A", N, N), MatrixSymbol("B", N, N), MatrixSymbol("L", P, P)
MODEL = Model(
    [
        Gaussian(x, variance=s / N, rows=A * B + A, cols=L**-1),
        Gaussian(z, kind="complex"),
        Gaussian(h, kind="hermitian"),
        Gaussian(c, kind="symmetric"),
    ]
)
X, Z, H, C = range(4)


def tree(expression, model=MODEL):
    return read(expression, prepare([expression], model))


def letters(node):
    """Field, transposed, conjugated of each letter, from left to right."""
    match node:
        case Letter():
            return [(node.field, node.transposed, node.conjugated)]
        case Sum(terms=parts) | Product(factors=parts):
            return [one for part in parts for one in letters(part)]
        case Inversion(argument=argument):
            return letters(argument)
    return []


# -- transposes and adjoints ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("expression", "found"),
    [
        (x, [(X, False, False)]),
        (x.T, [(X, True, False)]),
        (Adjoint(x), [(X, True, False)]),  # a real field has no conjugate
        (z, [(Z, False, False)]),
        (Transpose(z), [(Z, True, False)]),
        (Adjoint(z), [(Z, True, True)]),
        (Adjoint(Transpose(z)), [(Z, False, True)]),
        (Transpose(Adjoint(z)), [(Z, False, True)]),
        (Transpose(h), [(H, True, False)]),
        (Adjoint(h), [(H, False, False)]),
        (Adjoint(Transpose(h)), [(H, True, False)]),
        (Transpose(c), [(C, False, False)]),
        (Adjoint(c), [(C, False, False)]),
        (Transpose(h * c * z), [(Z, True, False), (C, False, False), (H, True, False)]),
        (Adjoint(h * c * z), [(Z, True, True), (C, False, False), (H, False, False)]),
        (Adjoint(Transpose(h * x)), [(H, True, False), (X, False, False)]),
        (Transpose(Transpose(z)), [(Z, False, False)]),
        (Transpose((x.T * h) * x), [(X, True, False), (H, True, False), (X, False, False)]),
    ],
)
def test_letters(expression, found):
    assert letters(tree(expression)) == found


def test_shapes_follow_the_transposes():
    node = tree(Transpose(h * A * z))
    assert (node.rows, node.cols) == (P, N)
    assert [(f.rows, f.cols) for f in node.factors] == [(P, N), (N, N), (N, N)]


def test_a_transpose_goes_through_sums_and_inverses():
    node = tree(Transpose(A * (h + z * x.T).inv() * z + 2 * z))
    assert isinstance(node, Sum)
    assert (node.rows, node.cols) == (P, N)
    assert sorted(letters(node)) == sorted(
        [(Z, True, False), (H, True, False), (X, False, False), (Z, True, False), (Z, True, False)]
    )
    factors = [f for term in node.terms if isinstance(term, Product) for f in term.factors]
    (inverse,) = (f for f in factors if isinstance(f, Inversion))
    product = next(term for term in inverse.argument.terms if isinstance(term, Product))
    assert letters(product) == [(X, False, False), (Z, True, False)]


def test_a_transposed_zero_has_the_turned_shape():
    node = tree(Transpose(ZeroMatrix(N, P)))
    assert node == Sum(P, N, ())


# -- deterministic matrices ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        (A, "a_I"),
        (Transpose(A) * B, "a_I*b_I"),
        (B * A + A * B, "2*a_I*b_I"),
        (A - A + 0 * B, "0"),
        ((A + gamma * Identity(N)).inv() * A, "a_I/(a_I + gamma)"),
        (A**3, "a_I**3"),
        (A**-2 * A, "1/a_I"),
        (A**0, "1"),
        (2 * Identity(N) - Identity(N) / gamma, "(2*gamma - 1)/gamma"),
        (Adjoint(A * B**2), "a_I*b_I**2"),
        ((A.inv() + B.inv()).inv(), "a_I*b_I/(a_I + b_I)"),
    ],
)
def test_deterministic_matrices_become_one_function(expression, value):
    node = tree(expression)
    assert isinstance(node, Diagonal)
    assert node.space == N
    assert str(node.value.to_sympy().factor()) == value


def test_deterministic_factors_and_terms_are_merged():
    product = tree(A * B * h * 2 * A * (B + A) * B.inv() * h * Identity(N))
    assert [type(f) for f in product.factors] == [Diagonal, Letter, Diagonal, Letter]
    assert str(product.factors[0].value) == "2*a_I*b_I"
    assert product.factors[2].value == product.factors[2].value.ring(
        eigenvalue(A) * (eigenvalue(B) + eigenvalue(A)) / eigenvalue(B)
    )
    total = tree(A + h + gamma * Identity(N) + c + B)
    assert [type(t) for t in total.terms] == [Diagonal, Letter, Letter]
    assert str(total.terms[0].value) == "a_I + b_I + gamma"


def test_nested_sums_and_products_are_flat():
    assert len(tree(h + (c + (A + h * c))).terms) == 4
    assert len(tree(h * ((c * h) * (A * c))).factors) == 5
    assert isinstance(tree(h * A * 0 + c), Letter)


def test_powers():
    assert letters(tree(h**3)) == [(H, False, False)] * 3
    negative = tree((A + h) ** -2)
    assert [type(f) for f in negative.factors] == [Inversion, Inversion]
    assert str(tree((A * h + c) ** 0)) == "Diagonal(space=N, value=1)"
    assert letters(tree(((A + h).inv()).inv())) == [(H, False, False)]


def test_a_unit_spectrum_has_no_eigenvalue():
    model = Model(MODEL.fields, {A: UnitSpectrum()})
    node = tree(A * B, model)
    assert str(node.value) == "b_I"


def test_covariances_are_functions_too():
    setting = prepare([x], MODEL)
    (field, *_) = setting.fields
    ring = setting.ring
    assert field.rows == ring(eigenvalue(A) * eigenvalue(B) + eigenvalue(A))
    assert field.cols == ring(1 / eigenvalue(L))
    assert field.variance == ring(s / N)
    assert set(setting.spaces) == {N, P}
    assert [m for m, _ in setting.matrices_of(N)] == [A, B]


def test_the_deterministic_part_is_the_tree_without_fields():
    setting = prepare([(gamma * Identity(N) + A + x * x.T).inv() * (B + h) * 2 + c], MODEL)
    node = read((gamma * Identity(N) + A + x * x.T).inv() * (B + h) * 2 + c, setting)
    expected = setting.ring(2 * eigenvalue(B) / (gamma + eigenvalue(A)))
    assert deterministic_part(node, setting) == expected


# -- errors --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        (h ** symbols("k"), "the matrix power k"),
        (h**1000, "1,000 matrices when its powers are written out"),
        (HadamardProduct(h, c), "HadamardProduct is not part of a rational matrix expression"),
        (Trace(A) * h, "a trace multiplies a matrix"),
        (MatrixSymbol("y", N, P) * x.T, "it is no field and has shape"),
        (MatrixSymbol("x", P, N) * x, "but an expression uses it with shape"),
        (h[0, 0] * c, "matrix element"),
        (h ** (symbols("k") / 2), "integer powers"),
    ],
)
def test_errors(expression, message):
    with pytest.raises(InputError, match=message.replace("(", r"\(")):
        tree(expression)


def test_what_cannot_be_inverted():
    with pytest.raises(InputError, match="inverse of the zero matrix"):
        tree((A - Transpose(A)).inv() * h)
    for expression in ((x * x.T).inv(), h * (x * x.T).inv()):  # also beside a field, which has none itself
        setting = prepare([expression], MODEL)
        node = read(expression, setting)
        with pytest.raises(InputError, match="no deterministic part"):
            deterministic_part(node, setting)


def test_two_eigenvalues_of_one_name():
    model = Model([Gaussian(h, kind="hermitian")])
    with pytest.raises(InputError, match="share the eigenvalue symbol"):
        tree(MatrixSymbol("Lambda", N, N) * h * MatrixSymbol("lambda", N, N), model)


def test_a_deep_expression_is_refused_in_words():
    setting, expression = prepare([A * h], MODEL), h
    for _ in range(490):  # two frames a level, and Python's limit is 1000
        expression = Inverse(MatAdd(A, expression))
    with pytest.raises(InputError, match="nested too deeply"):
        read(expression, setting)
