"""The front door: what people write first, in the ways in which they guess it."""

from __future__ import annotations

import inspect
import pickle
import pkgutil
import subprocess
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any, get_type_hints

import networkx as nx
import numpy as np
import pytest
from mpmath import mp, mpf
from sympy import Identity, MatrixSymbol, Symbol, Trace, symbols

import planaria as pl
from planaria.derivations.equations.spectral_symbols import SpectralSymbol

N, P, M, gamma = symbols("N P M gamma", positive=True)
x, Lambda = MatrixSymbol("x", N, P), MatrixSymbol("Lambda", N, N)
MODEL = pl.Model([pl.Gaussian(x, variance=1 / P)])
RESOLVENT = Trace((gamma * Identity(N) + x * x.T).inv()) / N
FILE = """
[spaces]
N = { about = "rows", default = 40 }
P = "columns"
[parameters]
gamma = "ridge"
C = { about = "size", default = 1 }
[fields]
x = { shape = ["N", "P"], variance = "C/P" }
[quantities]
resolvent = "tr(inv(gamma*I(N) + x*x.T))/N"
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "own.toml"
    file.write_text(FILE)
    return file


# -- names ----------------------------------------------------------------------------------------------------


def test_every_public_name_is_there_and_has_words() -> None:
    assert dir(pl) == pl.__all__ == sorted(pl.__all__)
    for name in pl.__all__:
        assert inspect.getdoc(getattr(pl, name)), name
    with pytest.raises(AttributeError, match="no attribute 'derivee'"):
        pl.derivee  # noqa: B018


def test_no_public_name_is_that_of_a_module() -> None:
    packages = [pl]
    for package in packages:
        for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
            if module.ispkg:
                packages.append(import_module(module.name))
            name = module.name.rpartition(".")[2]
            assert name not in getattr(package, "__all__", ()), module.name
            if package is pl:
                assert not hasattr(pl, name) or inspect.ismodule(getattr(pl, name))


def test_public_functions_are_typed() -> None:
    for name in ("derive", "expand", "moment", "dualities", "evaluate", "evaluate_array", "check", "simulate"):
        function = getattr(pl, name)
        while hasattr(function, "__wrapped__"):
            function = function.__wrapped__
        hints = get_type_hints(function)
        assert hints["return"] is not Any
    for method in ("evaluate", "evaluate_array", "check", "limit", "latex", "simulate"):
        assert inspect.signature(getattr(pl.Derivation, method)).return_annotation != "Any", method


def test_importing_it_loads_no_sympy() -> None:
    code = (
        "import sys, planaria; print('sympy' in sys.modules, 'numpy' in sys.modules, 'matplotlib' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False", "False"]


def test_python_m_planaria_is_the_command() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "planaria", "--version"], capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("planaria ")


# -- questions ------------------------------------------------------------------------------------------------


def test_a_question_in_every_form(path: Path) -> None:
    file = pl.load_model(str(path))
    forms: list[tuple[Any, Any]] = [
        (str(path), "resolvent"),
        (path, "resolvent"),
        (file, "resolvent"),
        (file, "tr(inv(gamma*I(N) + x*x.T))/N"),
        ("tr(inv(gamma*I(N) + x*x.T))/N", file),
        (file.quantities[0].expression, file),
        (file.quantities[0].expression, file.model),
    ]
    first = pl.derive(*forms[0])
    for form in forms[1:]:
        assert pl.derive(*form) == first, form
    assert pl.derive("marchenko-pastur", "resolvent") == pl.derive("resolvent", "marchenko-pastur")


def test_every_function_takes_them() -> None:
    assert pl.moment("wigner", "tr(h**4)") == pl.moment("tr(h**4)", "wigner")
    assert len(pl.expand("random-features", "gram_resolvent", order=2)) == 3
    assert [str(one.exchange) for one in pl.dualities("random-features", "gram_resolvent")]
    run = pl.simulate("wigner", "tr(h**4)", N=30, runs=20)
    assert run.mean == pytest.approx(2 * 30, rel=0.3)
    assert pl.models()["wigner"] == pl.load_model("wigner").title


@pytest.mark.parametrize(
    ("ask", "sentence"),
    [
        (
            lambda: pl.derive("random-features", 3),
            "derive: int 3 is no expression; give an expression and a Model, or",
        ),
        (lambda: pl.derive("random-feature", "loss"), "there is no model 'random-feature'; did you mean"),
        (lambda: pl.derive("random-features", "los"), "there is no quantity 'los'; did you mean 'loss'"),
        (lambda: pl.derive(MODEL, "loss"), "a Model has no quantity named 'loss': it has fields only"),
        (lambda: pl.derive(MODEL, MODEL), "there are two models and no quantity"),
        (lambda: pl.derive(MODEL, pl.Gaussian(x)), "the field x is no expression"),
        (lambda: pl.derive(RESOLVENT, None), "and not a model"),
        (lambda: pl.expand((RESOLVENT, 3.5), MODEL, order=1), "float 3.5 is no expression"),
        (lambda: pl.evaluate("loss", N=3), "a str is no derivation"),
        (lambda: pl.check(MODEL), "a Model is no derivation"),
        (lambda: pl.Model(pl.Gaussian(x)), "model: the field x is no list of fields; give [Gaussian(...), ...]"),
        (lambda: pl.derive(RESOLVENT, MODEL).evaluate([1, 2]), "list [1, 2] is no mapping"),
        (lambda: pl.derive(RESOLVENT, MODEL).evaluate({"N": 1}, N=1), "N is given twice"),
        (lambda: pl.derive(RESOLVENT, MODEL).limit(gamma=1), "gamma = 1 is no limit; take one parameter to 0"),
        (lambda: pl.derive(RESOLVENT, MODEL).limit(), "nothing is no limit"),
        (lambda: pl.derive(RESOLVENT, MODEL).limit(gama=0), "did you mean 'gamma'"),
        (lambda: pl.simulate(RESOLVENT, MODEL, N=3, P=3, gama=1), "did you mean 'gamma'"),
    ],
)
def test_a_wrong_question_is_one_sentence(ask: Callable[[], object], sentence: str) -> None:
    with pytest.raises(pl.InputError) as caught:
        ask()
    assert sentence in str(caught.value)
    assert "--" not in str(caught.value)  # flags are the command's
    assert "\n" not in str(caught.value)


# -- a derivation ---------------------------------------------------------------------------------------------


def test_numbers_by_name_and_by_default(path: Path) -> None:
    result = pl.derive(path, "resolvent")
    expected = pl.derive(RESOLVENT, MODEL).evaluate({N: 40, P: 80, gamma: 1}, digits=20)
    assert str(result.evaluate(P=80, gamma=1, digits=20)) == str(expected)
    assert str(result.evaluate({"P": 80}, gamma=1, digits=20)) == str(expected)
    assert str(result.evaluate({P: 80, gamma: 1}, digits=20)) == str(expected)
    assert result.evaluate(P=80, gamma=1, C=4) != expected
    assert result.evaluate_array(P=[80, 90], gamma=1)[0] == pytest.approx(float(expected))
    assert result.simulate(P=80, gamma=1, runs=20).mean == pytest.approx(float(expected), rel=0.1)
    with pytest.raises(pl.InputError, match="there is no value for P"):
        result.evaluate(gamma=1)
    again = pickle.loads(pickle.dumps(result))
    assert str(again.evaluate(P=80, gamma=1, digits=20)) == str(expected)


def test_what_a_derivation_does() -> None:
    result = pl.derive("random-features", "loss")
    assert [one.method for one in result.check(simulation=False)] == ["all diagrams", "residual"]
    assert all(one.passed for one in result.check(simulation=False))
    branches = result.limit(gamma=0)
    assert {str(one.conditions[0].lhs) for one in branches} == {"Delta", "S_11"}
    assert r"\Delta" in result.latex()
    text = str(result)
    for symbol in ("value", "equation", "S₁₁ = ", "γ = "):
        assert symbol in text


def test_an_estimate_counts_as_a_number() -> None:
    estimate = pl.derive(RESOLVENT, MODEL).evaluate(N=1, P=1, gamma=2, digits=40)
    root = "0.3660254037844386467637231707529361834714"
    assert repr(estimate) == f"Estimate({root}, verified)"
    with mp.workdps(50):
        exact = (mp.sqrt(3) - 1) / 2
        close = mpf(10) ** -40
    for mine, true in (
        (lambda e: e + 1, lambda e: e + 1),
        (lambda e: 1 - e, lambda e: 1 - e),
        (lambda e: 2 * e, lambda e: 2 * e),
        (lambda e: 1 / e, lambda e: 1 / e),
        (lambda e: e**2, lambda e: e**2),
        (lambda e: 2**e, lambda e: mpf(2) ** e),
        (lambda e: -e, lambda e: -e),
        (abs, abs),
        (lambda e: e - mpf(1) / 4, lambda e: e - mpf(1) / 4),
    ):
        here = mine(estimate)  # at mpmath's 15 digits, which take nothing away
        with mp.workdps(50):
            assert abs(here - true(exact)) < 10 * close
    assert 0.3 < estimate < 1
    assert estimate >= 0
    a = Symbol("a")
    assert (a * estimate).args[0].n(40) == (estimate * a).args[0].n(40)
    assert str((estimate + a).subs(a, 0)).startswith(root[:38])
    with mp.workdps(40):
        assert mp.sqrt(estimate) == mp.sqrt(estimate.value)


# -- spectral sums --------------------------------------------------------------------------------------------


def test_spectral_sums_know_their_derivatives() -> None:
    result = pl.derive("random-features", "loss")
    (equation,) = result.equations
    Delta = result.unknowns[0]
    eigenvalues = [mpf("0.3"), mpf("1.7"), mpf("2.2")]

    def number(formula: Any, at: Any) -> Any:
        sums = {
            one: sum(
                one.spectral_sum.summand.subs({Delta: at, one.spectral_sum.eigenvalues[0]: e}).evalf(30)
                for e in eigenvalues
            )
            for one in formula.atoms(SpectralSymbol)
        }
        others = {s: 3 + n for n, s in enumerate(sorted(formula.free_symbols - set(sums) - {Delta}, key=str))}
        return formula.xreplace(sums).xreplace({Delta: at, **others}).evalf(30)

    for formula in (equation.rhs, result.value):
        for order in (1, 2):
            slope = formula.diff(Delta, order)
            before = formula.diff(Delta, order - 1) if order > 1 else formula
            h = mpf("1e-8")
            with mp.workdps(30):
                found = (number(before, mpf("0.7") + h) - number(before, mpf("0.7") - h)) / (2 * h)
            assert float(number(slope, mpf("0.7"))) == pytest.approx(float(found), rel=1e-6)
    used = result.value.atoms(SpectralSymbol) | equation.rhs.atoms(SpectralSymbol)
    assert set(result.spectral_sums) == used
    again = pickle.loads(pickle.dumps(result.value))
    assert again == result.value
    assert again.diff(Delta) == result.value.diff(Delta)


def test_symbols_are_those_of_value_and_equations() -> None:
    result = pl.derive("random-features", "loss")
    assert {"N", "P", "M", "gamma", "sigma_u", "Delta", "S_11", "S_22", "alpha", "lambda_plus"} <= set(
        result.symbols
    )
    assert all(str(one) == name for name, one in result.symbols.items())
    assert result.symbols["S_11"] in result.spectral_sums
    assert result.value.diff("P") == 0  # text is another symbol
    assert result.value.diff(result.symbols["P"]) != 0
    assert pl.derive(RESOLVENT, MODEL).symbols["gamma"] is gamma


@pytest.mark.parametrize("name", ["M", "alpha", "lambda_plus"])
def test_a_sum_has_no_derivative_by_what_its_eigenvalues_hang_on(name: str) -> None:
    result = pl.derive("random-features", "loss")
    symbol = result.symbols[name]
    for formula in (result.value, result.equations[0].rhs, pickle.loads(pickle.dumps(result.value))):
        for order in (1, 2):
            with pytest.raises(pl.InputError, match=f"S_.. depends on {name} .*take differences of numbers"):
                formula.diff(symbol, order)
        with pytest.raises(pl.InputError, match="depends on"):  # a sum that a derivative made
            formula.diff(result.symbols["Delta"]).diff(symbol)


def test_a_sum_does_not_hang_on_spectra_of_other_matrices() -> None:
    Sigma, two = MatrixSymbol("Sigma", N, N), Symbol("two", positive=True)
    spectra = {Lambda: pl.PowerLaw(1, Symbol("one", positive=True)), Sigma: pl.PowerLaw(1, two)}
    model = pl.Model([pl.Gaussian(x, rows=Lambda)], spectra)
    result = pl.derive(RESOLVENT, model)
    assert two not in result.symbols.values()
    assert result.symbols["one"] in next(iter(result.spectral_sums)).free_symbols
    assert next(iter(result.spectral_sums)).diff(two) == 0


# -- what is asked of which model -------------------------------------------------------------------------------

COLOURED = pl.Model([pl.Gaussian(x, rows=Lambda, variance=1 / P)])


def test_text_is_read_in_the_names_of_a_model() -> None:
    text, expression = "tr(x*x.T*Lambda)/N", Trace(x * x.T * Lambda) / N
    assert pl.derive(text, COLOURED).expression == pl.derive(COLOURED, text).expression == expression
    assert pl.moment(text, COLOURED) == pl.moment(expression, COLOURED) == Trace(Lambda**2) / N
    assert pl.moment("tr(I(P) + x.T*x)", COLOURED) == P + Trace(Lambda)
    assert pl.expand(text, COLOURED, order=0)[0].weight == pl.expand(expression, COLOURED, order=0)[0].weight
    numbers = {"N": 3, "P": 4, "runs": 4}
    assert pl.simulate("tr(x*x.T)", MODEL, **numbers).mean == pl.simulate(Trace(x * x.T), MODEL, **numbers).mean
    assert len(pl.dualities(MODEL, "tr(x*x.T)")) == len(pl.dualities(MODEL, Trace(x * x.T))) == 1
    spectral = COLOURED.with_spectra({Lambda: pl.PowerLaw()})
    assert pl.moment("alpha*tr(x*x.T)", spectral).has(pl.PowerLaw().alpha)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("tr(X*x.T)", "there is no name 'X'; did you mean 'x'?"),
        ("tr(Lamda*x*x.T)", "there is no name 'Lamda'; did you mean 'Lambda'?"),
        (
            "tr(inv(gamma*I(N) + x*x.T))",
            "no name 'gamma'; .*; for symbols of your own give an expression of sympy",
        ),
        ("tr(I(x))", "there is no space 'x'"),
        ("loss", "a Model has no quantity named 'loss'"),
        ("__import__('os')", "'__import__' is no function"),
        ("x.free_symbols", "the only suffixes are"),
    ],
)
def test_text_that_is_none_of_a_model_says_so(text: str, sentence: str) -> None:
    for asked in ((text, COLOURED), (COLOURED, text)):
        with pytest.raises(pl.InputError, match=f"^moment.*{sentence}"):
            pl.moment(*asked)


@pytest.mark.parametrize("function", [pl.derive, pl.moment, pl.dualities])
def test_what_is_missing_is_named(function: Callable[..., Any], path: Path) -> None:
    for one in ("random-features", pl.load_model("random-features")):
        with pytest.raises(pl.InputError, match=r"no quantity of the model random-features .* resolvent, .*loss"):
            function(one)
    with pytest.raises(pl.InputError, match="quantities are resolvent"):
        function(path)
    with pytest.raises(pl.InputError, match="did you mean 'random-features'"):
        function("random-feature")
    with pytest.raises(pl.InputError, match="and not a model"):
        function("tr(x*x.T)")
    for asked in ((3, "loss"), ("loss", 3)):
        with pytest.raises(pl.InputError, match=": int 3 is neither an expression nor a model"):
            function(*asked)


def test_a_folder_or_file_does_not_shadow_a_quantity(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "resolvent").mkdir()
    (tmp_path / "loss").write_text("no model")
    assert pl.derive("resolvent", "wigner") == pl.derive("wigner", "resolvent")
    assert pl.derive("loss", "random-features") == pl.derive("random-features", "loss")
    with pytest.raises(pl.InputError, match="did you mean 'wigner'"):
        pl.derive("wigne", "resolvent")
    (tmp_path / "own").write_text(FILE)  # a model may still be in a file of any name
    assert pl.derive("own", "resolvent") == pl.derive("resolvent", "own")


def test_numbers_that_are_several_or_misspelt_name_the_remedy() -> None:
    result = pl.derive("random-features", "loss")
    for several in ([60, 120], (60, 120), range(3), np.array([60, 120])):
        for name in ("N", "gamma"):
            with pytest.raises(pl.InputError, match=f" {name}: .* is not one number; .*evaluate_array"):
                result.evaluate({name: several})
    with pytest.raises(pl.InputError, match="no parameter 'n'; did you mean 'N'"):
        result.evaluate(n=60)
    for matrix in (np.eye(3), [[1, 2], [3, 4]]):
        for evaluate in (result.evaluate, result.evaluate_array):
            with pytest.raises(pl.InputError, match=r"Lambda: .*numpy\.linalg\.eigvalsh\(numpy\.cov"):
                evaluate(Lambda=matrix, N=60, P=120, gamma=1)


def test_sentences_have_their_articles() -> None:
    with pytest.raises(pl.InputError, match="an int is no sequence"):
        pl.classes(3)  # type: ignore[arg-type]


# -- diagrams -------------------------------------------------------------------------------------------------


def test_diagrams_are_a_sequence() -> None:
    found = pl.expand(Trace((x * x.T) ** 3), MODEL, order=0, euler=None)
    graphs = list(found)
    assert len(found) == len(graphs) == 15
    assert found[3] == graphs[3]
    assert found[-1] == graphs[-1]
    assert found[1:5] == tuple(graphs[1:5])
    assert found[::-1] == tuple(reversed(graphs))
    with pytest.raises(IndexError, match="15 diagrams"):
        found[15]
    with pytest.raises(IndexError):
        found[-16]
    assert graphs[2] in found
    assert found.total.expand() == pl.moment(Trace((x * x.T) ** 3), MODEL)
    by_euler = found.by_euler()
    assert list(by_euler) == sorted(by_euler, reverse=True)
    assert sum(map(len, by_euler.values())) == 15
    assert [one for part in by_euler.values() for one in part] == graphs
    assert list(reversed(found)) == graphs[::-1]
    with pytest.raises(TypeError):
        next(found)  # a sequence has no place of its own
    again = pickle.loads(pickle.dumps(found))
    assert again == found
    assert list(again) == graphs
    assert not pl.expand(Trace(x * x.T), MODEL, order=1)


def test_pictures_by_name(tmp_path: Path) -> None:
    found = pl.expand("random-features", "gram_resolvent", order=2)
    found.draw(tmp_path / "all.svg")
    found[0].draw(str(tmp_path / "one.tex"))
    assert (tmp_path / "all.svg").read_text().startswith("<svg")
    assert "tikzpicture" in (tmp_path / "one.tex").read_text()
    assert found._repr_svg_().startswith("<svg")
    assert not hasattr(found[0], "_repr_latex_")  # it would win over the picture
    with pytest.raises(pl.InputError, match="suffix"):
        found.draw(tmp_path / "all.gif")
    with pytest.raises(pl.InputError, match="no diagrams"):
        pl.expand(Trace(x * x.T), MODEL, order=1).draw(tmp_path / "none.svg")


def test_a_diagram_is_a_networkx_graph_and_back() -> None:
    for one in pl.expand(Trace((x * x.T) ** 3), MODEL, order=0, euler=None):
        graph = one.graph
        assert nx.is_frozen(graph)
        assert graph.number_of_edges() == 3
        assert nx.is_connected(graph)
        assert pl.diagram(graph) == pl.diagram(graph.copy()) == pl.diagram(one) == one
    spoiled = graph.copy()
    spoiled.remove_edge(*next(iter(spoiled.edges(keys=True))))
    with pytest.raises(pl.InputError):
        pl.diagram(spoiled)
    with pytest.raises(pl.InputError, match="'setting' is missing"):
        pl.diagram(nx.MultiGraph())
    with pytest.raises(pl.InputError, match="an int is neither a diagram nor a networkx graph"):
        pl.diagram(3)  # type: ignore[arg-type]


def test_sums_of_steps_know_their_derivatives() -> None:
    result = pl.derive("random-features", "loss")
    sums = {str(one) for one in result.spectral_sums}
    seen = 0
    for step in result.steps:
        for formula in (step.before, step.after):
            for symbol in formula.atoms(Symbol):
                if str(symbol) in sums:
                    assert isinstance(symbol, SpectralSymbol), step
                    seen += 1
    assert seen > 20
    assert result.steps[-1].after.diff("Delta") == result.value.diff("Delta")


def test_branches_of_a_limit_have_the_sums_of_the_value() -> None:
    result = pl.derive("random-features", "noise_loss")
    named = {str(one): one for one in result.spectral_sums}
    values = [branch.value for branch in result.limit(gamma=0)]
    seen = {one for value in values for one in value.atoms(SpectralSymbol)}
    assert seen
    assert seen <= set(named.values())
