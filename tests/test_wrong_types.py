"""Wrong types at the door: every argument of every public function, wrong in turn, is one sentence."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pytest
from sympy import Expr, Identity, MatrixExpr, MatrixSymbol, Symbol, Trace, symbols

import planaria as pl

N, P, gamma = symbols("N P gamma", positive=True)
x = MatrixSymbol("x", N, P)
MODEL = pl.Model([pl.Gaussian(x, variance=1 / P)])
RESOLVENT = Trace((gamma * Identity(N) + x * x.T).inv()) / N
RESULT = pl.derive(RESOLVENT, MODEL)
FOUND = pl.expand(RESOLVENT, MODEL, order=2)
ONE = FOUND[0]
AT: dict[str, Any] = {"N": 4, "P": 6, "gamma": 1}
LAMBDA = MatrixSymbol("Lambda", N, N)


class Own:
    """A class of somebody's."""

    def __repr__(self) -> str:
        return "two\nlines"


WRONG: list[Any] = [None, -1, 2.5, True, "q", "", [], [1], {}, Own(), Own, 1j, b"x", (1, 2), lambda: 1]
WRONG += [
    float("nan"),
    float("inf"),
    np.array([1, 2]),
    Symbol("q"),
    x,
    RESOLVENT,
    MODEL,
    pl.Gaussian(x),
    RESULT,
    ONE,
]
WRONG += [nx.path_graph(2), "1e", "0x10", "__import__('os')"]


@dataclass(frozen=True)
class Argument:
    """One argument of one function: how it is given, which of the wrong values are right, what is named."""

    call: Callable[[Any], object]
    right: Callable[[Any], bool]
    named: str


def never(_: Any) -> bool:
    return False


def nothing(value: Any) -> bool:
    return value is None


def truth(value: Any) -> bool:
    return isinstance(value, bool)


def scalar(value: Any) -> bool:
    return isinstance(value, (Symbol, float)) and value == value and abs(value) != float("inf")


def hashable(value: Any) -> Any:
    """What can be a key of a mapping."""
    return value if getattr(value, "__hash__", None) and not isinstance(value, list) else 3


ARGUMENTS: dict[str, Argument] = {
    "Gaussian, symbol": Argument(pl.Gaussian, lambda v: v is x, "field"),
    "Gaussian, variance": Argument(lambda v: pl.Gaussian(x, variance=v), lambda v: scalar(v), "variance"),
    "Gaussian, rows": Argument(lambda v: pl.Gaussian(x, rows=v), nothing, "rows"),
    "Gaussian, cols": Argument(lambda v: pl.Gaussian(x, cols=v), nothing, "cols"),
    "Gaussian, kind": Argument(lambda v: pl.Gaussian(x, kind=v), nothing, "kind"),
    "Gaussian, law": Argument(lambda v: pl.Gaussian(x, law=v), nothing, "law"),
    "Gaussian, a parameter": Argument(lambda v: pl.Gaussian(x, rho=v), nothing, "rho"),
    "Model, fields": Argument(pl.Model, lambda v: isinstance(v, list) and not v, "model"),
    "Model, a field": Argument(lambda v: pl.Model([v]), lambda v: isinstance(v, pl.Gaussian), "model"),
    "Model, spectra": Argument(lambda v: pl.Model([], v), lambda v: v in ([], {}), "spectra"),
    "Model, a matrix": Argument(lambda v: pl.Model([], [(v, pl.UnitSpectrum())]), lambda v: v is x, "spectra"),
    "Model, a spectrum": Argument(lambda v: pl.Model([], {LAMBDA: v}), never, "Lambda"),
    "Model.with_spectra": Argument(MODEL.with_spectra, lambda v: v in ([], {}), "spectra"),
    "Model.spectrum": Argument(MODEL.spectrum, lambda v: v is x, "matrix"),
    "Model.field_index": Argument(MODEL.field_index, lambda v: v is x, "symbol"),
    "PowerLaw, alpha": Argument(lambda v: pl.PowerLaw(alpha=v), lambda v: scalar(v) or v == -1, "alpha"),
    "Exponential": Argument(lambda v: pl.Exponential(v), lambda v: scalar(v) or v == -1, ""),
    "TwoLevel, upper": Argument(lambda v: pl.TwoLevel(upper=v), lambda v: scalar(v) or v == -1, "upper"),
    "Eigenvalues": Argument(pl.Eigenvalues, never, "spectrum"),
    "Eigenvalues.of": Argument(pl.Eigenvalues.of, lambda v: v in ([1], (1, 2)), "spectrum"),
    "Eigenvalues.of, one": Argument(lambda v: pl.Eigenvalues.of([v]), lambda v: v in (-1, 2.5), "eigenvalue 1"),
    "derive, first": Argument(lambda v: pl.derive(v, MODEL), lambda v: v is RESOLVENT, ""),
    "derive, second": Argument(lambda v: pl.derive(RESOLVENT, v), lambda v: v is MODEL, ""),
    "derive, of a file": Argument(lambda v: pl.derive("wigner", v), never, ""),
    "derive, alone": Argument(lambda v: pl.derive(v), never, "derive"),
    "derive, budget": Argument(
        lambda v: pl.derive(RESOLVENT, MODEL, budget=v), lambda v: v == 2.5 and type(v) is float, "budget"
    ),
    "Derivation.equals, formula": Argument(RESULT.equals, lambda v: scalar(v) and isinstance(v, Symbol), ""),
    "Derivation.equals, let": Argument(lambda v: RESULT.equals("gamma", v), lambda v: v in ([], {}, ()), ""),
    "Derivation.equals, a name": Argument(lambda v: RESULT.equals("gamma", [v]), never, ""),
    "Derivation.equals, a named one": Argument(
        lambda v: RESULT.equals("gamma", {"k": v}), lambda v: isinstance(v, pl.Derivation), "let"
    ),
    "Derivation.equals, values": Argument(
        lambda v: RESULT.equals("gamma", values=v), lambda v: v is None or v == {}, "values"
    ),
    "Derivation.equals, a value": Argument(lambda v: RESULT.equals("gamma", gamma=v), lambda v: v == 2.5, "gamma"),
    "Derivation.equals, seed": Argument(
        lambda v: RESULT.equals("gamma", seed=v), lambda v: type(v) is int and v >= 0, "seed"
    ),
    "logdet": Argument(pl.logdet, lambda v: isinstance(v, MatrixExpr) and v.is_square, "logdet"),
    "density, quantity": Argument(lambda v: pl.density(v, of="gamma", N=4, P=6), lambda v: v is RESULT, ""),
    "density, of": Argument(lambda v: pl.density(RESULT, N=4, P=6, of=v), never, "density"),
    "density, x": Argument(
        lambda v: pl.density(RESULT, N=4, P=6, of="gamma", x=v, moments=0),
        lambda v: v is None or isinstance(v, np.ndarray) or v in ([1], (1, 2)),
        "x",
    ),
    "density, points": Argument(lambda v: pl.density(RESULT, N=4, P=6, of="gamma", points=v), never, "points"),
    "density, moments": Argument(lambda v: pl.density(RESULT, N=4, P=6, of="gamma", moments=v), never, "moments"),
    "plane_density, quantity": Argument(lambda v: pl.plane_density(v, of="z", N=4), never, ""),
    "plane_density, model": Argument(lambda v: pl.plane_density(RESOLVENT, v, of="gamma", N=4, P=6), never, ""),
    "plane_density, of": Argument(lambda v: pl.plane_density(RESULT, N=4, P=6, of=v), never, "density"),
    "plane_density, points": Argument(
        lambda v: pl.plane_density(RESULT, N=4, P=6, of="gamma", points=v), never, ""
    ),
    "sweep, model": Argument(lambda v: pl.sweep(v, RESOLVENT, AT), lambda v: v is MODEL, ""),
    "sweep, quantities": Argument(lambda v: pl.sweep("wigner", v, {"N": 4, "z": 3}), never, ""),
    "sweep, grid": Argument(lambda v: pl.sweep("wigner", "resolvent", v), never, ""),
    "sweep, draws": Argument(lambda v: pl.sweep("wigner", "resolvent", {"N": 4, "z": 3}, draws=v), never, "draws"),
    "sweep, workers": Argument(
        lambda v: pl.sweep("wigner", "resolvent", {"N": 4, "z": 3}, workers=v), never, "workers"
    ),
    "simulate, workers": Argument(lambda v: RESULT.simulate(**AT, runs=2, workers=v), never, "workers"),
    "moment, first": Argument(lambda v: pl.moment(v, MODEL), lambda v: isinstance(v, Symbol), ""),
    "moment, second": Argument(lambda v: pl.moment(Trace(x * x.T), v), lambda v: v is MODEL, ""),
    "moment, alone": Argument(lambda v: pl.moment(v), never, "moment"),
    "moment, connected": Argument(lambda v: pl.moment(Trace(x * x.T), MODEL, connected=v), truth, "connected"),
    "moment, planar": Argument(lambda v: pl.moment(Trace(x * x.T), MODEL, planar=v), truth, "planar"),
    "moment, limit": Argument(lambda v: pl.moment(Trace(x * x.T), MODEL, limit=v), nothing, "limit"),
    "dualities, first": Argument(
        lambda v: pl.dualities(v, MODEL), lambda v: v is RESOLVENT or isinstance(v, Symbol), ""
    ),
    "dualities, second": Argument(lambda v: pl.dualities(RESOLVENT, v), lambda v: v is MODEL, ""),
    "dualities, alone": Argument(lambda v: pl.dualities(v), never, "dualities"),
    "dualities, order": Argument(lambda v: pl.dualities(RESOLVENT, MODEL, order=v), never, "order"),
    "expand, first": Argument(
        lambda v: pl.expand(v, MODEL, order=1), lambda v: isinstance(v, Expr) and v is not MODEL, ""
    ),
    "expand, second": Argument(lambda v: pl.expand(RESOLVENT, v, order=1), lambda v: v is MODEL, ""),
    "expand, order": Argument(lambda v: pl.expand(RESOLVENT, MODEL, order=v), never, "order"),
    "expand, euler": Argument(
        lambda v: pl.expand(RESOLVENT, MODEL, order=1, euler=v), lambda v: v is None or v == -1, "euler"
    ),
    "expand, connected": Argument(lambda v: pl.expand(RESOLVENT, MODEL, order=1, connected=v), truth, "connected"),
    "Diagrams.draw": Argument(FOUND.draw, never, "draw"),
    "RibbonGraph.draw": Argument(ONE.draw, never, "draw"),
    "RibbonGraph.dual": Argument(ONE.dual, never, "dual"),
    "diagram": Argument(pl.diagram, lambda v: v is ONE, "graph"),
    "isomorphic, one": Argument(lambda v: pl.isomorphic(v, ONE), lambda v: v is ONE, "graph"),
    "isomorphic, other": Argument(lambda v: pl.isomorphic(ONE, v), lambda v: v is ONE, "graph"),
    "classes": Argument(pl.classes, lambda v: v in ([], {}), "graph"),
    "load_model": Argument(pl.load_model, never, "model"),
    "evaluate, derivation": Argument(lambda v: pl.evaluate(v, **AT), lambda v: v is RESULT, "evaluate"),
    "evaluate, values": Argument(RESULT.evaluate, never, ""),
    "evaluate, a name": Argument(lambda v: RESULT.evaluate({hashable(v): 1}, **AT), never, ""),
    "evaluate, a dimension": Argument(lambda v: RESULT.evaluate(N=v, P=6, gamma=1), never, "N"),
    "evaluate, a parameter": Argument(
        lambda v: RESULT.evaluate(N=4, P=6, gamma=v),
        lambda v: (scalar(v) and not isinstance(v, Symbol)) or v in (-1, 1j),  # -1 is refused, as in the spectrum
        "gamma",
    ),
    "evaluate, digits": Argument(lambda v: RESULT.evaluate(**AT, digits=v), never, "digits"),
    "evaluate, limit": Argument(
        lambda v: RESULT.evaluate(N=4, P=6, gamma=1, limit=v), lambda v: v is None or v == {}, "limit"
    ),
    "evaluate_array, derivation": Argument(
        lambda v: pl.evaluate_array(v, **AT), lambda v: v is RESULT, "evaluate_array"
    ),
    "evaluate_array, values": Argument(RESULT.evaluate_array, never, ""),
    "evaluate_array, a parameter": Argument(
        lambda v: RESULT.evaluate_array(N=4, P=6, gamma=v),
        lambda v: (isinstance(v, (list, tuple, np.ndarray)) and len(v) > 0) or v in (2.5, 1j),
        "gamma",
    ),
    "evaluate_array, an entry": Argument(
        lambda v: RESULT.evaluate_array(N=4, P=6, gamma=[1, v]), lambda v: v in (2.5, True, 1j), "gamma"
    ),
    "check, derivation": Argument(pl.check, lambda v: v is RESULT, "check"),
    "check, seed": Argument(lambda v: RESULT.check(seed=v, simulation=False), never, "seed"),
    "check, simulation": Argument(lambda v: RESULT.check(simulation=v), truth, "simulation"),
    "limit": Argument(lambda v: RESULT.limit(gamma=v), never, "limit"),
    "simulate, first": Argument(lambda v: pl.simulate(v, MODEL, **AT), lambda v: v is RESOLVENT or v == {}, ""),
    "simulate, second": Argument(lambda v: pl.simulate(RESOLVENT, v, **AT), lambda v: v is MODEL, ""),
    "simulate, runs": Argument(lambda v: RESULT.simulate(**AT, runs=v), never, "runs"),
    "simulate, seed": Argument(lambda v: RESULT.simulate(**AT, runs=2, seed=v), never, "seed"),
    "simulate, a dimension": Argument(lambda v: RESULT.simulate(N=v, P=6, gamma=1, runs=2), never, "N"),
    "simulate, a parameter": Argument(
        lambda v: RESULT.simulate(N=4, P=6, gamma=v, runs=2), lambda v: v in (-1, 2.5, 1j), "gamma"
    ),
}
NOT_CALLED = {  # types that answers are of, names without arguments, and functions of networkx's own mappings
    *(
        "Check",
        "Comparison",
        "Density",
        "Derivation",
        "Diagrams",
        "Duality",
        "Estimate",
        "InputError",
        "MatrixDerivation",
        "ModelFile",
        "PlaneDensity",
        "RibbonGraph",
    ),
    *("LogDet", "LogDetDerivation", "Simulation", "UnitSpectrum", "models", "edge_match", "node_match"),
}


def test_every_public_function_is_here() -> None:
    called = {name.partition(",")[0].partition(".")[0] for name in ARGUMENTS}
    assert called | NOT_CALLED >= set(pl.__all__)


def is_right(argument: Argument, value: Any) -> bool:
    try:
        return bool(argument.right(value))
    except ValueError:  # an array compared with something
        return False


@pytest.mark.parametrize("name", ARGUMENTS)
def test_a_wrong_type_is_one_sentence(name: str) -> None:
    argument = ARGUMENTS[name]
    for value in WRONG:
        if is_right(argument, value):
            continue
        with pytest.raises(pl.InputError) as caught:
            argument.call(value)
        text = str(caught.value)
        assert "\n" not in text, text
        assert argument.named in text, text
        assert len(text) < 600, text
        assert all((caught.value.place, caught.value.problem, caught.value.remedy)), text


def test_what_is_right_is_taken() -> None:
    for name in ("Model, fields", "derive, first", "expand, order", "check, derivation"):
        argument = ARGUMENTS[name]
        for value in WRONG:
            if is_right(argument, value):
                argument.call(value)


CASES: list[tuple[Callable[[], object], str]] = [
    (lambda: pl.Model(pl.Gaussian(x)), "model: the field x is no list of fields"),  # type: ignore[arg-type]
    (lambda: pl.Model("x"), "model: str 'x' is no list of fields"),  # type: ignore[arg-type]
    (lambda: pl.Model([x]), "model: x is not a field"),
    (lambda: pl.derive(MODEL, 3), "derive: int 3 is no expression"),  # type: ignore[arg-type]
    (lambda: pl.derive(RESOLVENT), "and not a model; give an expression and a Model"),
    (lambda: pl.derive(MODEL), "and not a quantity; give an expression and a Model"),
    (lambda: pl.derive(RESOLVENT, "name"), "there is no model 'name'"),
    (lambda: pl.expand(RESOLVENT, MODEL, order=-1), "order: int -1 is not a whole number >= 0"),
    (lambda: pl.expand(RESOLVENT, MODEL, order=2.5), "order: float 2.5 is not a whole number"),  # type: ignore[arg-type]
    (
        lambda: pl.expand(RESOLVENT, MODEL, order=1, euler="x"),
        "euler: no diagram has the Euler characteristic 'x'",
    ),  # type: ignore[arg-type]
    (lambda: pl.moment(1), "moment: there is int 1, and not a model"),  # type: ignore[arg-type]
    (lambda: RESULT.simulate(**AT, runs=0), "runs"),
    (lambda: RESULT.simulate(**AT, seed=-1), "seed"),
    (lambda: RESULT.evaluate_array(N=4, P=6, gamma=0), "parameter gamma: the value 0 is a limit"),
    (lambda: RESULT.evaluate_array(N=4, P=6, gamma=[1, 0]), "gamma"),
    (lambda: RESULT.evaluate_array(N=4, P=6, gamma=np.array([1.0, -2.0])), "gamma"),
    (lambda: RESULT.evaluate_array(N=4, P=6, gamma=[1, float("nan")]), "gamma"),
    (lambda: RESULT.evaluate_array(N=[4, 5], P=[1, 2, 3], gamma=1), "the arrays do not fit each other"),
    (lambda: RESULT.evaluate(N=4, P=6, gamma=0), "gamma"),
    (lambda: RESULT.evaluate(N=4, P=6), "there is no value for gamma"),
    (lambda: RESULT.evaluate(**AT, gama=1), "did you mean 'gamma'"),
]


@pytest.mark.parametrize(("ask", "sentence"), CASES)
def test_sentences(ask: Callable[[], object], sentence: str) -> None:
    with pytest.raises(pl.InputError) as caught:
        ask()
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)


def test_models_that_are_no_files(tmp_path: Path) -> None:
    for place in (tmp_path, str(tmp_path), tmp_path / "none.toml", str(tmp_path / "none.toml")):
        with pytest.raises(pl.InputError):
            pl.load_model(place)
        with pytest.raises(pl.InputError):
            pl.derive(place, "loss")
