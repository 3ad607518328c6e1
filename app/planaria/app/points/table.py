"""Sweeps as they are given out: a table on the terminal, a file of comma-separated values, one JSON object."""

from __future__ import annotations

import csv
import io
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.text import Text

from planaria.algebra.errors import InputError
from planaria.app.display import assignments, note, plain_table, print_json, progress_bar, quantity_head
from planaria.app.files import check_target, write_whole
from planaria.app.points.numbers import short
from planaria.app.points.sweep import REFUSED, Row, Sweep
from planaria.app.words.quantities import formula_name
from planaria.ensembles.text.model_data import ModelFile, Quantity
from planaria.writing.terminal.expressions import Formulas

__all__ = ["SweepReport", "Table"]

_STREAM = "-"
_ENDING = ".csv"


@dataclass(frozen=True)
class Table:
    """Where a table of values goes: to a file, checked before any work is done, or to standard output."""

    path: Path | None

    @classmethod
    def of(cls, text: str | None, *, as_json: bool) -> Table | None:
        """Raises InputError for another kind of file, one that cannot be written, and beside --json."""
        if text is None:
            return None
        if as_json:
            raise InputError("--csv", "--json is another form of the same", "leave one of them out")
        if text == _STREAM:
            return cls(None)
        path = Path(text)
        if path.suffix.lower() != _ENDING:
            problem = f"the suffix is {path.suffix or 'missing'}"
            raise InputError(f"--csv {text}", problem, "give a .csv file, or - to print the table")
        check_target(path, f"--csv {text}")
        return cls(path)

    def write(self, text: str, status: Console) -> None:
        if self.path is None:
            sys.stdout.write(text)
            return
        write_whole(
            self.path, f"--csv {self.path}", lambda file: file.write_text(text, encoding="utf-8", newline="")
        )
        status.print(f"wrote {self.path}", soft_wrap=True)


@dataclass(frozen=True)
class SweepReport:
    """A sweep and how it is written."""

    sweep: Sweep
    file: ModelFile
    quantity: Quantity
    formulas: Formulas
    notes: Sequence[str]

    def give(self, console: Console, status: Console, target: Table | None, *, as_json: bool) -> None:
        """Evaluate and write; what is there when somebody interrupts is written, too.

        Raises InputError, after all is written, if points are refused.
        """
        found: dict[int, Row] = {}
        interrupted = False
        with progress_bar(status) as progress:
            task = progress.add_task(f"evaluating {formula_name(self.quantity)}", total=len(self.sweep))
            try:
                for place, row in self.sweep.rows(lambda done: progress.update(task, completed=done)):
                    found[place] = row
            except KeyboardInterrupt:
                interrupted = True
        rows = [found[place] for place in sorted(found)]
        if as_json:
            self._json(rows)
        elif target is not None:
            target.write(self._csv(rows), status)
        else:
            self._print(console, rows)
        if interrupted:
            status.print(f"{len(rows):,} of {len(self.sweep):,} points were done")
            raise KeyboardInterrupt
        refused = [row for row in rows if row.status == REFUSED]
        if refused:
            first = refused[0]
            at = ", ".join(f"{s.name}={short(n)}" for s, n in zip(self.sweep.given, first.numbers, strict=True))
            several = f"{len(refused):,} of {len(rows):,} points are refused, the first at {at}: {first.problem}"
            raise InputError(f"evaluate {formula_name(self.quantity)}", several, first.remedy)

    def _print(self, console: Console, rows: Sequence[Row]) -> None:
        sweep, formulas = self.sweep, self.formulas
        quantity_head(console, self.quantity.name, self.file.title or self.file.name, self.quantity.about)
        still = {s: some[0] for s, some in sweep.given.items() if len(some) == 1}
        at = [
            f"{formulas.name(s)} = {short(value)}"
            for s, value in {**sweep.fixed, **still}.items()
            if s in sweep.needed and s not in sweep.moving
        ]
        at += [f"{formulas.name(name)} {formulas.arrow} 0" for name in sweep.limits]
        assignments(console, at)
        console.print()
        symbols = list(sweep.given)
        shown = [symbols.index(one) for one in sweep.moving]
        heads = [formulas.name(one) for one in sweep.moving]
        label = formula_name(self.quantity)
        has_reasons = any(row.problem for row in rows)
        cells: list[list[str | Text]] = [
            [
                *(short(row.numbers[place]) for place in shown),
                Text(row.value or REFUSED, style="" if row.value else "bold yellow"),
                *([Text(row.problem, style="dim")] if has_reasons else []),
            ]
            for row in rows
        ]
        console.print(plain_table([*heads, label, *([""] if has_reasons else [])], cells, right=[*heads, label]))
        console.print()
        counts = ", ".join(f"{count:,} {status}" for status, count in Counter(row.status for row in rows).items())
        note(console, f"{len(rows):,} points: {counts}; to {sweep.digits} digits")
        for remark in self.notes:
            note(console, remark)

    def _csv(self, rows: Sequence[Row]) -> str:
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        names = [self.formulas.plain_name(symbol) for symbol in self.sweep.given]
        writer.writerow([*names, formula_name(self.quantity), "status", "reason"])
        for row in rows:
            writer.writerow([*map(short, row.numbers), row.value, row.status, row.reason])
        return text.getvalue()

    def _json(self, rows: Sequence[Row]) -> None:
        names = [self.formulas.plain_name(symbol) for symbol in self.sweep.given]
        print_json(
            {
                "model": self.file.name,
                "quantity": self.quantity.name,
                "digits": self.sweep.digits,
                "points": [
                    {
                        "at": dict(zip(names, map(short, row.numbers), strict=True)),
                        "value": row.value or None,
                        "status": row.status,
                        "reason": row.reason or None,
                    }
                    for row in rows
                ],
                **({"notes": list(self.notes)} if self.notes else {}),
            }
        )
