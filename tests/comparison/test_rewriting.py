"""Random true statements are proved; random single changes of them are refuted, and mended by a proved formula."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from functools import cache
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planaria.derivations import Derivation, derive
from planaria.ensembles.formulas.claim import Claim
from planaria.ensembles.formulas.nodes import (
    Name,
    Negative,
    Node,
    Number,
    Over,
    Plus,
    Power,
    Quotient,
    Times,
    at_path,
    places,
    replaced,
    tidied,
)
from planaria.ensembles.formulas.reading import parse_claim, parse_formula
from planaria.ensembles.formulas.writing import written
from planaria.ensembles.verdicts.claims import Verdict

# arXiv:2405.19398, arXiv:1507.03003
CLAIMS = {
    ("random-features", "loss"): (
        "C*sigma_w**2/(2*M)*Delta*N*P*(z - q2)/(N*P - q2*(N + P) + 2*q2*z - z**2)",
        ("z = sum(lambda_I/(lambda_I + Delta))", "q2 = sum(lambda_I**2/(lambda_I + Delta)**2)"),
    ),
    ("random-features", "noise_loss"): (
        "C*sigma_eps**2/2*(q2*(N - 2*z) + z**2)/(N*P - q2*(N + P) + 2*q2*z - z**2)",
        ("z = sum(lambda_I/(lambda_I + Delta))", "q2 = sum(lambda_I**2/(lambda_I + Delta)**2)"),
    ),
    ("ridge-regression", "bias"): (
        "C*Delta**2/(2*M)*w2/(1 - q2/P)",
        ("q2 = sum(lambda_I**2/(lambda_I + Delta)**2)", "w2 = sum(lambda_I*omega_I/(lambda_I + Delta)**2)"),
    ),
}
ONES = {  # that are 1 on the branch, by the relation of each model
    "random-features": "gamma*M/(sigma_u**2*Delta*(N - S_11)*(P - S_11))",
    "ridge-regression": "gamma*P/(Delta*(P - S_101))",
}
SAME = {  # a sum and its partial fractions
    "z": ("sum(1 - Delta/(lambda_I + Delta))", "M - sum(Delta/(lambda_I + Delta))"),
    "q2": (
        "sum((lambda_I/(lambda_I + Delta))**2)",
        "sum(lambda_I/(lambda_I + Delta) - lambda_I*Delta/(lambda_I + Delta)**2)",
        "sum(1 - 2*Delta/(lambda_I + Delta) + Delta**2/(lambda_I + Delta)**2)",
    ),
    "w2": (
        "sum(omega_I/(lambda_I + Delta) - Delta*omega_I/(lambda_I + Delta)**2)",
        "(sum(lambda_I*omega_I/(lambda_I + Delta)) - sum(lambda_I**2*omega_I/(lambda_I + Delta)**2))/Delta",
    ),
}


@cache
def derived(key: tuple[str, str]) -> Derivation:
    return derive(*key)


def claim_of(key: tuple[str, str]) -> Claim:
    return parse_claim(*CLAIMS[key])


def rewritten(tree: Node, model: str, source: Random) -> Node:
    """The tree after one change that keeps what it is."""
    path, node = source.choice(list(places(tree)))
    if any(isinstance(at_path(tree, path[:n]), Over) for n in range(len(path))):
        path, node = (), tree
    match node:
        case Times(factors=(*others, Plus(terms=terms))) if source.random() < 0.7:  # multiply out
            new: Node = Plus(tuple(_times(others, one) for one in terms))
        case Quotient(above=Plus(terms=terms), below=below) if source.random() < 0.7:
            new = Plus(tuple(Quotient(one, below) for one in terms))
        case Power(base=base, exponent=Fraction(numerator=2, denominator=1)):
            new = Times((base, base))
        case Name(name=name) if name in SAME:
            new = parse_formula(source.choice(SAME[name]), "rewriting")
        case _:
            one = parse_formula(ONES[model], "rewriting")
            new = source.choice(
                [Times((node, one)), Quotient(node, one), Plus((node, Negative(one), Number(Fraction(1))))]
            )
    return replaced(tree, path, new)


def _times(others: list[Node], one: Node) -> Node:
    return Negative(Times((*others, one.of))) if isinstance(one, Negative) else Times((*others, one))


@pytest.mark.parametrize("key", CLAIMS, ids="/".join)
@settings(max_examples=25)
@given(st.integers(0, 10**9))
def test_rewritten_formulas_are_proved(key, seed):
    source = Random(seed)
    claim = claim_of(key)
    tree = claim.right
    for _ in range(source.randint(1, 4)):
        tree = rewritten(tree, key[0], source)
    tree = tidied(tree)
    assert parse_formula(written(tree), "written") is not None
    found = derived(key).equals(replace(claim, right=tree))
    assert found.verdict is Verdict.PROVED, (found.reason, written(tree))


SIZES = {"random-features": ("N", "P", "M"), "ridge-regression": ("P", "M")}
OTHER = {"random-features": {"z": "q2", "q2": "z"}, "ridge-regression": {"q2": "S_101", "w2": "S_111"}}


def edited(tree: Node, model: str, source: Random) -> tuple[Node, str]:
    """The tree with one change of those that people make."""
    path, node = source.choice([(p, n) for p, n in places(tree) if not isinstance(n, Over)])
    kind = source.choice(["factor", "sign", "name", "power", "index", "term"])
    match kind, node:
        case "factor", _:
            new: Node = source.choice([Times((Number(Fraction(2)), node)), Quotient(node, Name("M"))])
        case "name", Name(name=name) if name in SIZES[model]:
            new = Name(source.choice([one for one in SIZES[model] if one != name]))
        case "index", Name(name=name) if name in OTHER[model]:
            new = Name(OTHER[model][name])
        case "power", Power(base=base, exponent=exponent):
            new = Power(base, exponent + source.choice([1, 2]))
        case "power", Name():
            new = Power(node, Fraction(2))
        case "term", Plus(terms=terms) if len(terms) > 1:
            n = source.randrange(len(terms))
            left = (*terms[:n], *terms[n + 1 :])
            new = left[0] if len(left) == 1 else Plus(left)
        case _:
            kind, new = "sign", Negative(node)
    return tidied(replaced(tree, path, new)), kind


@pytest.mark.parametrize("key", CLAIMS, ids="/".join)
@settings(max_examples=15)
@given(st.integers(0, 10**9))
def test_single_edits_are_refuted_and_mended(key, seed):
    claim = claim_of(key)
    tree, kind = edited(claim.right, key[0], Random(seed))
    found = derived(key).equals(replace(claim, right=tree))
    if found.verdict is Verdict.PROVED:  # a change that changes nothing: (-x)**2
        assert derived(key).equals(replace(claim, left=claim.right, right=tree)).verdict is Verdict.PROVED
        return
    assert found.verdict is Verdict.REFUTED, (kind, written(tree), found.reason)
    assert found.counterexample is not None
    assert found.counterexample.certified
    assert found.correction is not None, (kind, written(tree))
    assert found.correction.verdict is Verdict.PROVED
    mended = found.correction
    again = parse_claim(mended.formula)
    whole = claim.with_definition(mended.name, again.right) if mended.name else replace(claim, right=again.right)
    whole = replace(whole, right=tree) if mended.name else whole
    assert derived(key).equals(whole).verdict is Verdict.PROVED
