"""Values of every public type, and what worker processes do with them: for `tests/test_travel.py`.

Run with a file of pickled values, it holds them against values that are made in this process, and pickles them
again.
"""

from __future__ import annotations

import pickle
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from mpmath import mpf
from sympy import Eq, Identity, MatrixSymbol, Mul, Trace, symbols

from planaria.algebra.errors import InputError
from planaria.algebra.laurent import Laurent
from planaria.algebra.rational import Ring
from planaria.algebra.work import WorkLimitError
from planaria.derivations import Derivation, derive
from planaria.derivations.analysis.limits import limit_branches
from planaria.derivations.asked import derive as derive_anything
from planaria.derivations.elimination.algebraic import AlgebraicForm
from planaria.diagrams import (
    Eigenvalues,
    Exponential,
    Gaussian,
    Model,
    PowerLaw,
    classes,
    dualities,
    dyson_check,
    expand,
    moment,
    self_energy,
)
from planaria.diagrams.expressions.expression import prepare, read
from planaria.diagrams.expressions.trace_function import TraceFunction
from planaria.diagrams.moments.trace_polynomials import WordProduct
from planaria.diagrams.rules.tables import pencil_lines, vertex_table
from planaria.diagrams.weights.planar_sums import planar_sum_of
from planaria.ensembles.estimate import Estimate
from planaria.ensembles.laws.elliptic import Elliptic
from planaria.ensembles.laws.known import LAWS, law_of, parameter_names
from planaria.ensembles.library import load_model, model_names
from planaria.ensembles.shown import Shown
from planaria.ensembles.spectra.known import SPECTRA, named_spectrum
from planaria.ensembles.text.log_determinant import logdet
from planaria.ensembles.verdicts.statuses import Status
from planaria.ensembles.verdicts.techniques import Technique
from planaria.numerics import density, evaluate
from planaria.numerics.evidence.check_diagrams import check_diagrams
from planaria.numerics.nonhermitian.density import plane_density
from planaria.numerics.points.problem import pose
from planaria.numerics.points.refusals import ContradictionError, InTheSpectrumError, SingularError
from planaria.numerics.simulation.extrapolation import no_comparison
from planaria.numerics.simulation.simulate import simulate
from planaria.numerics.solving.branch import PathEndsError

N, P, GAMMA, A, B = symbols("N P gamma a b", positive=True)
X, LAMBDA = MatrixSymbol("x", N, P), MatrixSymbol("Lambda", N, N)
Y, Z = MatrixSymbol("y", N, N), MatrixSymbol("z", N, N)
MODEL = Model([Gaussian(X, variance=2 * (A + B) / P, rows=LAMBDA)], {LAMBDA: Eigenvalues.of([1, 2])})
RESOLVENT = (GAMMA * Identity(N) + X * X.T).inv()
POINT_OF_DENSITY = {"N": 2, "P": 3, "a": 1, "b": 2}
POINT = {"N": 2, "P": 3, "gamma": "0.5", "a": 1, "b": 2}


@cache
def derived() -> Derivation:
    return derive(Trace(RESOLVENT) / N, MODEL)


@cache
def built_in(model: str, quantity: str) -> Derivation:
    file = load_model(model)
    return derive(file.quantity(quantity).expression, file.model)


@cache
def loss() -> Derivation:
    return built_in("random-features", "loss")


def _graphs() -> Any:
    return tuple(expand(Trace(RESOLVENT), MODEL, order=2, euler=None))


def _nodes() -> Any:
    return read(RESOLVENT * LAMBDA * RESOLVENT, prepare([RESOLVENT, LAMBDA], MODEL))


@cache
def _dualities() -> Any:
    file = load_model("random-features")
    return dualities(file.model, file.quantity("loss").expression, order=1)


def _dual() -> Any:
    graph = next(iter(expand(Trace(X * X.T * X * X.T), Model([Gaussian(X)]), order=0)))
    found = dualities(Model([Gaussian(X)]), Trace(X * X.T * X * X.T))
    return tuple(one.dual(graph) for one in found)


def _simulation() -> Any:
    expression = Trace(RESOLVENT) / N
    found = simulate({"q": expression}, MODEL, {N: 2, P: 3, GAMMA: 1, A: 1, B: 2}, runs=8, seed=1)["q"]
    return found, no_comparison(1.0, [(1, found)], "a test")


def _limits() -> Any:
    gamma = next(one for one in loss().rules.setting.ring.generators if str(one) == "gamma")
    return limit_branches(loss().closed_form, gamma)


VALUES: dict[str, Callable[[], Any]] = {
    "ring": lambda: Ring([GAMMA, N]),
    "ratio": lambda: Ring([GAMMA, N])((GAMMA**2 - 3 * N) / (7 * GAMMA + N)),
    "Laurent series": lambda: Laurent.of([1, 2, 3], low=-1, high=5),
    "spectra": lambda: (
        Eigenvalues.of(["1/3", 2]),
        PowerLaw(A, B),
        *map(named_spectrum, SPECTRA),
    ),
    "laws": lambda: tuple(
        law_of(name, "field x", **dict.fromkeys(parameter_names(name), 1 - 2 * A)) for name in LAWS
    ),
    "model of other laws": lambda: Model([Gaussian(Y, law=Elliptic(A)), Gaussian(Z, kind="antisymmetric")]),
    "model": lambda: MODEL,
    **{f"file {name}": (lambda name=name: load_model(name)) for name in model_names()},  # type: ignore[misc]
    "function of traces": lambda: TraceFunction(Trace(X * X.T) / (A + Trace(X * X.T) ** 2)),
    "setting": lambda: prepare([RESOLVENT], MODEL),
    "expression": _nodes,
    "graphs": _graphs,
    "canonical forms": lambda: tuple(graph.canonical_form for graph in _graphs()),
    "faces and lines": lambda: tuple((graph.faces, graph.lines) for graph in _graphs()),
    "graph classes": lambda: classes(_graphs()),
    "irreducible graphs": lambda: tuple(self_energy(RESOLVENT, MODEL, 2)),
    "Dyson check": lambda: dyson_check(RESOLVENT, MODEL, ribbons=2),
    "rules": lambda: derived().rules,
    "tables of rules": lambda: (tuple(pencil_lines(derived().rules)), tuple(vertex_table(derived().rules))),
    "Schwinger-Dyson system": lambda: loss().system,
    "closed form": lambda: loss().closed_form,
    "derivation": derived,
    "derivation with several steps": loss,
    "log determinant": lambda: derive_anything(logdet(A * Identity(P) + X.T * X), MODEL),
    "matrix": lambda: derive_anything(GAMMA * (GAMMA * Identity(P) + X.T * X).inv(), MODEL),
    "steps": lambda: loss().steps,
    "tuple that shows itself": lambda: Shown((MODEL, Shown((1, 2)))),
    "algebraic form": lambda: built_in("marchenko-pastur", "resolvent").algebraic,
    "limits": _limits,
    "what sympy would evaluate": lambda: (
        AlgebraicForm(Eq(GAMMA, 0, evaluate=False), 1, Mul(2, A + B, evaluate=False)),
        Gaussian(X, variance=Mul(2, A + B, evaluate=False)),
        Exponential(xi=Mul(2, A + B, evaluate=False)),
        Elliptic(Mul(2, A + B, evaluate=False)),
    ),
    "problem": lambda: pose(derived(), POINT),
    "estimate": lambda: evaluate(derived(), POINT, digits=20),
    "estimate without unknowns": lambda: Estimate(
        mpf(1), mpf(0), (Technique.NEWTON.taken(),), Status.VERIFIED, {"Delta": mpf("nan")}, mpf(0), 10, None
    ),
    "density": lambda: density(derived(), values=POINT_OF_DENSITY, of="gamma", points=10),
    "density in the plane": lambda: plane_density(
        "signal-plus-noise", "tr(inv(gamma*I(N) - x))/N", {"N": 4, "sigma": 1}, of="gamma", points=9
    ),
    "comparisons": lambda: tuple(
        derived().equals(one, {"z": "k**2", "k": "k**3 = z*k"}) for one in ("z + Delta", "sum(lambda_I)/P")
    ),
    "analyses": lambda: (loss().derivative(gamma=1), loss().optimum("gamma"), loss().bulk(1), loss().sign("N")),
    "scaling": lambda: loss().scaling("N", "gamma=0, P/N=2, M=oo"),
    "check": lambda: check_diagrams(derived(), 0, lambda text, done, total: None),
    "simulation": _simulation,
    "moment": lambda: moment(Trace(X * X.T) ** 2, MODEL),
    "product of words": lambda: WordProduct(("ab",), "c"),
    "planar sum": lambda: planar_sum_of(Trace(RESOLVENT), MODEL, 2),
    "dualities": _dualities,
    "dual": _dual,
    "errors": lambda: (
        InputError("field x", "it is wrong", "make it right"),
        PathEndsError(0.5, certain=True),
        SingularError(),
        InTheSpectrumError("1.5"),
        ContradictionError(mpf(1), mpf(2)),
    ),
}

ERRORS = (InputError("field x", "it is wrong", "make it right"), WorkLimitError("too much"))


def number(gamma: str) -> str:
    """What a worker does with a result that was made before it was started, or came with the task."""
    return str(derived().evaluate({**POINT, "gamma": gamma}, digits=20))


def number_of(task: tuple[Derivation, str]) -> tuple[Estimate, int]:
    derivation, gamma = task
    found: Estimate = derivation.evaluate({**POINT, "gamma": gamma}, digits=20)
    return found, len(derivation.steps)


def main(came: Path, back: Path) -> None:
    values = pickle.loads(came.read_bytes())
    for name, make in VALUES.items():
        fresh = make()
        assert values[name] == fresh, name
        assert hash(values[name]) == hash(fresh), name
    back.write_bytes(pickle.dumps(values))


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
