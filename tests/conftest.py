"""Flags of the tests."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, settings

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before numpy: workers share the cores

# A busy machine is no failure.
settings.register_profile("planaria", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("planaria")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--random-models",
        type=int,
        default=60,
        metavar="N",
        help="seeds of tests/test_random_models.py (60 if not given; 2000 take hours)",
    )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "random_model_seed" in metafunc.fixturenames:
        metafunc.parametrize("random_model_seed", range(metafunc.config.getoption("--random-models")))
