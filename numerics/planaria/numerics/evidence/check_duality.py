"""A duality of closed forms in numbers: both sides evaluated to fifty digits at a random point."""

from __future__ import annotations

import random
from typing import Any

from mpmath import mp, mpf, nstr
from sympy import Expr, Integer, Rational, Trace

from planaria.derivations.analysis.duality import closed_form_certificate
from planaria.derivations.derivation import Derivation
from planaria.diagrams.duality import Certificate, Duality, Exchange
from planaria.ensembles.spectra import Eigenvalues
from planaria.numerics.evidence.admissible import admissible_point
from planaria.numerics.points.problem import to_mpf
from planaria.numerics.solving.evaluate import evaluate

__all__ = ["check_duality"]

DIGITS = 50
SIZE = 6  # of the smallest space


def check_duality(derivation: Derivation, duality: Duality, seed: int = 0) -> Certificate | None:
    """The duality of equations and value: by symbols where they decide it, else at a random point.

    None where the remainder of the duality holds traces that have no value yet.
    """
    certificate = closed_form_certificate(derivation.closed_form, duality)
    if certificate is not None:
        return certificate
    if duality.remainder.has(Trace):
        return None
    values = _with_spectra(admissible_point(derivation, SIZE, seed), duality.exchange, seed)
    other = _exchanged(values, duality.exchange)
    here, there = (evaluate(derivation, at, digits=DIGITS).value for at in (values, other))
    with mp.workdps(DIGITS + 10):
        factor, remainder = (to_mpf(one.subs(_scalars(values))) for one in (duality.factor, duality.remainder))
        difference = abs(there - factor * here - remainder) / max(abs(there), mpf(10) ** -DIGITS)
    passed = bool(difference < mpf(10) ** (4 - DIGITS))
    return Certificate(
        f"the values on both sides of {duality.exchange} are related as they should be",
        "closed form",
        passed,
        f"relative difference {nstr(difference, 2)} at a random point",
    )


def _with_spectra(values: dict[Any, Any], exchange: Exchange, seed: int) -> dict[Any, Any]:
    """Matrices that are exchanged need eigenvalues that can be: lists, whatever the model says."""
    source = random.Random(f"{seed} duality")
    found = dict(values)
    for pair in exchange.matrices:
        for matrix in pair:
            space = matrix.shape[0]
            size = int(space) if isinstance(space, Integer) else int(values[space])
            found.setdefault(
                matrix, Eigenvalues(tuple(Rational(source.randint(50, 150), 100) for _ in range(size)))
            )
    return found


def _exchanged(values: dict[Any, Any], exchange: Exchange) -> dict[Any, Any]:
    partner: dict[Any, Any] = {}
    for a, b in (*exchange.spaces, *exchange.parameters, *exchange.matrices):
        partner |= {a: b, b: a}
    return {partner.get(key, key): value for key, value in values.items()}


def _scalars(values: dict[Any, Any]) -> dict[Any, Expr]:
    return {key: value for key, value in values.items() if not isinstance(value, Eigenvalues)}
