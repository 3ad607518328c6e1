"""Eigenvalues with how often they count, wherever they are written: held against the same list written out."""

from __future__ import annotations

from pathlib import Path

import pytest

from planaria.algebra.errors import InputError
from planaria.ensembles.spectra import Eigenvalues
from planaria.ensembles.text.model_file import load_model_file
from planaria.numerics.spectrum_files import read_spectrum_file

MODEL = """
[spaces]
N = "rows"
P = "samples"
[parameters]
gamma = "ridge"
[matrices]
A = {{ space = "N", spectrum = {spectrum} }}
[fields]
x = {{ shape = ["N", "P"], variance = "1/P", rows = "A" }}
[quantities]
q = "tr(inv(gamma*I(N) + x*x.T))/N"
"""


@pytest.mark.parametrize("name", ["a.csv", "a.txt"])
@pytest.mark.parametrize("text", ["0 x 4\n1.5\n0.5x3\n", "0 x 4,1.5,0.5 x 3\n", "lambda\n0 x 4\n1.5\n0.5 x 3\n"])
def test_a_file_says_how_often_eigenvalues_count(tmp_path: Path, name: str, text: str) -> None:
    file = tmp_path / name
    file.write_text(text)
    assert read_spectrum_file(file) == Eigenvalues.of([0, 0, 0, 0, "1.5", "0.5", "0.5", "0.5"])


@pytest.mark.parametrize("name", ["a.csv", "a.txt"])
def test_zero_so_many_times_is_not_taken_for_a_title(tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    file.write_text("0x1000\n1.5\n")
    with pytest.raises(
        InputError, match=r"the entry '0x1000' in row 1 is not a finite number; write \"0 x 1000\""
    ):
        read_spectrum_file(file)


def test_numbers_of_one_line_with_blanks_between(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text("1.5 0.5 x 3 2\n")
    assert read_spectrum_file(file) == Eigenvalues.of(["1.5", "0.5", "0.5", "0.5", 2])


def test_a_model_file_says_it_too(tmp_path: Path) -> None:
    file = tmp_path / "m.toml"
    file.write_text(MODEL.format(spectrum='[1.0, "0.5 x 3", ".25x2"]'))
    ((_, spectrum),) = load_model_file(file).model.spectra
    assert spectrum == Eigenvalues.of([1, "0.5", "0.5", "0.5", "0.25", "0.25"])
    file.write_text(MODEL.format(spectrum='[1.0, "0.5 y 3"]'))
    with pytest.raises(InputError, match=r"eigenvalue 2 is '0\.5 y 3', not a finite number"):
        load_model_file(file)
