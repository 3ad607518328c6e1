"""Model files: equal to what Python users write, and refused with a sentence that names the table and the key."""

# ruff: noqa: E501 (a refusal stands on one line, as it is printed)

from __future__ import annotations

import dataclasses
import re

import pytest
from sympy import Identity, MatrixSymbol, Rational, Symbol, Trace, symbols

from planaria.algebra.errors import InputError
from planaria.ensembles.model import Gaussian, Model
from planaria.ensembles.spectra import Eigenvalues, PowerLaw, UnitSpectrum
from planaria.ensembles.text.model_file import load_model_file, read_model

RANDOM_FEATURES = """
title = "Random-feature ridge regression"
citations = ["arXiv:2405.19398"]
[spaces]
N = "features"
P = "training samples"
M = "latent dimensions"
C = { about = "outputs", default = 1 }
[parameters]
gamma = "ridge"
sigma_u = { about = "feature scale", default = 0.1 }
sigma_w = "teacher scale"
[matrices]
Lambda = { space = "M", spectrum = "power-law" }
[fields]
x = { shape = ["M", "P"], rows = "Lambda" }
u = { shape = ["N", "M"], variance = "sigma_u**2/M" }
w = { shape = ["C", "M"], variance = "sigma_w**2/M", about = "teacher" }
[definitions]
theta = "w*x*phi.T*q"
q = "inv(gamma*I(N) + phi*phi.T)"
phi = "u*x"
[quantities]
resolvent = "tr(q)/N"
loss = { expression = "tr((theta*u - w)*Lambda*(theta*u - w).T)/2", about = "test loss" }
"""


@pytest.fixture
def random_features():
    return read_model(RANDOM_FEATURES, "random-features", "random.toml")


def test_a_file_equals_python(random_features):
    N, P, M, C = symbols("N P M C", positive=True)
    gamma, s, sw = symbols("gamma sigma_u sigma_w", positive=True)
    Lam = MatrixSymbol("Lambda", M, M)
    x, u, w = MatrixSymbol("x", M, P), MatrixSymbol("u", N, M), MatrixSymbol("w", C, M)
    fields = [Gaussian(x, rows=Lam), Gaussian(u, variance=s**2 / M), Gaussian(w, variance=sw**2 / M)]
    assert random_features.model == Model(fields, {Lam: PowerLaw()})
    phi = u * x
    q = (gamma * Identity(N) + phi * phi.T).inv()
    theta = w * x * phi.T * q
    assert dict(random_features.definitions) == {"theta": theta, "q": q, "phi": phi}
    assert random_features.quantity("resolvent").expression == Trace(q) / N
    loss = Trace((theta * u - w) * Lam * (theta * u - w).T) / 2
    assert random_features.quantity("loss").expression == loss
    assert random_features.parse("tr(phi*phi.T)", "here") == Trace(phi * phi.T)


def test_a_file_keeps_what_it_says(random_features):
    assert random_features.name == "random-features"
    assert random_features.title == "Random-feature ridge regression"
    assert random_features.citations == ("arXiv:2405.19398",)
    assert [str(one.symbol) for one in random_features.spaces] == ["N", "P", "M", "C"]
    assert random_features.spaces[3].default == 1
    assert random_features.spaces[0].about == "features"
    assert random_features.parameters[1].default == Rational(1, 10)
    assert [one.name for one in random_features.quantities] == ["resolvent", "loss"]
    assert random_features.quantity("loss").about == "test loss"
    assert [name for name, _ in random_features.definitions] == ["theta", "q", "phi"]
    # undeclared, but a power law makes them
    assert [str(one.symbol) for one in random_features.parameters[3:]] == ["alpha", "lambda_plus"]
    assert all(one.about for one in random_features.parameters)


def test_a_model_file_is_a_value(random_features):
    again = read_model(RANDOM_FEATURES, "random-features", "elsewhere.toml")
    assert again == random_features
    assert hash(again) == hash(random_features)
    with pytest.raises(dataclasses.FrozenInstanceError):
        random_features.title = "other"
    with pytest.raises(TypeError):
        random_features.names["N"] = 1


SMALL = """
[spaces]
N = "rows"
P = "columns"
[parameters]
gamma = "ridge"
[matrices]
A = { space = "N" }
[fields]
x = { shape = ["N", "P"], variance = "1/P" }
[definitions]
q = "inv(gamma*I(N) + x*x.T)"
[quantities]
resolvent = "tr(q)/N"
"""


def read(text):
    return read_model(text, "small", "small.toml")


def spectrum(text, parameters=""):
    model_file = read(
        SMALL.replace('{ space = "N" }', f'{{ space = "N", spectrum = {text} }}').replace(
            "[matrices]", parameters + "[matrices]"
        )
    )
    ((matrix, found),) = model_file.model.spectra
    assert matrix.name == "A"
    return found


def test_spectra_are_read():
    assert read(SMALL).model.spectra == ()
    assert spectrum('"identity"') == UnitSpectrum()
    assert spectrum('"power-law"') == PowerLaw()
    assert spectrum("[1, 0.1]") == Eigenvalues((Rational(1), Rational(1, 10)))
    named = spectrum('{ kind = "power-law", alpha = "beta", scale = "omega" }', 'beta = ""\nomega = ""\n')
    assert named == PowerLaw(Symbol("beta", positive=True), Symbol("omega", positive=True))


@pytest.mark.parametrize("kind", ["real", "complex", "symmetric", "hermitian"])
def test_kinds_and_covariances_are_read(kind):
    square = kind in ("symmetric", "hermitian")
    line = f'x = {{ shape = ["N", "N"], kind = "{kind}", rows = "A**2"{"" if square else ", cols = " + chr(34) + "A" + chr(34)}, variance = 2 }}'
    (one,) = read(SMALL.replace('x = { shape = ["N", "P"], variance = "1/P" }', line)).model.fields
    N = Symbol("N", positive=True)
    A = MatrixSymbol("A", N, N)
    assert one == Gaussian(MatrixSymbol("x", N, N), 2, A**2, None if square else A, kind)


def test_an_integer_is_a_space():
    (one,) = read(SMALL.replace('shape = ["N", "P"]', 'shape = ["N", 3]')).model.fields
    assert one.symbol == MatrixSymbol("x", Symbol("N", positive=True), 3)


def test_an_unknown_quantity_gets_the_nearest_name():
    with pytest.raises(InputError) as caught:
        read(SMALL).quantity("resolvant")
    assert str(caught.value) == "model small: there is no quantity 'resolvant'; did you mean 'resolvent'?"


FIELD = 'x = { shape = ["N", "P"], variance = "1/P" }'
MATRIX = 'A = { space = "N" }'
UP_TO_X = MATRIX + "\n[fields]\nx = { shape"
COVARIANCE = 'A = { space = "N", spectrum = [1, -0.5] }\n[fields]\nx = { rows = "A", shape'


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        # the file and its tables
        ("[fields]", "[feilds]", "small.toml: there is no table or key 'feilds'; did you mean 'fields'?"),
        ("\n[spaces]", "\ntitel = 'a'\n[spaces]", "small.toml: there is no table or key 'titel'; did you mean 'title'?"),
        ("\n[spaces]", "\ntitle = 1\n[spaces]", 'small.toml, title: 1 is not a text; write "..."'),
        ("\n[spaces]", "\ncitations = 'a'\n[spaces]", 'small.toml, citations: this is not a list of texts; write ["...", "..."]'),
        ("[parameters]\ngamma = \"ridge\"\n", "", "small.toml, [definitions] q: there is no name 'gamma'; the known ones are N, P, A, x, q"),
        ("\n[spaces]\nN = \"rows\"\nP = \"columns\"", "\nspaces = 3", "small.toml, spaces: this is not a table; write [spaces] on a line of its own"),
        (FIELD, "", 'small.toml, [fields]: the model has no fields; write x = { shape = ["N", "P"] }'),
        # names
        ("gamma = ", "'ga mma' = ", "small.toml, [parameters] ga mma: 'ga mma' is not a name; use letters A-Z a-z, digits and _"),
        ("gamma = ", "'γ' = ", "small.toml, [parameters] γ: 'γ' is not a name; use letters A-Z a-z, digits and _"),
        ("gamma = ", "tr = ", "small.toml, [parameters] tr: 'tr' is a word of the grammar; call it by another name"),
        ("gamma = ", "I = ", "small.toml, [parameters] I: 'I' is a word of the grammar; call it by another name"),
        ("gamma = ", "N = ", "small.toml, [parameters] N: 'N' is already a space; give each thing a name of its own"),
        ("q = ", "x = ", "small.toml, [definitions] x: 'x' is already a field; give each thing a name of its own"),
        ("A = ", "gamma = ", "small.toml, [matrices] gamma: 'gamma' is already a parameter; give each thing a name of its own"),
        # spaces and parameters
        ('N = "rows"', "N = 3", 'small.toml, [spaces] N: 3 is neither a text nor a table; write a description, or { about = "...", default = 1 }'),
        ('N = "rows"', "N = { default = 0 }", "small.toml, [spaces] N: the default 0 is not a positive finite number; give a number > 0"),
        ('N = "rows"', "N = { default = 1.5 }", "small.toml, [spaces] N: the default 3/2 is no size of a space; give a positive integer"),
        ('"ridge"', "{ default = inf }", "small.toml, [parameters] gamma: the default Infinity is not a positive finite number; give a number > 0"),
        ('"ridge"', "{ default = nan }", "small.toml, [parameters] gamma: the default NaN is not a positive finite number; give a number > 0"),
        ('"ridge"', "{ default = -1.0 }", "small.toml, [parameters] gamma: the default -1.0 is not a positive finite number; give a number > 0"),
        ('"ridge"', "{ default = true }", "small.toml, [parameters] gamma: the default True is not a positive finite number; give a number > 0"),
        ('"ridge"', "{ default = 1e999999999 }", "small.toml, [parameters] gamma: the default 1E+999999999 is not a positive finite number; give a number > 0"),
        ('"ridge"', "{ defualt = 1 }", "small.toml, [parameters] gamma: there is no key 'defualt'; did you mean 'default'?"),
        ('"ridge"', "{ about = 1 }", 'small.toml, [parameters] gamma, about: 1 is not a text; write "..."'),
        # matrices
        (MATRIX, 'A = "N"', "small.toml, [matrices] A: 'N' is not a table; write { space = \"N\" }"),
        (MATRIX, "A = {}", 'small.toml, [matrices] A: the matrix has no space; write space = "N"'),
        (MATRIX, 'A = { space = "Q" }', "small.toml, [matrices] A, space: there is no space 'Q'; the known ones are N, P"),
        (MATRIX, 'A = { space = ["N"] }', "small.toml, [matrices] A, space: ['N'] is not the name of a space; write the name, such as \"N\""),
        (MATRIX, 'A = { space = "N", spectrum = "power" }', "small.toml, [matrices] A, spectrum: there is no spectrum 'power'; did you mean 'power-law'?"),
        (MATRIX, 'A = { space = "N", spectrum = 3 }', "small.toml, [matrices] A, spectrum: 3 is not a spectrum; write a list of numbers or power-law or identity or exponential or two-level"),
        (MATRIX, 'A = { space = "N", spectrum = [] }', "small.toml, [matrices] A, spectrum: the spectrum is empty; give at least one eigenvalue"),
        (UP_TO_X, COVARIANCE, "small.toml, [matrices] A, spectrum: eigenvalue 2 is -0.5, a negative number; a covariance needs eigenvalues >= 0"),
        (MATRIX, 'A = { space = "N", spectrum = [1, nan] }', "small.toml, [matrices] A, spectrum: eigenvalue 2 is NaN, not a finite number; give real numbers"),
        (MATRIX, 'A = { space = "N", spectrum = [1, "a"] }', "small.toml, [matrices] A, spectrum: eigenvalue 2 is 'a', not a finite number; give real numbers"),
        (MATRIX, 'A = { space = 3, spectrum = [1, 2] }', "small.toml, [matrices] A: the spectrum has 2 eigenvalues in a space of 3; give 3 eigenvalues"),
        (MATRIX, MATRIX[:-2] + ', spectrum = [1] }\nB = { space = "N", spectrum = [1, 2] }', "small.toml, [matrices] B: it has 2 eigenvalues, and A has 1; matrices of the space N have lists of one length"),
        (MATRIX, 'A = { space = "N", spectrum = { kind = "power-law", alpha = "beta" } }', "small.toml, [matrices] A, spectrum, alpha: there is no parameter 'beta'; the known ones are gamma"),
        (MATRIX, 'alpha = { space = "N", spectrum = "power-law" }', "small.toml, [matrices] alpha, spectrum, alpha: 'alpha' is already a matrix; declare the parameter by another name"),
        # fields
        (FIELD, 'x = ["N", "P"]', "small.toml, [fields] x: ['N', 'P'] is not a table; write { shape = [\"N\", \"P\"] }"),
        (FIELD, 'x = { shape = ["N"] }', 'small.toml, [fields] x: the field has no shape of two spaces; write shape = ["N", "P"]'),
        (FIELD, 'x = { shape = ["N", "Q"] }', "small.toml, [fields] x, shape: there is no space 'Q'; the known ones are N, P"),
        (FIELD, 'x = { shape = ["N", 0] }', "small.toml, [fields] x, shape: 0 is not the size of a space; name a space or give an integer >= 1"),
        (FIELD, 'x = { shape = ["N", "P"], kind = "reel" }', "small.toml, [fields] x, kind: there is no kind of field 'reel'; did you mean 'real'?"),
        (FIELD, 'x = { shape = ["N", "P"], kind = "hermitian" }', "small.toml, [fields] x: a hermitian field is square, but its shape is (N, P); give it one space twice"),
        (FIELD, 'x = { shape = ["N", "P"], varience = 1 }', "small.toml, [fields] x: there is no key 'varience'; did you mean 'variance'?"),
        (FIELD, 'x = { shape = ["N", "P"], variance = 0 }', "small.toml, [fields] x: the variance 0 is not positive and finite; give a positive variance"),
        (FIELD, 'x = { shape = ["N", "P"], variance = true }', 'small.toml, [fields] x, variance: True is not an expression; write "..." in the grammar of models'),
        (FIELD, 'x = { shape = ["N", "P"], variance = "A" }', "small.toml, [fields] x: the variance A is not a scalar; give a number or a sympy expression"),
        (FIELD, 'x = { shape = ["N", "P"], rows = "gamma" }', "small.toml, [fields] x, rows: this is a scalar; give a covariance matrix"),
        (FIELD, 'x = { shape = ["N", "P"], cols = "A" }', "small.toml, [fields] x: the covariance cols = A has shape (N, N); the cols of x need shape (P, P)"),
        (FIELD, 'x = { shape = ["N", "P"], rows = "x*x.T" }', "small.toml, [fields] x, rows: 'x' is a random field; use deterministic matrices and parameters"),
        (FIELD, 'x = { shape = ["N", "P"], rows = "q" }', "small.toml, [fields] x, rows: 'q' is a definition; write it out in matrices and parameters"),
        # definitions and quantities
        ('q = "', "q = 3 #", 'small.toml, [definitions] q: 3 is not a text; write "..."'),
        ('q = "', 'r = "q*s"\ns = "r"\nq = "', "small.toml, [definitions] r: the definitions go in a circle: r -> s -> r; define one of them without the others"),
        ('q = "', 'r = "q*r"\nq = "', "small.toml, [definitions] r: the definitions go in a circle: r -> r; define one of them without the others"),
        ('q = "', 'r = "q*ss"\nq = "', "small.toml, [definitions] r: there is no name 'ss'; the known ones are N, P, gamma, A, x, r, q"),
        ('q = "', 'r = "q + gamma"\nq = "', "small.toml, [definitions] r: in 'q + gamma', gamma is a scalar and q a matrix; multiply the scalar by I(N)"),
        ("I(N)", "I(gamma)", "small.toml, [definitions] q: there is no space 'gamma'; the known ones are N, P"),
        ('"tr(q)/N"', '"q"', "small.toml, [quantities] resolvent: a quantity is a scalar, and this is a matrix of shape (N, N); take a trace: tr(...)"),
        ('"tr(q)/N"', '{ about = "a" }', 'small.toml, [quantities] resolvent: the quantity has no expression; write expression = "tr(...)"'),
        ('"tr(q)/N"', '"tr(q)/n"', "small.toml, [quantities] resolvent: there is no name 'n'; did you mean 'N'?"),
        ('"tr(q)/N"', '"tr(q)^2"', "small.toml, [quantities] resolvent: column 6 of 'tr(q)^2' has an unexpected '^'; write a power as a**n"),
    ],
)  # fmt: skip
def test_a_wrong_file_is_refused_with_its_place_and_the_remedy(old, new, sentence):
    assert old in SMALL
    with pytest.raises(InputError) as caught:
        read(SMALL.replace(old, new))
    assert str(caught.value) == sentence


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("[parameters]\n", "[parameters\n", 5),
        ("[definitions]\n", "[definitions]\nq = ''\n", 13),
        ('"ridge"', "1_", 6),
    ],
)
def test_broken_toml_is_refused_with_its_line(old, new, line):
    with pytest.raises(
        InputError, match=rf"^small\.toml: this is not TOML: .*line {line}.*; mend the file at that line$"
    ):
        read(SMALL.replace(old, new))


def test_a_huge_definition_chain_is_refused_and_does_not_explode():
    chain = "".join(f'd{step + 1} = "d{step}*q*d{step}"\n' for step in range(40))
    with pytest.raises(InputError, match=r"\[definitions\] d\d+: .* has a product of more than 128 factors"):
        read(SMALL.replace('q = "', f'd0 = "x*x.T"\n{chain}q = "'))


def test_toml_that_is_nested_too_deeply_is_refused():
    with pytest.raises(InputError, match="nested too deeply"):
        read("title = " + "[" * 100_000)


def test_a_file_on_disk(tmp_path):
    path = tmp_path / "small.toml"
    path.write_bytes(b"\xef\xbb\xbf" + SMALL.encode())  # editors on Windows write a byte order mark
    assert load_model_file(path) == read(SMALL)
    assert load_model_file(str(path)).name == "small"


def test_files_that_cannot_be_read(tmp_path):
    with pytest.raises(InputError, match=r"missing\.toml: there is no such file; give the path of a model file"):
        load_model_file(tmp_path / "missing.toml")
    with pytest.raises(InputError, match="this is a directory; give a model file"):
        load_model_file(tmp_path)
    with pytest.raises(InputError, match="cannot be read"):
        load_model_file("a\0b.toml")
    with pytest.raises(InputError, match="cannot be read"):
        load_model_file("a" * 5000 + ".toml")
    latin = tmp_path / "latin.toml"
    latin.write_bytes("\ntitle = 'Schr\u00f6der'".encode("latin-1"))
    with pytest.raises(InputError) as caught:
        load_model_file(latin)
    assert str(caught.value) == "latin.toml: line 2 is not UTF-8 text; save the file as UTF-8"
    large = tmp_path / "large.toml"
    large.write_text("#" * 1_000_001)
    with pytest.raises(InputError, match=r"large\.toml: the file is larger than 1 MB"):
        load_model_file(large)
    empty = tmp_path / "empty.toml"
    empty.touch()
    with pytest.raises(InputError, match=r"empty\.toml, \[fields\]: the model has no fields"):
        load_model_file(empty)


@pytest.mark.parametrize("row", ["1", '"1"'])
def test_a_size_in_a_shape_is_a_space_of_that_size(row: str) -> None:
    text = f"""
    [spaces]
    M = "inputs"
    [parameters]
    gamma = "ridge"
    [fields]
    w = {{ shape = [{row}, "M"], variance = "1/M" }}
    x = {{ shape = ["M", "M"], variance = "1/M" }}
    [quantities]
    risk = "tr(w*inv(gamma*I(M) + x*x.T)*w.T)"
    """
    assert read_model(text, "row", "row.toml").model.fields[0].shape[0] == 1


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ('"0"', "0 is not the size of a space; name a space or give an integer >= 1"),
        ('"1.5"', "there is no space '1.5'"),
        ('"-1"', "there is no space '-1'"),
    ],
)
def test_other_texts_in_a_shape_are_names(row: str, problem: str) -> None:
    text = f'[spaces]\nM = "inputs"\n[fields]\nw = {{ shape = [{row}, "M"] }}\n'
    with pytest.raises(InputError, match=re.escape(problem)):
        read_model(text, "row", "row.toml")
