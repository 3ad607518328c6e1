"""The ladder's spectral radius: known laws, the oracle's own, and that a continuation is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from mpmath import mp, mpf
from tests.oracles.planar import planar_value
from tests.oracles.reading import read_model, read_point

from planaria.algebra.errors import InputError
from planaria.derivations import derive
from planaria.ensembles.library import load_model
from planaria.numerics.equations.ladder import ladder
from planaria.numerics.solving.evaluate import evaluate

CASES = Path(__file__).parents[1] / "oracles" / "cases"


def derived(name: str, quantity: str):
    file = load_model(str(CASES / f"{name}.toml"))
    return derive(file.quantity(quantity).expression, file.model)


def test_a_ginibre_resolvent_has_the_radius_of_its_disk() -> None:
    derivation = derived("ginibre", "q")
    assert evaluate(derivation, {"w": "1.6", "N": 50}, digits=15).radius == pytest.approx(1 / 1.6**2, abs=1e-14)
    with pytest.raises(InputError, match="radius is 4, not below 1"):
        evaluate(derivation, {"w": "0.5", "N": 50}, digits=15)


@pytest.mark.parametrize("w", ["1.2", "1.203"])
def test_an_elliptic_law_ends_at_its_half_axis(w: str) -> None:
    """The real half-axis of a g + b g^H is (a + b)^2 / sqrt(a^2 + b^2), 1.204 at a = 1, b = 0.1."""
    with pytest.raises(InputError, match="in the spectrum"):
        evaluate(derived("elliptic-sum", "q"), {"w": w, "a": 1, "b": "0.1", "N": 50}, digits=15)


def test_outside_of_the_ellipse_there_is_a_value() -> None:
    found = evaluate(derived("elliptic-sum", "q"), {"w": "1.21", "a": 1, "b": "0.1", "N": 50}, digits=15)
    assert found.radius is not None
    assert 0.9 < found.radius < 1


@pytest.mark.parametrize(
    ("name", "quantity", "point"),
    [
        ("nested-symmetric", "q", {"f": "1", "g": "1"}),
        ("fourth-power", "q", {"N": "12", "P": "5", "g": "2.307", "e": "0.028"}),
        ("polynomials", "anti", {"z": "5", "N": "100"}),
        ("equal-samples", "q", {"P": "9", "T": "9", "gamma": "0.1"}),
    ],
)
def test_the_radius_is_the_oracle_s(name: str, quantity: str, point: dict[str, str]) -> None:
    model = read_model((CASES / f"{name}.toml").read_text(encoding="utf-8"))
    expected = planar_value(model.quantities[quantity], model, read_point(model, point))
    found = evaluate(derived(name, quantity), point, digits=15)
    assert found.radius == pytest.approx(expected.radius, rel=1e-8)


def test_loops_that_only_the_ladder_needs_are_found() -> None:
    """The value of a resolvent of a word without its adjoint knows no loop; its spectrum does."""
    derivation = derived("product-in-the-disk", "q")
    with pytest.raises(InputError, match="in the spectrum"):
        evaluate(derivation, {"N": 100, "P": 100, "z": "1.309"}, digits=15)


def test_copies_of_one_resolvent_are_groups_of_their_own() -> None:
    file = load_model("random-features")
    groups = ladder(derive(file.quantity("loss").expression, file.model)).groups
    assert [len(group) for group in groups] == [4, 4]


@pytest.mark.parametrize("a", ["3", "2.01"])
@pytest.mark.parametrize("places", [8, 14, 20])
def test_near_an_edge_loops_of_the_ladder_alone_count(a: str, places: int) -> None:
    """The edge of c/(a - h): w^2 = tau (1/(a - h)^2) = (a/sqrt(a^2 - 4) - 1)/2."""
    result = derived("missing-loops", "q")
    with mp.workdps(60):
        A = mpf(a)
        edge = mp.sqrt((A / mp.sqrt(A * A - 4) - 1) / 2)
        inside, outside = (mp.nstr(edge * (1 + sign * mpf(10) ** -places), 45) for sign in (-1, 1))
    assert evaluate(result, {"N": 10, "w": outside, "a": a}).status == "verified"
    with pytest.raises(InputError, match="spectrum"):
        evaluate(result, {"N": 10, "w": inside, "a": a})
