"""What the tests of the command share: running it in this process."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from planaria.app.cli import app


@dataclass(frozen=True)
class Outcome:
    """How a command ended, and what it wrote."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        assert self.code == 0, self.err
        return json.loads(self.out)

    @property
    def refusal(self) -> str:
        """The one sentence of a command that refuses its input, and does nothing else."""
        assert (self.code, self.out) == (2, "")
        name, _, sentence = self.err.partition(": ")
        assert name == "planaria"
        assert sentence.count("\n") == 1
        assert sentence.endswith("\n")
        return sentence[:-1]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Outcome]:
    """Run the command on a terminal of 100 columns."""
    monkeypatch.setenv("COLUMNS", "100")

    def go(*arguments: str) -> Outcome:
        with pytest.raises(SystemExit) as ended:
            app(list(arguments), prog_name="planaria")
        captured = capsys.readouterr()
        return Outcome(ended.value.code, captured.out, captured.err)  # type: ignore[arg-type]

    return go
