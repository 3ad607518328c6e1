"""Certified values: enclosures against other routes with many more digits; what is not proved is not said."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from decimal import Context, Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from flint import arb, arb_mat
from mpmath import mp, mpf, nstr
from sympy import pi, sqrt
from tests.oracles import planar
from tests.oracles.generate import random_case
from tests.oracles.literature import random_features
from tests.oracles.reading import read_model, read_point

from planaria.algebra.errors import InputError, NotProvedError
from planaria.derivations import Derivation, derive
from planaria.ensembles.estimate import Enclosure, Estimate
from planaria.ensembles.library import load_model, model_names, text_of
from planaria.ensembles.text.model_data import ModelFile
from planaria.numerics.equations.unreduced import unreduced
from planaria.numerics.methods.krawczyk import proved_root
from planaria.numerics.points.balls import working_balls
from planaria.numerics.points.enclosures import enclosed, enclosed_numbers, enclosure
from planaria.numerics.points.problem import Problem, parameters_of, pose
from planaria.numerics.solving import certificate
from planaria.numerics.solving.evaluate import evaluate

CASES = Path(__file__).parents[1] / "oracles" / "cases"
MORE_DIGITS = 45  # of the oracle
EIGENVALUES = ("2", "0.5", "0.1")
OTHERS = ("0.75", "0.3", "0.3")
SIZES = {"N": 5, "P": 7, "T": 6, "K": 4, "C": 2}
NUMBERS = {"gamma": "0.3", "z": "4", "theta": "0.4"}
QUANTITIES = [(name, one.name) for name in model_names() for one in load_model(name).quantities]


def point_of(file: ModelFile, derivation: Derivation) -> dict[str, Any]:
    """A point with small sizes; every spectrum is a list, so that the oracle has the same exact numbers."""
    setting = derivation.rules.setting
    matrices = {str(matrix.name): matrix.shape[0] for matrix, _ in setting.matrices}
    lists = dict(zip(matrices, (EIGENVALUES, OTHERS), strict=False))
    known = {str(symbol) for symbol in parameters_of(derivation)}
    # Of a spectrum that is given as a list nothing else is asked.
    laws = {str(s) for _, law in file.model.spectra for s in law.free_symbols - set(setting.spaces)}
    spaces = {str(space) for space in setting.spaces} - {str(space) for space in matrices.values()}
    values: dict[str, Any] = {name: SIZES.get(name, 6) for name in known & spaces}
    values |= {name: NUMBERS.get(name, "0.7") for name in known - spaces - laws - set(map(str, matrices.values()))}
    return {**values, **lists}


def by_the_oracle(text: str, quantity: str, values: Mapping[str, Any], monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(planar, "DIGITS", MORE_DIGITS)
    model = read_model(text)
    spaces = {space for matrix, space in model.matrices.items() if matrix in values}
    numbers = {name: one for name, one in values.items() if name not in spaces}
    found = planar.planar_value(model.quantities[quantity], model, read_point(model, numbers), refined=True)
    assert found.radius < 1
    return found.value


def holds(one: Enclosure, number: Any) -> bool:
    """Whether an enclosure holds a number that is known to far more digits."""
    with mp.workdps(MORE_DIGITS):
        return abs(mpf(number) - mpf(one.middle)) <= mpf(one.radius) * (1 + mpf(10) ** -10)


@pytest.mark.parametrize(("name", "quantity"), QUANTITIES)
def test_an_enclosure_of_a_built_in_quantity_holds_the_value_of_the_oracle(
    name: str, quantity: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = load_model(name)
    derivation = derive(file.quantity(quantity).expression, file.model)
    values = point_of(file, derivation)
    found = evaluate(derivation, values, digits=30, certify=True)
    assert found.enclosure is not None
    assert found.status == "certified"
    assert mpf(found.enclosure.radius) < abs(found.value) * mpf(10) ** -29
    assert len(found.enclosures) == len(derivation.unknowns)
    assert holds(found.enclosure, by_the_oracle(text_of(name), quantity, values, monkeypatch))


@pytest.mark.parametrize("seed", range(20))
def test_an_enclosure_of_a_random_model_holds_the_value_of_the_oracle(
    seed: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    case = random_case(seed, most_letters=4)
    path = tmp_path / "model.toml"
    path.write_text(case.text, encoding="utf-8")
    file = load_model(str(path))
    try:
        derivation = derive(file.quantity(case.quantity).expression, file.model)
    except InputError:
        return
    for values in case.points[:2]:
        try:
            found = evaluate(derivation, values, digits=20)
        except InputError:
            with pytest.raises(InputError):
                evaluate(derivation, values, digits=20, certify=True)
            continue
        one = evaluate(derivation, values, digits=20, certify=True).enclosure
        assert one is not None
        try:
            right = by_the_oracle(case.text, case.quantity, values, monkeypatch)
        except (planar.NoSolutionError, planar.NoModelError, AssertionError, ArithmeticError):
            right = found.value  # the oracle has no answer here
        if holds(one, found.value) and not holds(one, right):
            with mp.workdps(MORE_DIGITS):  # the oracle may have lost digits, the enclosure none
                assert abs(right - found.value) <= abs(found.value) * mpf(10) ** -25, (one, right)
        else:
            assert holds(one, right), (one, right)


@pytest.mark.parametrize(("N", "P"), [(60, 120), (120, 60), (90, 90)])
def test_four_hundred_eigenvalues_of_a_power_law_and_the_published_formulas(N: int, P: int) -> None:
    file = load_model("random-features")
    with mp.workdps(90):
        spectrum = [mpf(k) ** (-mpf(9) / 5) for k in range(1, 401)]
        right = random_features(N, P, mpf("1e-4"), spectrum, sigma_eps=mpf("0.1"), digits=90)
    values = {"N": N, "P": P, "M": 400, "alpha": "0.8", "gamma": "1e-4", "C": 1, "sigma_eps": "0.1"}
    values |= dict.fromkeys(("sigma_u", "sigma_w", "lambda_plus"), 1)
    for quantity, number in (("loss", right.loss), ("noise_loss", right.noise_loss)):
        result = derive(file.quantity(quantity).expression, file.model)
        found = evaluate(result, {k: v for k, v in values.items() if k in result_names(result)}, certify=True)
        assert found.enclosure is not None
        assert holds(found.enclosure, number)
        assert holds(found.enclosures["Delta"], right.Delta)
        with mp.workdps(80):  # all digits that are printed are right
            assert Context(prec=50).create_decimal(nstr(number, 75)) == Decimal(found.enclosure.middle)


def result_names(result: Derivation) -> set[str]:
    return {str(one) for one in parameters_of(result)}


def test_a_singular_closed_form_is_certified_on_its_equations() -> None:
    file = load_model(str(CASES / "equal-samples.toml"))
    result = derive(file.quantity("q").expression, file.model)
    found = evaluate(result, {"P": 9, "T": 9, "gamma": "0.1"}, digits=18, certify=True)
    assert found.enclosure is not None
    assert abs(mpf(found.enclosure.middle) - mpf("11.005247647287835684")) < mpf("1e-17")


def test_loops_that_only_the_ladder_depends_on_are_certified_too() -> None:
    file = load_model(str(CASES / "ginibre.toml"))
    result = derive(file.quantity("q").expression, file.model)
    found = evaluate(result, {"w": "1.6", "N": 200}, digits=18, certify=True)
    assert found.enclosure is not None
    assert Fraction(5, 8) in found.enclosure


def marchenko_pastur() -> tuple[Derivation, Problem]:
    file = load_model("marchenko-pastur")
    result = derive(file.quantity("resolvent").expression, file.model)
    return result, pose(result, {"N": 2, "P": 5, "gamma": "0.5"})


def test_a_root_that_is_shifted_is_not_certified() -> None:
    """Were the test of a box left out, this would be claimed: the middle is near the root, and is none."""
    with mp.workdps(30), working_balls():
        result, problem = marchenko_pastur()
        numbers = enclosed_numbers(problem)
        good = certificate.loops_near(problem, evaluate(result, {"N": 2, "P": 5, "gamma": "0.5"}))
        assert good is not None
        found = certificate.certified_loops(problem, numbers, good)
        assert found is not None
        loops, propagators = found
        assert certificate._doubt(problem, numbers, loops, propagators) == ""
        moved = {symbol: ball + ball * arb("1e-9") for symbol, ball in loops.items()}
        assert "loop" in certificate._doubt(problem, numbers, moved, unreduced(result).propagators(numbers, moved))


def test_another_solution_of_the_equations_is_not_certified() -> None:
    """It is a root, unique in its box; the ladder tells that it is not that of the matrices."""
    file = load_model("wigner")
    result = derive(file.quantity("resolvent").expression, file.model)
    problem = pose(result, {"z": 3, "N": 10})
    with mp.workdps(30), working_balls():
        numbers = enclosed_numbers(problem)
        (symbol,) = (one for one, _ in result.closed_form.loops)
        other = {symbol: arb(10) * (3 + arb(5).sqrt()) / 2}  # N times the larger root of g^2 - 3 g + 1
        found = certificate.certified_loops(problem, numbers, other)
        assert found is not None
        loops, propagators = found
        assert loops[symbol].overlaps(other[symbol])
        assert "ladder" in certificate._doubt(problem, numbers, loops, propagators)


@pytest.mark.parametrize("shift", ["0.1", "-0.1", "1e-3"])
def test_a_box_without_a_root_is_no_proof(shift: str) -> None:
    """x^2 = 0 has a double root, and x^2 = -1 none."""
    for constant in ("0", "1"):
        number = arb(constant)
        found = proved_root(
            lambda box, number=number: ([box[0] * box[0] + number], arb_mat([[2 * box[0]]])), [arb(shift)]
        )
        assert found is None


def test_a_number_known_too_badly_for_one_root_is_no_proof() -> None:
    """Of x^2 = c, c within 0.9 of 1, the box that is needed holds both roots: only the test of the box tells."""
    for width, proved in ((0.9, False), (0.01, True)):
        number = arb(1, width)
        found = proved_root(
            lambda box, number=number: ([box[0] * box[0] - number], arb_mat([[2 * box[0]]])), [arb(1)]
        )
        assert (found is not None) == proved


def test_numbers_are_enclosed_and_not_rounded() -> None:
    with mp.workdps(20), working_balls():
        for exact in (sqrt(2) / 3, pi**2, 2 ** (sqrt(2)), (1 + sqrt(5)) ** 3 / 7):
            ball = enclosed(exact)
            with mp.workdps(60):
                right = mpf(exact.evalf(60))
            assert ball.rad() > 0
            assert ball.contains(arb(nstr(right, 50)))


def test_a_radius_covers_what_rounding_moves() -> None:
    found = enclosure(arb(2) / 3, 3)
    assert found.middle == "0.667"
    assert Fraction(2, 3) in found
    assert Fraction(found.radius) < Fraction(1, 2000)


def test_what_is_not_proved_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    result, _ = marchenko_pastur()
    monkeypatch.setattr(certificate, "is_stable", lambda *_: None)
    with pytest.raises(NotProvedError, match="ladder's radius is not proved below 1"):
        evaluate(result, {"N": 2, "P": 5, "gamma": "0.5"}, certify=True)


def command(*words: str) -> subprocess.CompletedProcess[str]:
    code = "from planaria.app.cli import main; main()"
    return subprocess.run([sys.executable, "-c", code, *words], capture_output=True, text=True, timeout=60)


WIGNER = ("evaluate", "wigner", "resolvent", "--set", "N=100", "--certify")


def test_the_command_prints_an_enclosure() -> None:
    done = command(*WIGNER, "--set", "z=3", "--json")
    content = json.loads(done.stdout)
    one = Enclosure(content["enclosure"]["middle"], content["enclosure"]["radius"])
    with mp.workdps(60):
        assert holds(one, (3 - mp.sqrt(5)) / 2)
    assert content["status"] == "certified"
    assert set(content["enclosure"]["unknowns"]) == set(content["unknowns"])
    shown = command(*WIGNER, "--set", "z=3").stdout
    assert f"{one.middle} +/- {one.radius}" in shown


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (
            ("--set", "z=3,4"),
            2,
            "a proof is of one point, and this is a table; give each name one number, and prove point by point",
        ),
        (("--set", "z=1"), 2, "ends at field strength"),
        (("--limit", "z=0"), 2, "a limit is not proved"),
    ],
)
def test_the_command_refuses_in_one_sentence(words: tuple[str, ...], code: int, said: str) -> None:
    done = command(*WIGNER, *words)
    assert done.returncode == code
    assert done.stdout == ""
    assert said in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_proof_that_is_not_reached_ends_with_1() -> None:
    code = (
        "from planaria.numerics.solving import certificate\n"
        "certificate.ATTEMPTS = 0\n"
        "from planaria.app.cli import main\n"
        "main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *WIGNER, "--set", "z=3"], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 1
    assert done.stdout == ""
    assert "the value is not proved" in done.stderr


def test_certify_is_true_or_false() -> None:
    result, _ = marchenko_pastur()
    with pytest.raises(InputError, match="certify"):
        evaluate(result, {"N": 2, "P": 5, "gamma": "0.5"}, certify="yes")  # type: ignore[arg-type]


def test_an_estimate_without_a_proof_has_no_enclosure() -> None:
    result, _ = marchenko_pastur()
    found = evaluate(result, {"N": 2, "P": 5, "gamma": "0.5"})
    assert isinstance(found, Estimate)
    assert found.enclosure is None
    assert dict(found.enclosures) == {}
