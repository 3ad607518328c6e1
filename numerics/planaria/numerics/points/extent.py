"""Whether the eigenvalues of a problem are taken one by one, or long lists of them together."""

from __future__ import annotations

from dataclasses import replace

from planaria.algebra.errors import InputError
from planaria.numerics.points.problem import Posed, Problem
from planaria.numerics.quadrature.nodes import LARGE, MOST_PRECISE
from planaria.numerics.quadrature.of_lists import MOST_MERGED

__all__ = ["can_be_taken_in_full", "in_full", "merged_where_few", "merges"]


def in_full(problem: Problem, place: str, most: int = MOST_PRECISE) -> Problem:
    """The same with every eigenvalue taken by itself. Raises InputError where there are too many."""
    if not can_be_taken_in_full(problem, most):
        raise InputError(place, f"more than {most:,} eigenvalues would be taken one by one", "give a smaller size")
    return replace(problem, in_full=True, _cache={})


def can_be_taken_in_full(problem: Posed, most: int = MOST_PRECISE) -> bool:
    """Whether no matrix has more eigenvalues than can be taken one by one, to many digits."""
    return all(problem.exact(matrix.shape[0]) <= most for matrix, _, _ in problem.spectra)


def merged_where_few(problem: Problem, digits: int) -> Problem:
    """The same with the eigenvalues of long lists taken together, where few digits are asked for."""
    long = any(one.listed is not None and len(one.listed) > LARGE for _, _, one in problem.spectra)
    return replace(problem, merged=True, _cache={}) if long and digits <= MOST_MERGED else problem


def merges(problem: Problem) -> bool:
    """Whether eigenvalues of a list are taken together."""
    return any(one.listed is not None and problem.degree_of(m, one) is not None for m, _, one in problem.spectra)
