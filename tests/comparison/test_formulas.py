"""Formulas as text: read, written so that they read back, and refused in one sentence."""

from __future__ import annotations

import pytest
from sympy import Symbol, sin, sqrt, symbols

from planaria.algebra.errors import InputError
from planaria.derivations import derive
from planaria.derivations.asked import derive as derive_any
from planaria.ensembles.formulas.from_sympy import formula_of
from planaria.ensembles.formulas.nodes import Name, Quotient, at_path, places, replaced, tidied
from planaria.ensembles.formulas.reading import parse_claim, parse_formula
from planaria.ensembles.formulas.writing import written
from planaria.ensembles.text.grammar import parse_expression
from planaria.numerics.comparison.compare import compare
from planaria.writing.comparisons.formulas import latex_formula

WRITTEN = [
    "a*b/(c*d)",
    "a/b/c*d",
    "-a*b + c**2 - (d - e)",
    "(a - b)*(c + d)**(-2)",
    "a**(1/2) + sqrt(b*(c + d))",
    "sum(lambda_I/(lambda_I + Delta))**2",
    "tr(Lambda*inv(Lambda + Delta*I(M)))/M",
    "det([[N - q, z - q], [z - q, P - q]])",
    "det([[a]])",
    "-(a + b)/2",
    "1/2*a",
    "0.125*a",
    "1e-3/a",
    "a - (-b)",
]


@pytest.mark.parametrize("text", WRITTEN)
def test_what_is_written_reads_back_as_the_same_tree(text):
    tree = parse_formula(text, "test")
    assert parse_formula(written(tree), "test") == tree
    assert latex_formula(tree)


def test_a_minus_in_front_is_that_of_the_product():
    assert written(parse_formula("-a*b/c", "test")) == "-a*b/c"
    assert written(parse_formula("(-a)**2*b", "test")) == "(-a)**2*b"


def test_long_sums_and_products_need_no_recursion():
    tree = parse_formula(" + ".join(["a*b*c"] * 500), "test")
    assert len(tree.terms) == 500


def test_places_are_reached_by_their_paths():
    tree = parse_formula("a*(b + c)/det([[d, e], [f, g]])", "test")
    for path, node in places(tree):
        assert at_path(tree, path) == node
        assert replaced(tree, path, node) == tree
    assert replaced(tree, (1, 2), Name("h")) == parse_formula("a*(b + c)/det([[d, e], [h, g]])", "test")


def test_tidied_formulas_have_no_signs_that_cancel():
    double = parse_formula("a - (-(b + c))", "test")
    assert written(tidied(double)) == "a + b + c"
    assert written(tidied(parse_formula("1*a*(1*b)/1", "test"))) == "a*b"
    assert written(tidied(Quotient(parse_formula("-a", "test"), Name("b")))) == "-a/b"


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "empty"),
        ("a +", "ends too early"),
        ("sum(a", "not closed"),
        ("a^2", "a**n"),
        ("sqr(a)", "did you mean 'sqrt'"),
        ("erf(a)", "is no function"),
        ("det([[a, b], [c]])", "not square"),
        ("det(" + str([["a"] * 7] * 7).replace("'", "") + ")", "at most 6"),
        ("a**b", "exponent is not a number"),
        ("a**100", "exponent is too large"),
        ("a**(1/100)", "exponent is too large"),
        ("logdet(a)", "logdet is no function"),
        ("1e9999", "out of range"),
        ("[a]", "unexpected '['"),
        ("a == b", "'='"),
        ("__import__('os')", "no function"),
        ("(" * 200 + "a" + ")" * 200, "nested"),
        ("a + " * 20_000 + "a", "characters"),
        ("+".join(["a"] * 4000), "parts"),
    ],
)
def test_what_is_no_formula_is_refused_in_one_sentence(text, what):
    with pytest.raises(InputError) as caught:
        parse_formula(text, "FORMULA")
    assert what in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("formula", "let", "what"),
    [
        ("a = b = c", [], "one equation"),
        ("a", ["z"], "has no ="),
        ("a", ["2 = a"], "is not a name"),
        ("a", ["sum = a"], "is not a name"),
        ("a", ["z = a", "z = b"], "given twice"),
        ("a", ["z = a", "z: z = b"], "given twice"),
        ("a", ["x = y", "y = 2*x"], "needs itself"),
        ("a", ["z: z = a = b"], "one equation"),
        ("a", [3], "no text"),
        ("a", "z = a", "no list"),
        (3, [], "no formula"),
        (sin(Symbol("a")), [], "no words in the grammar"),
    ],
)
def test_what_is_no_claim_is_refused_in_one_sentence(formula, let, what):
    with pytest.raises(InputError, match=r".+: .+; .+") as caught:
        parse_claim(formula, let)
    assert what in str(caught.value)


def test_names_may_be_given_as_a_mapping():
    assert parse_claim("z*k", {"z": "1/a", "k": "k**2 = z"}) == parse_claim("z*k", ["z = 1/a", "k: k**2 = z"])


def test_expressions_of_sympy_are_formulas():
    a, b = symbols("a b")
    for expression in ((a - sqrt(a**2 - 4 * b)) / (2 * b), -a / b, a**-2, 0.25 * a, a * b - 3, -(a + b) / 3):
        text = written(formula_of(expression))
        names = {"a": a, "b": b}
        if "sqrt" not in text:
            assert parse_expression(text, names, "test") - expression == 0


def test_the_value_of_a_derivation_is_equal_to_itself():
    result = derive("random-features", "noise_loss")
    assert result.equals(result.value).verdict.value == "proved"
    assert result.equals(result.value * 2).verdict.value == "refuted"


RESULT = {}


def result():
    if not RESULT:
        RESULT["rf"] = derive("random-features", "gram_resolvent")
    return RESULT["rf"]


@pytest.mark.parametrize(
    ("formula", "let", "what"),
    [
        ("y", [], "there is no name 'y'"),
        ("delta", [], "did you mean 'Delta'"),
        ("lambda_I/Delta", [], "outside of a sum"),
        ("Lambda", [], "outside of a trace"),
        ("sum(Lambda)", [], "outside of a trace"),
        ("sum(N)", [], "no eigenvalue"),
        ("x*N", [], "random field"),
        ("I(N)", [], "outside of a trace"),
        ("tr(I(Q))", [], "there is no space 'Q'"),
        ("sum(sum(lambda_I)*lambda_I)", [], "inside of a sum"),
        ("z", ["z = q"], "--let z"),
    ],
)
def test_names_without_a_meaning_are_refused(formula, let, what):
    with pytest.raises(InputError, match=r".+: .+; .+") as caught:
        result().equals(formula, let)
    assert what in str(caught.value)


def test_names_of_somebody_s_own_come_first():
    """Delta, S_11 and R_12 are the derivation's, unless somebody gives them another meaning."""
    right = "(P - S_11)/(gamma*P)"
    assert result().equals(right).verdict.value == "proved"
    assert result().equals(right, ["S_11 = 0"]).verdict.value == "refuted"
    assert result().equals("(P - Delta)/(gamma*P)", ["Delta = S_11"]).verdict.value == "proved"


@pytest.mark.parametrize("values", [{"Q": 1}, {"gamma": -1}, {"gamma": 1j}, {"N": 2.5}, {"N": "oo"}])
def test_numbers_that_are_none_are_refused(values):
    with pytest.raises(InputError, match=r".+: .+; .+"):
        result().equals("Delta", values=values)


def test_what_is_no_derivation_is_refused():
    with pytest.raises(InputError, match="is no derivation"):
        compare("loss", "Delta")  # type: ignore[arg-type]
    integral = derive_any("marchenko-pastur", "logdet(gamma*I(N) + x*x.T)")
    with pytest.raises(InputError, match="log det"):
        compare(integral, "gamma")
