"""The harness finds each kind of fault when it is put there."""

from __future__ import annotations

import os
from types import SimpleNamespace
from typing import Any

import pytest
from tests.oracles import harness
from tests.oracles.generate import Case

from planaria.algebra.errors import InputError

TEXT = """
[spaces]
N = "N"
[parameters]
z = "z"
[fields]
h = { shape = ["N", "N"], variance = "1/N", kind = "hermitian" }
[quantities]
q = "tr(inv(z*I(N) - h))/N"
"""
CASE = Case("semicircle", TEXT, "q", ({"z": "2.5", "N": "4"}, {"z": "1", "N": "4"}))


def outcome(monkeypatch: pytest.MonkeyPatch, evaluate: Any, seconds: float = 20) -> list[str]:
    monkeypatch.setattr(harness, "evaluate", evaluate)
    return [one.kind for one in harness.run_case(CASE, seconds=seconds).verdicts]


def giving(value: str) -> Any:
    return lambda *_, **__: SimpleNamespace(value=value)


def failing(error: Exception) -> Any:
    def evaluate(*_: Any, **__: Any) -> None:
        raise error

    return evaluate


def busy(*_: Any, **__: Any) -> None:
    while True:
        pass


def test_as_it_is() -> None:
    assert [one.kind for one in harness.run_case(CASE).verdicts] == ["right", "refused"]


def test_values(monkeypatch: pytest.MonkeyPatch) -> None:
    """The resolvent is 0.5 at z = 2.5."""
    assert outcome(monkeypatch, giving("0.5"))[0] == "right"
    assert outcome(monkeypatch, giving("0.500000002"))[0] == "wrong"
    assert outcome(monkeypatch, giving("nan"))[0] == "wrong"


def test_errors(monkeypatch: pytest.MonkeyPatch) -> None:
    assert outcome(monkeypatch, failing(InputError("a", "b", "c"))) == ["refused"] * 2
    assert outcome(monkeypatch, failing(ZeroDivisionError())) == ["traceback"] * 2
    assert outcome(monkeypatch, lambda *_, **__: os._exit(134)) == ["killed"] * 2


def test_time_and_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    assert outcome(monkeypatch, busy, 1) == ["slow"] * 2
    assert outcome(monkeypatch, lambda *_, **__: bytearray(harness.MEMORY)) == ["traceback"] * 2
