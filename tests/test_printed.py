"""What ``print`` shows of results: one line each."""

from sympy import Identity, MatrixSymbol, Trace, symbols

import planaria as pl

N, P, gamma = symbols("N P gamma", positive=True)
x = MatrixSymbol("x", N, P)
MODEL = pl.Model([pl.Gaussian(x, variance=1 / P)])
RESULT = pl.derive(Trace((gamma * Identity(N) + x * x.T).inv()) / N, MODEL)


def test_steps_and_limits() -> None:
    for step in RESULT.steps:
        assert str(step) == f"{step.rule}: {step.before} -> {step.after}"
    assert str(RESULT.steps).split("\n") == [str(step) for step in RESULT.steps]
    lines = str(pl.derive("random-features", "loss").limit(gamma=0)).split("\n")
    assert lines[0] == "where Delta = 0: 0"
    assert lines[1] == "where S_11 = P: C*Delta*N*P*sigma_w**2/(2*M*(N - P))"


def test_checks_and_dualities() -> None:
    assert str(pl.Check("one is one", "identity", False, "no, two")) == "identity: failed, no, two"
    (duality,) = pl.dualities(MODEL, Trace(x * x.T))
    assert str(duality).startswith("N <-> P, x <-> x.T: ")
    assert str(duality).endswith(duality.verdict)


def test_diagrams() -> None:
    found = pl.expand(Trace((x * x.T) ** 2), MODEL, order=0, euler=None)
    assert str(found) == "diagrams of order 0, all"  # not counted for that
    assert len(found) == 3
    assert str(found) == "3 diagrams of order 0, all"
    assert str(found[0]) == "2 ribbons, Euler characteristic 2: N"
    assert str(found[:2]).count("\n") == 1
    assert str(pl.expand(Trace(x * x.T), MODEL, order=0)[0]).startswith("1 ribbon, ")


def test_models() -> None:
    assert str(MODEL) == "fields x (real, N x P)"
    text = str(pl.load_model("random-features"))
    assert text.startswith("random-features: fields ")
    assert "Lambda (power law)" in text
    assert text.endswith("; quantities resolvent, gram_resolvent, loss, noise_loss, training_loss")
    assert repr(MODEL).startswith("Model(")
    assert str(RESULT.steps[:0]) == "()"
