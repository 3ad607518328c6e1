"""Deep models: one unknown, short values by differences, right against the independent planar solver."""

from __future__ import annotations

from pathlib import Path
from random import Random

import numpy as np
import pytest
from sympy import symbols
from tests.oracles.planar import planar_value
from tests.oracles.reading import read_model, read_point

from planaria.algebra.rational import Ring
from planaria.derivations import derive
from planaria.derivations.derivation import Derivation
from planaria.derivations.elimination.ladders import companions, differences, is_linear, solved_ladder
from planaria.derivations.elimination.plain import plain_form
from planaria.ensembles.library import load_model
from planaria.numerics.sweeps.arrays import evaluate_array

EIGENVALUES = ["2", "1", "0.7", "0.5", "0.4", "0.3"]
POINT = {"N": 7, "P": 11, "M": 6, "H_1": 9, "H_2": 8, "H_3": 10, "gamma": "0.3", "Lambda": EIGENVALUES}


def text(layers: int) -> str:
    """Deep random features with the loss by the resolvent over the latent space."""
    widths = [*(f"H_{n}" for n in range(1, layers)), "N"]
    fields, below = "", "M"
    for n, width in enumerate(widths, start=1):
        fields += f'u_{n} = {{ shape = ["{width}", "{below}"], variance = "1/{below}" }}\n'
        below = width
    product = "*".join(f"u_{n}" for n in range(layers, 0, -1))
    back = "*".join(f"u_{n}.T" for n in range(1, layers + 1))
    spaces = "\n".join(f'{width} = "width"' for width in widths)
    return f"""
[spaces]
P = "samples"
M = "dimensions"
{spaces}
[parameters]
gamma = "ridge"
[matrices]
Lambda = {{ space = "M" }}
[fields]
x = {{ shape = ["M", "P"], rows = "Lambda" }}
{fields}
[definitions]
phi = "{product}*x"
q = "inv(gamma*I(N) + phi*phi.T)"
R = "I(M) - x*x.T*{back}*q*{product}"
[quantities]
loss = "tr(R*Lambda*R.T)"
"""


def derived(tmp_path: Path, layers: int) -> tuple[Derivation, str]:
    file = tmp_path / "deep.toml"
    file.write_text(text(layers), encoding="utf-8")
    return derive(str(file), "loss"), text(layers)


@pytest.mark.parametrize("layers", [3, 4])
def test_a_deep_loss_has_one_unknown_and_the_oracle_s_value(tmp_path: Path, layers: int) -> None:
    derivation, model_text = derived(tmp_path, layers)
    closed = derivation.closed_form
    assert len(derivation.unknowns) == 1
    assert len(str(derivation.value)) < 150 * layers
    assert closed.shifts
    hidden = {symbol for symbol, _ in closed.shifts}
    assert not hidden & derivation.value.free_symbols
    values = {name: value for name, value in POINT.items() if name in model_text}
    model = read_model(model_text)
    right = planar_value(model.quantities["loss"], model, read_point(model, values))
    found = derivation.evaluate(values, digits=20)
    assert float(found.value) == pytest.approx(float(right.value), rel=1e-9)
    sweep = {**values, "gamma": np.array([0.1, 0.3, 1.0])}
    assert evaluate_array(derivation, sweep).values[1] == pytest.approx(float(right.value), rel=1e-9)


def test_without_differences_a_form_is_the_same(tmp_path: Path) -> None:
    derivation, _ = derived(tmp_path, 3)
    closed = derivation.closed_form
    plain = plain_form(closed)
    assert not plain.shifts
    assert not {symbol for symbol, _ in closed.shifts} & set(plain.ring.generators)
    chance = Random(5)
    names = {*closed.ring.generators, *plain.ring.generators}
    at = {g: chance.uniform(1.0, 2.0) for g in names}
    assert closed.written_out(closed.value).evaluate(at, 1.0) == pytest.approx(
        closed.value.evaluate(closed.completed(at, 1.0), 1.0), rel=1e-9
    )


def test_a_ladder_is_solved_as_any_solver_does() -> None:
    """A dense random system of five loops, against numpy."""
    chance = Random(2)
    loops = symbols("T_1:6")
    ring = Ring([*symbols("a b"), *loops])
    a, b = symbols("a b")
    rows = [[chance.randint(-4, 4) for _ in loops] for _ in loops]
    known = [chance.randint(1, 9) for _ in loops]
    images = {
        t: ring(sum((c * a * s for c, s in zip(row, loops, strict=True)), start=k * b))
        for t, row, k in zip(loops, rows, known, strict=True)
    }
    found = solved_ladder(images, lambda one: not one)
    point = {a: 0.37, b: 1.9}
    right = np.linalg.solve(np.eye(5) - 0.37 * np.array(rows), 1.9 * np.array(known))
    assert [found[t].evaluate(point, 1.0) for t in loops] == pytest.approx(list(right))


def test_a_singular_ladder_is_no_ladder() -> None:
    a, s, t = symbols("a s t")
    ring = Ring([a, s, t])
    with pytest.raises(ArithmeticError, match="singular"):
        solved_ladder({s: ring(t), t: ring(s + a)}, lambda one: not one)


def test_what_stands_beside_a_loop_is_found_with_its_factor() -> None:
    a, s, t, y, z = symbols("a s t y z")
    ring = Ring([a, s, t, y, z])
    values = {s: ring((a * t + 3 * a * y - z) / (a + 1)), t: ring(s)}
    found = companions(values, {y: ring(a), z: ring(a)}, lambda one, other: True)
    assert found == {t: {y: 3}}
    assert companions(values, {y: ring(a), z: ring(a)}, lambda one, other: False) == {}


def test_products_of_loops_are_no_ladder() -> None:
    a, s, t = symbols("a s t")
    ring = Ring([a, s, t])
    assert is_linear(ring((a * s + t) / a), [s, t])
    assert not is_linear(ring(s * t), [s, t])
    assert not is_linear(ring(1 / (1 + s)), [s, t])


def test_only_a_dimension_less_a_sum_is_a_difference() -> None:
    N, P, z, w, D = symbols("N P z w D")
    ring = Ring([N, P, z, w, D])
    value = ring((N - z) * (P - D) * (P - 2 * z * w) * (N + P - z) / (3 * z - P))
    assert differences([value], [N, P], [z, w]) == {N: ring(N - z), P: ring(P - 3 * z)}


def test_the_example_of_three_layers() -> None:
    file = load_model(str(Path(__file__).parents[2] / "examples" / "deep-random-features.toml"))
    derivation = derive(file.quantity("loss").expression, file.model)
    assert not any(check.failed for check in derivation.check(simulation=False))
