"""The expression grammar: what it builds, what it refuses and in which words, and its round trip."""

# ruff: noqa: E501 (a refusal stands on one line, as it is printed)

from __future__ import annotations

import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sympy import Identity, MatrixExpr, MatrixSymbol, Rational, Symbol, Trace, ZeroMatrix, sqrt, symbols

from planaria.algebra.errors import InputError
from planaria.ensembles.text.grammar import format_expression, names_in, parse_expression

N, P, M, gamma = symbols("N P M gamma", positive=True)
x = MatrixSymbol("x", M, P)
u = MatrixSymbol("u", N, M)
h = MatrixSymbol("h", N, N)
Lam = MatrixSymbol("Lambda", M, M)
NAMES = {"N": N, "P": P, "M": M, "gamma": gamma, "x": x, "u": u, "h": h, "Lambda": Lam}


def parse(text):
    return parse_expression(text, NAMES, "here")


def refusal(text):
    with pytest.raises(InputError) as caught:
        parse(text)
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("u*x", u * x),
        ("(u*x).T", (u * x).T),
        ("(u*x).H", (u * x).adjoint()),
        ("x.T*Lambda*x", x.T * Lam * x),
        ("inv(gamma*I(N) + u*x*x.T*u.T)", (gamma * Identity(N) + u * x * (u * x).T).inv()),
        ("inv(gamma*I(N) + h).T", (gamma * Identity(N) + h).inv().T),
        ("tr(h)/N", Trace(h) / N),
        ("tr(h*h)", Trace(h**2)),
        ("-h**2", -(h**2)),
        ("h**-2", h**-2),
        ("h**0", Identity(N)),
        ("h - h", ZeroMatrix(N, N)),
        ("I(3)", Identity(3)),
        ("2*(h + I(N))*h/N", 2 * (h + Identity(N)) * h / N),
        ("h/2/N", h / 2 / N),
        ("gamma**0.5", sqrt(gamma)),
        ("gamma**(1/2)", sqrt(gamma)),
        ("-N**2", -(N**2)),
        ("2**-1", Rational(1, 2)),
        ("2**3**2", 512),
        ("N - P - M", N - P - M),
        ("N/P/M", N / P / M),
        ("2*(N + P)*M", 2 * (N + P) * M),
        ("0.1", Rational(1, 10)),
        ("1e-3", Rational(1, 1000)),
        (".5 + 1.", Rational(3, 2)),
        ("(\n h *\t h )", h * h),
    ],
)
def test_an_expression_equals_what_python_operators_build(text, expected):
    assert parse(text) == expected


def test_a_trace_is_a_trace_object_over_a_matrix_expression():
    trace = parse("tr(I(N))")
    assert isinstance(trace, Trace)
    assert isinstance(trace.arg, MatrixExpr)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("y", "there is no name 'y'; the known ones are N, P, M, gamma, x, u, h, Lambda"),
        ("Lamda", "there is no name 'Lamda'; did you mean 'Lambda'?"),
        ("I(Q)", "there is no space 'Q'; the known ones are N, P, M, gamma, x, u, h, Lambda"),
        ("I(x)", "in 'I(x)', 'x' in I(x) is not a space; write I(space), or a positive integer"),
        ("I(0)", "in 'I(0)', 0 is not the size of a space; write I(space), or a positive integer"),
        (
            "x + u",
            "in 'x + u' the shapes do not fit: x is (M, P) and u is (N, M); "
            "the two sides of + need one shape",
        ),
        (
            "h*(x - u)",
            "in 'x - u' the shapes do not fit: x is (M, P) and u is (N, M); "
            "the two sides of - need one shape",
        ),
        (
            "x*u",
            "in 'x*u' the shapes do not fit: x is (M, P) and u is (N, M); "
            "the columns of the first need to be the rows of the second",
        ),
        ("gamma + h", "in 'gamma + h', gamma is a scalar and h a matrix; multiply the scalar by I(N)"),
        ("h - 1", "in 'h - 1', 1 is a scalar and h a matrix; multiply the scalar by I(N)"),
        ("gamma/h", "in 'gamma/h', h is a matrix, and nothing divides by a matrix; write inv(...)"),
        ("inv(x)", "in 'inv(x)', x has shape (M, P) and is not square; an inverse asks for a square matrix"),
        ("inv(gamma)", "in 'inv(gamma)', gamma is a scalar, and inv takes a matrix; write 1/(...)"),
        ("inv(0*h)", "in 'inv(0*h)', 0*h is zero and has no inverse; add a deterministic part"),
        ("(h - h)**-1", "in '(h - h)**-1', (h - h) is zero and has no inverse; add a deterministic part"),
        ("tr(gamma)", "in 'tr(gamma)', gamma is a scalar, and tr takes a matrix; leave tr out"),
        ("gamma.T", "in 'gamma.T', gamma is a scalar, and .T takes a matrix; leave .T out"),
        ("tr(x)", "in 'tr(x)', x has shape (M, P) and is not square; a trace asks for a square matrix"),
        ("x**2", "in 'x**2', x has shape (M, P) and is not square; a power asks for a square matrix"),
        ("h**0.5", "in 'h**0.5', a matrix to the power 1/2; a power of a matrix is an integer"),
        ("h**65", "in 'h**65', the power 65 of a matrix is too large; stay within 64"),
        ("h**64*h", "'h**64*h' has a matrix to the power 65; stay within 64"),
        ("N**1001", "in 'N**1001', the power '1001' is too large; stay within 1000"),
        ("N**P", "in 'N**P', the exponent P is not a number; write a number after **"),
        ("N**h", "in 'N**h', the exponent h is not a number; write a number after **"),
        ("(-N)**0.5", "in '(-N)**0.5', (-N) is negative, and its power 1/2 is not real; "
            "take roots of positive scalars"),
        ("1/0", "in '1/0', a division by zero; divide by something else"),
        ("0**-1", "in '0**-1', a division by zero; divide by something else"),
        ("h/(N - N)", "in 'h/(N - N)', a division by zero; divide by something else"),
        ("(9**1000)**5", "'(9**1000)**5' has a number of more than 1000 digits; use smaller powers"),
        (
            "1e9999999999",
            "in '1e9999999999', the number '1e9999999999' is out of range; stay between 1e-1000 and 1e1000",
        ),
        ("", "the expression is empty; write an expression"),
        ("h*", "'h*' ends too early; write a name or a number after the last sign"),
        ("(h", "the bracket of column 1 is not closed; close it with )"),
        ("h)", "column 2 closes a bracket that was not opened; remove it, or open it"),
        ("h^2", "column 2 of 'h^2' has an unexpected '^'; write a power as a**n"),
        ("h'", "column 2 of \"h'\" has an unexpected \"'\"; write a transpose as a.T"),
        ("2 h", "column 3 of '2 h' has an unexpected 'h'; write a product with *"),
        (
            "exp(N)",
            "column 4 of 'exp(N)' has an unexpected '('; "
            "'exp' is no function: the functions are inv, tr, logdet and I; write a product with *",
        ),
        ("h.inv()", "column 2 of 'h.inv()' has an unexpected '.'; the only suffixes are .T (transpose) and .H (adjoint); "
            "write an inverse as inv(...)"),
        ("λ", "column 1 of 'λ' has an unexpected 'λ'; a name is made of the letters A-Z a-z, digits and _"),
    ],
)  # fmt: skip
def test_a_refusal_says_where_what_and_the_remedy(text, sentence):
    assert refusal(text) == f"here: {sentence}"


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os').system('true')",
        "(lambda: 1)()",
        "x.__class__",
        "[N for N in P]",
        "h if N else h",
        "N == P",
        "N // P",
        "N % P",
        "1j",
        "oo*N",
        "f'{N}'",
        "N; P",
        "inv",
        "tr h",
        "I",
        "+N",
    ],
)
def test_nothing_outside_the_grammar_is_read(text):
    assert refusal(text).startswith("here: ")


def nested(start, step, count):
    text = start
    for _ in range(count):
        text = step.format(text)
    return text


@pytest.mark.parametrize(
    "text",
    [
        nested("N", "({})", 101),
        "(" * 19_000,
        "-" * 10_000 + "N",
        "h" + ".T" * 5_000,
        "h" + ".H.T" * 2_000,
        "N+" * 11_000 + "N",
        "**".join(["2"] * 3_000),
        "*".join(["h"] * 9_000),
        nested("h", "inv(gamma*I(N) + h*{}*u*u.T)", 60),
        nested("h", "({}*h + I(N))**2", 60),
        nested("N", "(1 + {})**0.5", 60),
    ],
)
def test_no_text_exhausts_the_parser(text):
    started = time.process_time()
    assert len(refusal(text)) < 300
    assert time.process_time() - started < 10


def test_a_hundred_brackets_are_read():
    assert parse(nested("N", "({})", 100)) == N


def test_definitions_that_double_are_refused_before_they_explode():
    names = dict(NAMES)
    names["d"] = h * u * u.T

    def double():
        names["d"] = parse_expression("d*h*d", names, "here")

    def double_often():
        for _ in range(30):
            double()

    with pytest.raises(InputError, match="has a product of more than 128 factors; write"):
        double_often()


def test_the_spaces_of_identities_can_be_given():
    assert parse_expression("I(N)", NAMES, "here", ["N"]) == Identity(N)
    with pytest.raises(InputError, match="there is no space 'gamma'; the known ones are N"):
        parse_expression("I(gamma)", NAMES, "here", ["N"])


def test_names_are_found_without_knowing_them():
    assert names_in("tr(q*R.T)/N + tr(I(P)) - inv(a)", "here") == {"q", "R", "N", "P", "a"}


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        (Trace(h) / (2 * N), "tr(h)/(2*N)"),
        (u * x, "u*x"),
        ((u * x).T, "x.T*u.T"),
        ((h + Identity(N)).inv() * h, "inv(I(N) + h)*h"),
        (-h, "-h"),
        (3 * N * P * Trace(Lam**2), "3*N*P*tr(Lambda**2)"),
        (ZeroMatrix(N, N), "0*I(N)"),
        (Identity(3), "I(3)"),
        (N - P, "N - P"),
        (-((N + P) * M), "-M*(N + P)"),
        (sqrt(N), "N**(1/2)"),
    ],
)
def test_what_is_written(expression, text):
    assert format_expression(expression) == text
    assert parse(text) == expression


@pytest.mark.parametrize("expression", [1.5 * N, N**P, Symbol("a b"), ZeroMatrix(N, P), Symbol("inv")])
def test_what_has_no_words_is_refused(expression):
    with pytest.raises(InputError, match="cannot be written in the grammar"):
        format_expression(expression)


def pairs(parts, signs):
    return st.tuples(parts, st.sampled_from(signs), parts).map(lambda one: f"({one[0]}{one[1]}{one[2]})")


def scalars(leaves):
    exponents = st.sampled_from(["2", "-1", "0.5", "-2", "(-1/2)", "3"])
    return st.recursive(
        leaves,
        lambda parts: st.one_of(
            pairs(parts, "+-*/"),
            parts.map("(-{})".format),
            st.tuples(parts, exponents).map("**".join).map("({})".format),
        ),
        max_leaves=6,
    )


PLAIN_SCALARS = st.sampled_from(["N", "P", "gamma", "2", "3", "0.5", "1", "1/3", "12"])
FACTORS = st.sampled_from(["N", "1/N", "2", "0.5", "-1/3", "gamma*P/N**2", "(N + P)", "gamma**0.5"])
MATRICES = st.recursive(
    st.sampled_from(["h", "I(N)", "u*u.T", "u*Lambda*u.T", "u*x*x.T*u.T"]),
    lambda parts: st.one_of(
        pairs(parts, "+-*"),
        st.tuples(FACTORS, parts).map("({0[0]})*({0[1]})".format),
        st.tuples(parts, FACTORS).map("({0[0]})/({0[1]})".format),
        parts.map("inv({})".format),
        parts.map("({}).T".format),
        parts.map("({}).H".format),
        parts.map("(-({}))".format),
        st.tuples(parts, st.sampled_from(["2", "-1", "-2", "0", "3"])).map("({0[0]})**{0[1]}".format),
    ),
    max_leaves=5,
)
SCALARS = scalars(st.one_of(PLAIN_SCALARS, MATRICES.map("tr({})".format)))


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.one_of(SCALARS, MATRICES))
def test_what_is_written_reads_back_equal(text):
    try:
        expression = parse(text)
    except InputError:
        return
    again = parse(format_expression(expression))
    # sympy leaves -(a + b) unsorted, and sorts when it is asked to.
    assert again == expression or again.doit() == expression.doit()


PIECES = st.one_of(
    st.sampled_from(
        ["N", "P", "h", "x", "u", "Lambda", "inv(", "tr(", "I(", "(", ")", "0", "1", "2.5", "1e3", "99999999"]
    ),
    st.sampled_from(["+", "-", "*", "/", "**", ".", ".T", ".H", ",", "[", "]", "'", "=", "\\", "λ", "\n"]),
)


@settings(max_examples=500)
@given(st.one_of(st.text(max_size=40), st.lists(PIECES, max_size=14).map(" ".join), st.lists(PIECES).map("".join)))
def test_any_text_is_read_or_refused_by_an_input_error(text):
    try:
        parse(text)
        sentence = ""
    except InputError as error:
        sentence = str(error)
    assert "\n" not in sentence
