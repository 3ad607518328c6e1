"""Small spaces: what is declared, what is refused, and of which order a trace is."""

from __future__ import annotations

from pathlib import Path

import pytest
from sympy import (
    Adjoint,
    Identity,
    Integer,
    MatrixExpr,
    MatrixSymbol,
    Trace,
    Transpose,
    expand,
    oo,
    simplify,
    symbols,
)

from planaria.algebra.errors import InputError
from planaria.app.words.renaming import renamed_model
from planaria.derivations import derive
from planaria.diagrams import moment
from planaria.diagrams.duality import dualities
from planaria.diagrams.expansion import expand as diagrams
from planaria.diagrams.expressions.orders import bulk_traces, read_on_small
from planaria.diagrams.networks.plain_reading import plain_setting
from planaria.diagrams.weights.planar_sums import planar_sum_of
from planaria.ensembles.library import load_model
from planaria.ensembles.library.outline import outline
from planaria.ensembles.model import Gaussian, Model
from planaria.ensembles.text.model_file import read_model
from planaria.ensembles.text.model_text import model_text

M, P, C, D, gamma = symbols("M P C D gamma", positive=True)
Z, V, S = MatrixSymbol("z", M, P), MatrixSymbol("v", M, C), MatrixSymbol("s", C, P)
FIELDS = [Gaussian(Z, 1 / P), Gaussian(V, 1 / M), Gaussian(S, 1 / P)]
SPIKED = Model(FIELDS, small=[C])
X = Z + V * S
Q = (gamma * Identity(M) + X * X.T).inv()

TEXT = """
[spaces]
M = "rows"
P = "columns"
C = { about = "classes", size = "small", default = 3 }
1 = { size = "small" }
[parameters]
gamma = "ridge"
[fields]
z = { shape = ["M", "P"], variance = "1/P" }
v = { shape = ["M", "C"], variance = "1/M" }
t = { shape = [1, "P"], variance = "1/P" }
[quantities]
trace = "tr(v.T*z*t.T*t*z.T*v)"
"""


def test_a_file_says_which_spaces_are_small() -> None:
    file = read_model(TEXT, "mine", "mine.toml")
    assert file.model.small == (Integer(1), C)
    assert [one.default for one in file.spaces] == [None, None, 3]
    assert str(file.model).endswith("; small spaces 1, C")
    assert file.model.with_spectra({}).small == file.model.small
    assert file.model.with_all_large() == Model(file.model.fields)
    assert file.model != file.model.with_all_large()


def test_what_is_written_reads_back() -> None:
    file = read_model(TEXT, "mine", "mine.toml")
    text = model_text(file.model, {one.name: one.expression for one in file.quantities}, {"C": "classes"})
    assert 'C = { about = "classes", size = "small" }' in text
    again = read_model(text, "again", "again.toml")
    assert again.model == file.model
    assert again.quantities[0].expression == file.quantities[0].expression


def test_other_names_keep_small_spaces() -> None:
    file = renamed_model(read_model(TEXT, "mine", "mine.toml"), {"C": "K"})
    assert file.model.small == (Integer(1), symbols("K", positive=True))


def test_a_plain_graph_keeps_them() -> None:
    (graph,) = diagrams(Trace(V.T * V), SPIKED, order=0)
    (text,) = [one for one in graph.plain.graph.values() if isinstance(one, str) and "small" in one]
    assert plain_setting(text).model == SPIKED


def test_the_outline_has_names_only(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(TEXT, encoding="utf-8")
    found = outline(str(path))
    assert found is not None
    assert found.spaces == ("M", "P", "C")


@pytest.mark.parametrize(
    ("old", "new", "place", "problem", "remedy"),
    [
        ('size = "small", default', 'size = "tiny", default', "[spaces] C", "the size 'tiny' is none", "size = "),
        (
            '1 = { size = "small" }',
            '1 = "one"',
            "[spaces] 1",
            "a number is no name",
            'write 1 = { size = "small" }',
        ),
        ('1 = { size = "small" }', '1 = { size = "small", default = 1 }', "[spaces] 1", "no key 'default'", ""),
        ('1 = { size = "small" }', '2 = { size = "small" }', "small space 2", "no field has it", "1, C, M, P"),
        ('P = "columns"', 'P = { size = "small" }', "field t", "both of its spaces are small", "parameters"),
        ('["M", "C"], variance = "1/M"', '["M", "C"], variance = "1/C"', "field v", "falls with the small", "1/M"),
        ('["M", "C"], variance = "1/M"', '["C", "C"]', "field v", "nothing averages it", "parameters"),
        (
            'gamma = "ridge"',
            'gamma = { size = "small" }',
            "[parameters] gamma",
            "no key 'size'",
            "did you mean 's",
        ),
    ],
)
def test_a_small_space_is_no_large_one(old: str, new: str, place: str, problem: str, remedy: str) -> None:
    assert old in TEXT
    with pytest.raises(InputError) as raised:
        read_model(TEXT.replace(old, new), "mine", "mine.toml")
    assert raised.value.place.startswith("mine.toml")
    assert place in raised.value.place
    assert problem in raised.value.problem
    assert remedy in raised.value.remedy or place == "[parameters] gamma"


def test_one_space_has_to_grow() -> None:
    with pytest.raises(InputError, match=r"every space is small \(C, M\); let one be large"):
        Model([Gaussian(V)], small=[C, M])
    with pytest.raises(InputError, match="small spaces: str 'C' is no list of spaces"):
        Model([Gaussian(V)], small="C")
    with pytest.raises(InputError, match="is neither a symbol nor a positive integer"):
        Model([Gaussian(V)], small=[C / 2])


def test_a_variance_may_name_a_small_space_beside_a_large_one() -> None:
    assert Model([Gaussian(V, 1 / (C * M))], small=[C]).small == (C,)
    assert Model([Gaussian(V, C / M)], small=[C]).small == (C,)


def test_traces_are_turned_to_a_small_space() -> None:
    assert read_on_small(Trace(Q * V * V.T), SPIKED) == Trace(V.T * Q * V)
    assert read_on_small(Trace(V.T * Q * V), SPIKED) == Trace(V.T * Q * V)
    assert read_on_small(3 * Trace(Q * V * S * X.T) ** 2, SPIKED) == 3 * Trace(S * X.T * Q * V) ** 2
    both = read_on_small(Trace(Q * (V * V.T + 2 * Q * V * V.T)), SPIKED)
    assert both == Trace(V.T * Q * V) + 2 * Trace(V.T * Q * Q * V)
    assert read_on_small(Trace((V * V.T) ** 3), SPIKED) == Trace(V.T * (V * V.T) ** 2 * V)
    transposed = read_on_small(Trace(Transpose(V * V.T + V * S * Z.T)), SPIKED)
    assert transposed == Trace(V.T * V) + Trace(V.T * Z * S.T)


def test_an_adjoint_is_turned() -> None:
    c = MatrixSymbol("c", M, C)
    model = Model([Gaussian(Z, 1 / P), Gaussian(c, 1 / M, kind="complex")], small=[C])
    assert read_on_small(Trace(Z * Z.T * c * Adjoint(c)), model) == Trace(Adjoint(c) * Z * Z.T * c)


def test_what_grows_stays_as_it_is() -> None:
    for expression in (Trace(Q), Trace(X * X.T * Q), Trace(Q * (Identity(M) + V * V.T))):
        assert read_on_small(expression, SPIKED) == expression
        assert bulk_traces(expression, SPIKED) == (expression,)
    assert bulk_traces(Trace(Z * Z.T) + Trace(V.T * V), SPIKED) == ()
    assert read_on_small(Trace(Q * V * V.T), Model(FIELDS)) == Trace(Q * V * V.T)


@pytest.mark.parametrize(
    "word",
    [V.T * V, (V.T * V) ** 3, V.T * X * X.T * V, S * X.T * X * S.T, V.T * X * S.T, X * X.T, X.T * X * X.T * X],
)
def test_leading_diagrams_are_the_limit_of_the_exact_moment(word: MatrixExpr) -> None:
    """At s times the sizes with variances over s: a trace over a small space has a limit, another one over s."""
    s = symbols("s", positive=True)
    model = Model([Gaussian(one.symbol, 1 / s) for one in FIELDS], small=[C])
    start = word.shape[0]
    order = 0 if start == C else 1
    exact = expand(moment(Trace(word), model).subs({M: s * M, P: s * P}, simultaneous=True) / s**order)
    found = planar_sum_of(Trace(word), model, order=0).leading(model.small, start).total()
    assert exact.limit(s, oo) != 0
    assert expand(found.subs({M: s * M, P: s * P}, simultaneous=True) / s**order - exact.limit(s, oo)) == 0


def test_diagrams_and_moments_are_exact_at_every_size() -> None:
    large = Model(FIELDS)
    for word in (V.T * V, S * X.T * X * S.T, V.T * X * X.T * V):
        assert moment(Trace(word), SPIKED) == moment(Trace(word), large)
        small, all_large = (sum(d.weight for d in diagrams(Trace(word), one, order=0)) for one in (SPIKED, large))
        assert expand(small - all_large) == 0


def test_what_stays_is_not_exchanged_with_what_grows() -> None:
    a, b = MatrixSymbol("a", M, P), MatrixSymbol("b", C, P)
    word = Trace(a * b.T * b * a.T)
    fields = [Gaussian(a, 1 / P), Gaussian(b, 1 / P)]
    assert any((C, M) in one.exchange.spaces for one in dualities(Model(fields), word))
    assert not any(one.exchange.spaces for one in dualities(Model(fields, small=[C]), word))


def test_built_in_models_have_none() -> None:
    assert load_model("random-features").model.small == ()


GROWING = """
[spaces]
M = "variables"
P = "samples"
1 = { size = "small" }
[parameters]
gamma = "ridge"
[fields]
x = { shape = ["M", "P"], about = "of variance 1: as large as the root of M" }
y = { shape = ["M", "P"], variance = "1/P" }
e = { shape = [1, "P"] }
[definitions]
q = "inv(gamma*I(M) + x*x.T/P)"
[quantities]
of_one_order = "tr(e*e.T)/P/(1 - tr(x.T*q*x)/P**2)**2"
with_normal_fields = "tr(e*e.T)/P/(1 - tr(y.T*inv(gamma*I(M) + y*y.T)*y)/P)**2"
too_large = "tr(e*e.T)/P/(1 - tr(x.T*q*x))**2"
too_small = "tr(e*e.T)/P**2 + tr(x.T*q*x)/P**2"
of_no_order = "tr(e*e.T)/P/(1 - tr(x.T*inv(gamma*I(M) + x*x.T)*x)/P**2)"
"""


def test_fields_grow_as_their_variances_say() -> None:
    file = read_model(GROWING, "growing", "growing.toml")
    one, other = (derive(file, name).value for name in ("of_one_order", "with_normal_fields"))
    assert simplify(one - other) == 0
    for name in ("too_large", "too_small", "of_no_order"):
        with pytest.raises(InputError, match="so that their sum has no one leading order"):
            derive(file, name)
