"""Hold random models against the oracle: ``python -m tests.oracles.survey --seeds 0:2000 --out results.jsonl``.

Each seed is one line of JSON. Seeds that the file already has are skipped, so a survey may be broken off. ``--save
FOLDER`` writes the model and the points of every failure as files; ``--show SEED`` prints a model and its points.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tests.oracles.generate import Case, random_case
from tests.oracles.harness import BAD, ORDER, SECONDS, run_seed, worst


def known(path: Path) -> dict[int, dict[str, Any]]:
    """The lines of a file of results, by seed; a line that was cut off is left out."""
    found: dict[int, dict[str, Any]] = {}
    if path.exists():
        for line in path.read_text(encoding="utf-8").splitlines():
            try:
                one = json.loads(line)
            except json.JSONDecodeError:
                continue
            found[int(one["seed"])] = one
    return found


def summary(results: dict[int, dict[str, Any]]) -> str:
    """Counts of models and of points, refusals by sentence, and the seeds of what must not happen."""
    models = Counter(one["kind"] for one in results.values())
    points = Counter(verdict["kind"] for one in results.values() for verdict in one["verdicts"])
    lines = [f"{len(results)} models, {points.total()} points"]
    lines += [f"  {kind:10} {models[kind]:6} models {points[kind]:6} points" for kind in ORDER]
    missed = [
        one for result in results.values() for one in result["verdicts"] if one["note"] == "the oracle has a value"
    ]
    lines.append(f"  refused where the oracle has a value: {len(missed)} points")
    for sentence, count in Counter(_shortened(one["found"]) for one in missed).most_common(12):
        lines.append(f"    {count:5}  {sentence}")
    for kind in (*BAD, "disputed"):
        seeds = sorted(seed for seed, one in results.items() if kind in {v["kind"] for v in one["verdicts"]})
        if seeds:
            lines.append(f"{kind}: {' '.join(map(str, seeds))}")
    return "\n".join(lines)


def _shortened(sentence: str) -> str:
    return " ".join("#" if any(c.isdigit() for c in word) else word for word in sentence.split())[:110]


def _save(case: Case, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{case.name}.toml").write_text(case.text, encoding="utf-8")
    (folder / f"{case.name}.json").write_text(json.dumps(case.points, indent=1) + "\n", encoding="utf-8")


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", default="0:60", help="a range, such as 0:2000, or seeds with commas")
    parser.add_argument("--out", type=Path, default=Path("results.jsonl"))
    parser.add_argument("--seconds", type=float, default=SECONDS, help="for a derivation and its points")
    parser.add_argument("--save", type=Path, help="a folder for the files of failures")
    parser.add_argument("--letters", type=int, help="leave out models with more; the tests take 4")
    parser.add_argument("--show", type=int, help="print the model of one seed, and nothing else")
    arguments = parser.parse_args()
    if arguments.show is not None:
        case = random_case(arguments.show, most_letters=arguments.letters)
        print(case.text, *map(json.dumps, case.points), sep="\n")
        return
    text = arguments.seeds
    seeds = range(*map(int, text.split(":"))) if ":" in text else [int(one) for one in text.split(",")]
    results = known(arguments.out)
    with arguments.out.open("a", encoding="utf-8") as stream:
        for seed in seeds:
            if seed in results:
                continue
            outcome = run_seed(seed, seconds=arguments.seconds, most_letters=arguments.letters)
            line = {
                "seed": seed,
                "kind": worst([one.kind for one in outcome.verdicts]),
                "seconds": round(outcome.seconds, 2),
                "verdicts": [asdict(one) for one in outcome.verdicts],
            }
            results[seed] = line
            stream.write(json.dumps(line) + "\n")
            stream.flush()
            if line["kind"] in (*BAD, "disputed"):
                print(seed, line["kind"], flush=True)
                if arguments.save:
                    _save(random_case(seed, most_letters=arguments.letters), arguments.save)
    wanted = set(seeds)
    print(summary({seed: one for seed, one in results.items() if seed in wanted}))


if __name__ == "__main__":
    main()
