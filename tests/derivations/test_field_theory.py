"""Neural-network field theory: the connected four-point function, its dual, and drawn networks."""

from __future__ import annotations

import numpy as np
import pytest
from sympy import Trace, expand, symbols

from planaria.diagrams import dualities, moment
from planaria.diagrams import expand as diagrams
from planaria.diagrams.graphs.weight import total_weight
from planaria.ensembles.library import load_model

FILE = load_model("neural-network-field-theory")
N, P, C, sigma = symbols("N P C sigma", positive=True)
NETWORK, DATA = FILE.names["network"], FILE.names["data"]
DRAWS = 200_000


def test_the_exchange_takes_networks_to_data_sets() -> None:
    (duality,) = dualities(FILE.model, FILE.quantity("ensembles").expression)
    assert {frozenset(pair) for pair in duality.exchange.pairs} == {
        frozenset("NP"),
        frozenset(("eta", "theta")),
        frozenset("ux"),
    }
    for power in (1, 2, 3):
        network, data = (moment(one**power, FILE.model, connected=True) for one in (NETWORK, DATA))
        assert expand(duality.exchange.expression(network) - data) == 0
        assert network != data or power == 1


def test_diagrams_and_integration_by_parts_agree() -> None:
    connected = total_weight(diagrams(NETWORK**2, FILE.model, 0, euler=None, connected=True))
    assert expand(connected - moment(NETWORK**2, FILE.model, connected=True)) == 0


@pytest.mark.parametrize(("features", "outputs"), [(2, 1), (3, 2), (40, 1)])
def test_drawn_networks(features: int, outputs: int) -> None:
    source = np.random.default_rng(features)
    inputs = np.array([1.5, 0.5])
    theta = source.normal(size=(DRAWS, outputs, features)) / np.sqrt(features)
    output = theta @ source.normal(size=(DRAWS, features, 2))
    square = (output**2 @ inputs).sum(axis=1)
    matrix = FILE.matrices[0].symbol
    exact = moment(NETWORK**2, FILE.model, connected=True)
    traces = {Trace(matrix): inputs.sum(), Trace(matrix**2): (inputs**2).sum()}
    predicted = float(exact.xreplace(traces).subs({N: features, C: outputs, sigma: 1}))
    centred = square - square.mean()
    error = np.sqrt(((centred**2 - centred.var()) ** 2).mean() / DRAWS)
    assert abs(centred.var() - predicted) < 4 * error
    # Without the interaction, of order 1/N, it would be far off at a small size.
    gaussian = 2 * outputs * float(traces[Trace(matrix**2)])
    if features < 10:
        assert abs(centred.var() - gaussian) > 20 * error
