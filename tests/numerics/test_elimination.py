"""Programs for inverses, against numpy's and exact ones."""

from __future__ import annotations

import random
from fractions import Fraction

import numpy as np
import pytest
from flint import arb, fmpq_mat
from mpmath import mp

from planaria.derivations import derive
from planaria.ensembles.library import load_model
from planaria.numerics.equations.ladder import entries_read
from planaria.numerics.equations.unreduced import unreduced
from planaria.numerics.methods.elimination import Key, eliminated, pivots
from planaria.numerics.points.at_point import loops_of
from planaria.numerics.points.balls import ball_numbers, working_balls
from planaria.numerics.points.problem import pose
from planaria.numerics.solving.evaluate import evaluate


def sparse(seed: int, size: int) -> tuple[dict[Key, int | Key], dict[Key, Fraction]]:
    """A matrix with a full diagonal, ones and minus ones, and some entries that are equal."""
    source = random.Random(seed)
    made: dict[Key, int | Key] = {}
    values: dict[Key, Fraction] = {}
    for i in range(size):
        for j in range(size):
            if i != j and source.random() > 0.35:
                continue
            kind = source.choice(["one", "minus", "new", "new", "equal"])
            old = [key for key, value in made.items() if value == key]
            if kind in ("one", "minus"):
                made[i, j] = 1 if kind == "one" else -1
                values[i, j] = Fraction(1 if kind == "one" else -1)
            elif kind == "equal" and old:
                made[i, j] = source.choice(old)
                values[i, j] = values[made[i, j]]  # type: ignore[index]
            else:
                made[i, j] = (i, j)
                values[i, j] = Fraction(source.randint(2, 99), source.randint(1, 9))
    return made, values


@pytest.mark.parametrize("seed", range(40))
def test_the_inverse_is_exact(seed: int) -> None:
    size = 2 + seed % 6
    made, values = sparse(seed, size)
    matrix = fmpq_mat(size, size)
    for (i, j), value in values.items():
        matrix[i, j] = value.numerator
        matrix[i, j] = matrix[i, j] / value.denominator
    program = eliminated(made, pivots(values, range(size)), None)
    if matrix.det() == 0:
        return
    assert program is not None
    try:
        found = program.run(values, Fraction(1))
    except ZeroDivisionError:  # these pivots do not lead through; the dense way is taken
        return
    inverse = matrix.inv()
    for column in range(size):
        for row in range(size):
            right = inverse[column, row]
            assert found.get((column, row), 0) == Fraction(int(right.p), int(right.q))


def test_only_what_is_wanted_is_computed() -> None:
    made, values = sparse(4, 7)
    order = pivots(values, range(7))
    whole, part = eliminated(made, order, None), eliminated(made, order, {(0, 0)})
    assert whole is not None
    assert part is not None
    assert set(part.places) == {(0, 0)}
    assert len(part.nodes) < len(whole.nodes)
    assert part.run(values, Fraction(1))[0, 0] == whole.run(values, Fraction(1))[0, 0]


def test_pivots_that_do_not_lead_through() -> None:
    assert eliminated({(0, 0): (0, 0)}, [], None) is None
    assert eliminated({(0, 0): (0, 0), (1, 1): (1, 1)}, [(0, 0), (1, 0)], None) is None


def test_arrays_are_inverted_at_each_place() -> None:
    made: dict[Key, int | Key] = {(i, j): (i, j) for i in range(3) for j in range(3)}
    source = np.random.default_rng(1)
    stack = source.normal(size=(5, 3, 3)) + 4 * np.eye(3)
    entries = {(i, j): stack[:, i, j] for i, j in made}
    program = eliminated(made, pivots(entries, range(3)), None)
    assert program is not None
    found = program.run(entries, 1.0)
    right = np.linalg.inv(stack)
    assert all(found[i, j] == pytest.approx(right[:, i, j]) for i, j in made)


def test_the_entries_that_are_read_are_those_of_the_whole_inverse() -> None:
    file = load_model("random-features")
    result = derive(file.quantity("loss").expression, file.model)
    values = {"N": 5, "P": 7, "M": 6, "alpha": 1, "lambda_plus": 1, "gamma": "0.1", "C": 1, "sigma_u": 1}
    problem = pose(result, {**values, "sigma_w": 1})
    unknowns = list(evaluate(problem.derivation, {**values, "sigma_w": 1}, digits=30).unknowns.values())
    with mp.workdps(30), working_balls():
        loops = {symbol: arb(x) for symbol, x in loops_of(problem, unknowns).items()}
        numbers, wanted = ball_numbers(problem), entries_read(result)
        equations = unreduced(result)
        whole, part = equations.propagators(numbers, loops), equations.propagators(numbers, loops, wanted)
        for space, entries in part.items():
            assert set(entries) == set(whole[space]) & wanted[space]
            for key, entry in entries.items():
                pairs = zip(np.ravel(entry), np.ravel(whole[space][key]), strict=True)
                assert all(one.overlaps(other) and one.is_finite() for one, other in pairs)
