"""Eigenvalues that come from a computation hold some digits, and no value of them may seem to hold more."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import planaria as pl
from planaria.ensembles.spectra import Eigenvalues
from planaria.numerics.spectrum_files import read_data_file, read_spectrum_file

NUMBERS = np.random.default_rng(3).lognormal(size=30)
COVARIANCE = pl.derive("correlated-wishart", "resolvent")
AT: dict[str, Any] = {"B": ["1 x 50"], "gamma": "1/10"}


@pytest.mark.parametrize(
    "given", [NUMBERS, NUMBERS.tolist(), pl.Eigenvalues.of([repr(float(x)) for x in NUMBERS])]
)
def test_a_value_says_what_its_eigenvalues_hold(given: Any) -> None:
    found = COVARIANCE.evaluate({**AT, "A": given}, digits=30)
    (note,) = found.notes
    assert "the eigenvalues of A hold 16 digits: of the 30 that are given at most 16 are known" in note
    assert COVARIANCE.evaluate({**AT, "A": given}, digits=15).notes == ()


def test_the_note_is_true() -> None:
    """Moving the eigenvalues by one unit of their last bit moves the value beyond the digits of the note."""
    found = COVARIANCE.evaluate({**AT, "A": NUMBERS}, digits=30)
    moved = COVARIANCE.evaluate({**AT, "A": np.nextafter(NUMBERS, 2 * NUMBERS)}, digits=30)
    assert 1e-19 < abs(1 - moved / found) < 1e-14  # with the digits of the estimates


def test_limits_proofs_and_log_dets_say_it_too() -> None:
    assert COVARIANCE.evaluate({"B": ["1 x 50"], "A": NUMBERS}, limit={"gamma": 0}, digits=20).notes
    assert COVARIANCE.evaluate({**AT, "A": NUMBERS}, certify=True, digits=20).notes
    assert COVARIANCE.evaluate({**AT, "gamma": "1+1j", "A": NUMBERS}, digits=20).notes
    entropy = pl.derive("correlated-wishart", "logdet(gamma*I(N) + x*x.T)")
    assert entropy.evaluate({**AT, "A": NUMBERS[:5]}, digits=18).notes
    assert not entropy.evaluate({**AT, "A": NUMBERS[:5]}, digits=10).notes


@pytest.mark.parametrize(
    "given", [[1, 0.5, 0.25], ["1/3", "0.123456789012345678901", 2], np.array([0.1, 0.2, 0.7])]
)
def test_decimals_are_exact(given: Any) -> None:
    assert COVARIANCE.evaluate({**AT, "A": given}, digits=40).notes == ()


def test_files_of_doubles(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", NUMBERS)
    np.save(tmp_path / "b.npy", NUMBERS.astype(np.float32))
    np.savetxt(tmp_path / "c.txt", NUMBERS)
    (tmp_path / "d.csv").write_text("\n".join(f"{x!r} x 2" for x in NUMBERS.tolist()))
    (tmp_path / "e.csv").write_text("0.123456789012345678901\n0.5\n")
    np.save(tmp_path / "f.npy", np.array([1, 2, 3]))
    found = {one.name: read_spectrum_file(one).digits for one in sorted(tmp_path.iterdir())}
    assert found == {"a.npy": 16, "b.npy": 7, "c.txt": 16, "d.csv": 16, "e.csv": None, "f.npy": None}


def test_eigenvalues_of_data_hold_the_digits_of_doubles(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("1,5\n3,5\n1,5\n3,5\n")
    np.save(tmp_path / "b.npy", np.arange(12.0).reshape(4, 3).astype(np.float16) ** 0.5)
    assert read_data_file(tmp_path / "a.csv").digits == 16
    assert read_data_file(tmp_path / "b.npy").digits == 4


def test_digits_make_no_other_spectrum() -> None:
    assert Eigenvalues.of([1, 2], digits=16) == Eigenvalues.of([1, 2])
    assert hash(Eigenvalues.of([1, 2], digits=16)) == hash(Eigenvalues.of([1, 2]))
