"""One speller: the same name is the same letters and indices in LaTeX, on a terminal and in pictures."""

from __future__ import annotations

import re
from html import unescape

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from sympy import Identity, MatrixSymbol, Symbol, Trace

from planaria.derivations import derive
from planaria.diagrams import Gaussian, Model
from planaria.diagrams.expansion import expand
from planaria.ensembles.library import load_model, model_names
from planaria.writing.emitters.text import name_text
from planaria.writing.emitters.typeset import weight_text
from planaria.writing.latex.derivation import latex_expression
from planaria.writing.names import greek_text, latex_name, latex_text, spell, terminal_name
from planaria.writing.pictures import lay_out, to_svg, to_tikz
from planaria.writing.scripts import lowered, raised
from planaria.writing.terminal.expressions import Formulas

GREEK = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ϵ", "zeta": "ζ", "eta": "η", "theta": "θ",
    "iota": "ι", "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν", "xi": "ξ", "pi": "π", "rho": "ρ", "sigma": "σ",
    "tau": "τ", "phi": "φ", "chi": "χ", "psi": "ψ", "omega": "ω", "Gamma": "Γ", "Delta": "Δ", "Theta": "Θ",
    "Lambda": "Λ", "Xi": "Ξ", "Pi": "Π", "Sigma": "Σ", "Phi": "Φ", "Psi": "Ψ", "Omega": "Ω",
}  # fmt: skip
SIGNS = {"plus": ("+", "+"), "minus": ("-", "−"), "star": (r"\star", "⋆")}
LEVEL = str.maketrans("₀₁₂₃₄₅₆₇₈₉₊₋ₐₑₕᵢₖₗₘₙₒₚᵣₛₜᵤᵥₓᵦᵧᵨᵩᵪ", "0123456789+−aehiklmnoprstuvxβγρφχ")

words = st.sampled_from([*GREEK, *"abcdgxSTJQXLy", "train", "loss", "clean", "eps"])
indices = st.one_of(words, st.sampled_from([*SIGNS, "0", "1", "11", "22", "123"]))
names = st.builds(lambda base, below: "_".join([base, *below]), words, st.lists(indices, max_size=3))


def expected(word: str, *, below: bool = True) -> tuple[str, str]:
    """LaTeX and Unicode of one word, from the tables above."""
    if below and word in SIGNS:
        return SIGNS[word]
    if word == "eps":
        return r"\varepsilon", "ε"
    if word in GREEK:
        return f"\\{word}", GREEK[word]
    return (word if len(word) == 1 or word.isdigit() else rf"\mathrm{{{word}}}"), word


@given(names)
@example("lambda_plus")
@example("sigma_eps")
@example("mu_star")
@example("S_11_1")
def test_every_medium_shows_the_same_letters_and_indices(name: str) -> None:
    base, *below = name.split("_")
    pairs = [expected(base, below=False), *map(expected, below)]
    tex, shown = [one for one, _ in pairs], [other for _, other in pairs]
    index = re.fullmatch(r"(.*?)(?:_(?:\{(.*)\}|(.*)))?", latex_name(name).replace(pairs[0][0], "", 1))
    assert index is not None
    assert (index[2] or index[3] or "").split(",") == (tex[1:] or [""])
    assert latex_name(name).startswith(tex[0])
    on_terminal = re.split("[_\N{NO-BREAK SPACE}]", terminal_name(name).translate(LEVEL))
    assert "".join(on_terminal) == "".join(shown)
    assert "".join(piece for piece, _ in spell(name).pieces) == shown[0] + ",".join(shown[1:])
    assert [level for _, level in spell(name).pieces] == [0, -1][: 1 + bool(below)]
    text = name_text(name)
    assert (text.latex, text.pieces) == (latex_name(name), spell(name).pieces)
    assert latex_expression(Symbol(name)) == latex_name(name)
    assert weight_text(Symbol(name)).latex == latex_name(name)
    assert Formulas().inline(Symbol(name)) == Formulas().name(name) == greek_text(name) == terminal_name(name)
    assert Formulas(unicode=False).inline(Symbol(name)) == name


@given(names, names)
def test_different_names_look_different(one: str, other: str) -> None:
    if one != other:
        assert latex_name(one) != latex_name(other)
        assert spell(one).pieces != spell(other).pieces
        assert terminal_name(one) != terminal_name(other)


@pytest.mark.parametrize(
    ("name", "tex", "terminal"),
    [
        ("lambda_plus", r"\lambda_+", "λ₊"),
        ("sigma_eps", r"\sigma_\varepsilon", "σ_ε"),
        ("mu_star", r"\mu_\star", "μ_⋆"),
        ("sigma_u", r"\sigma_u", "σᵤ"),
        ("sigma_w", r"\sigma_w", "σ_w"),
        ("lambda_I", r"\lambda_I", "λ_I"),
        ("S_11", "S_{11}", "S₁₁"),
        ("S_11_1", "S_{11,1}", "S₁₁\N{NO-BREAK SPACE}₁"),
        ("x2", "x_2", "x₂"),
        ("L_train", r"L_{\mathrm{train}}", "L_train"),
        ("x_minus", "x_-", "x₋"),
        ("star", r"\mathrm{star}", "star"),
        ("what is this", r"\text{what is this}", "what is this"),
        (r"\hat{\mu}", r"\hat{\mu}", r"\hat{\mu}"),
        ("_", r"\text{\_}", "_"),
    ],
)
def test_names(name: str, tex: str, terminal: str) -> None:
    assert (latex_name(name), terminal_name(name)) == (tex, terminal)


@pytest.mark.parametrize("model", model_names())
def test_every_built_in_name_is_one_in_all_media(model: str) -> None:
    file = load_model(model)
    for name in file.names:
        on_terminal, tex = terminal_name(name), latex_name(name)
        if "_" in name:
            assert tex.startswith(("\\", name[0]))
            assert "_{\\mathrm" not in tex or re.search(r"_[a-z]{2,}", name), name
        assert not re.search("ₛₜ|ₚₛ|ₚₗ", on_terminal), "a word in characters for single letters"
        assert name_text(name).latex == tex
        assert not re.search(r"plus|star|eps\b", on_terminal + tex.replace(r"\star", "") + name_text(name).plain)


def test_a_picture_spells_names_as_formulas_do() -> None:
    N, P = Symbol("N", positive=True), Symbol("P", positive=True)
    x, C = MatrixSymbol("x_eps", N, P), MatrixSymbol("Sigma_plus", N, N)
    model = Model([Gaussian(x, rows=C)])
    (graph,) = expand(Trace(x * x.T), model, 0)
    svg, tikz = to_svg(lay_out(graph)), to_tikz(lay_out(graph))
    assert r"x_\varepsilon^{\mathsf{T}}" in tikz
    assert r"\Sigma_+" in tikz
    assert "eps" not in tikz.split("\n", 1)[1].replace(r"\varepsilon", "")
    assert "plus" not in tikz + svg
    assert ">ε</tspan>" in svg
    assert ">+</tspan>" in svg
    assert "x_ε.0 x_ε.T.1" in svg  # the description


def test_a_weight_is_written_by_the_printer_of_formulas() -> None:
    file = load_model("random-features")
    (graph, *_) = expand(file.quantities[0].expression, file.model, 1)
    assert latex_expression(graph.weight) in graph._repr_html_()
    assert r"\sigma_u^2" in graph._repr_html_()


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=12))
def test_escaped_text_holds_no_bare_sign_of_latex(text: str) -> None:
    escaped = latex_text(text)
    for command in (r"\textbackslash{}", r"\textasciicircum{}", r"\textasciitilde{}"):
        escaped = escaped.replace(command, "")
    assert not re.search(r"[\\^~]|(?<!\\)[#$%&_{}]", re.sub(r"\\[#$%&_{}]", "", escaped))


@given(st.text(max_size=12))
def test_what_is_no_name_is_shown_as_it_is(text: str) -> None:
    if spell(text).is_text:
        assert (terminal_name(text), latex_name(text)) == (text, rf"\text{{{latex_text(text)}}}")
    elif "\\" not in text and "{" not in text:
        assert re.fullmatch("[A-Za-z0-9_]+", text)


@given(st.fractions(max_denominator=99))
def test_raised_numbers_come_back(number: object) -> None:
    back = raised(number).translate(str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻ᐟ", "0123456789-/"))
    assert back == str(number)


def test_what_unicode_cannot_lower_is_not_lowered() -> None:
    assert [lowered(one) for one in ("w", "I", "ε", "⋆", "")] == [None, None, None, None, ""]


@pytest.mark.parametrize("name", ["x_{y", "x}", r"x\)<i>", r"\(", "a{}$", "x\\\\{}", r"x{\%", "{#}"])
def test_names_that_are_no_whole_latex_are_text(name: str) -> None:
    N, P = Symbol("N", positive=True), Symbol("P", positive=True)
    x, g = MatrixSymbol(name, N, P), Symbol("g", positive=True)
    model = Model([Gaussian(x, variance=Symbol(name + "s", positive=True))])
    result = derive(Trace((g * Identity(N) + x * x.T).inv()), model)
    assert latex_name(name).startswith(r"\text{")
    for text in (model._repr_html_(), result._repr_html_(), result.latex()):
        assert latex_text(name + "s") in unescape(text)
