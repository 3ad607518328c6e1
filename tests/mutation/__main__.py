"""Break modules on purpose and see whether their own tests fall.

The mutants are those of cosmic-ray's operators. A module is broken at every place that some operator can change,
or at a random sample of these places, each time by one mutant drawn at random. No file is touched: a mutant is
imported instead of the module, in a process of its own that is forked from one where numpy and sympy are loaded.

What the interpreter never runs (annotations, docstrings) is not mutated.
"""

from __future__ import annotations

import argparse
import ast
import difflib
import importlib
import importlib.abc
import importlib.util
import multiprocessing
import os
import random
import resource
import signal
import sys
import time
import tomllib
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import MutationVisitor
from cosmic_ray.plugins import get_operator, operator_names
from hypothesis import Phase, settings

ROOT = Path(__file__).parents[2]
LISTED = Path(__file__).with_name("modules.toml")
ROOTS = ("diagrams", "derivations", "numerics", "app")
HEAVY = ("sympy", "numpy", "scipy.special", "mpmath", "flint", "networkx", "lark", "pytest", "sympy.matrices")
LARGEST = 4 << 30  # bytes of memory for a mutant
PATIENCE, LEAST = 6, 20  # a mutant may take so many times as long as the module, and at least so many seconds

OPTIONS = ("-x", "-q", "-p", "no:cacheprovider", "--no-header", "-o", "addopts=--import-mode=importlib")

Place = tuple[tuple[int, int], tuple[int, int]]


@dataclass(frozen=True)
class Mutant:
    """A module broken at one place."""

    operator: str
    line: int
    source: str


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.SourceLoader):
    """Imports a text in place of a module."""

    def __init__(self, name: str, path: str, source: str) -> None:
        self.name, self.path, self.source = name, path, source

    def find_spec(self, fullname, path=None, target=None):
        if fullname != self.name:
            return None
        return importlib.util.spec_from_loader(fullname, self, origin=self.path)

    def get_filename(self, fullname):
        return self.path

    def get_data(self, path):
        if path != self.path:
            raise OSError(path)
        return self.source.encode()


def executed(source: str) -> str:
    """What a module does, for comparison: its syntax tree without annotations and docstrings."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            node.returns = None
        if isinstance(node, ast.arg):
            node.annotation = None
        if isinstance(node, ast.AnnAssign):
            node.annotation = ast.Constant(None)
    return ast.dump(tree)


def mutants(source: str, count: int | None, seed: str) -> Iterator[Mutant]:
    """One mutant at each place, or at so many places drawn at random."""
    places: dict[Place, list[tuple[str, int]]] = {}
    tree = get_ast(source)
    for name in operator_names():
        operator_class = get_operator(name)
        if operator_class.arguments():
            continue  # variables by name: not set up
        operator = operator_class()
        positions = (place for node in ast_nodes(tree) for place in operator.mutation_positions(node))
        for occurrence, (start, end) in enumerate(positions):
            places.setdefault((start, end), []).append((name, occurrence))
    draw = random.Random(seed)
    order = sorted(places)
    draw.shuffle(order)
    original, found = executed(source), 0
    for place in order:
        if found == count:
            return
        candidates = places[place]
        draw.shuffle(candidates)
        for name, occurrence in candidates:
            broken = get_ast(source)
            broken = MutationVisitor(occurrence, get_operator(name)()).walk(broken)
            text = broken.get_code()
            try:
                differs = executed(text) != original
            except SyntaxError:
                continue
            if differs:
                found += 1
                yield Mutant(name.removeprefix("core/"), place[0][0], text)
                break


def outcome(module: str, path: str, source: str, tests: list[str], seconds: float | None) -> tuple[str, float]:
    """Whether the tests of a module pass with a text in its place, in a process of its own."""
    begun = time.monotonic()
    child = os.fork()
    if not child:
        code = 70
        try:
            os.setsid()
            resource.setrlimit(resource.RLIMIT_AS, (LARGEST, LARGEST))
            null = os.open(os.devnull, os.O_RDWR)
            for stream in (0, 1, 2):
                os.dup2(null, stream)
            sys.meta_path.insert(0, _Finder(module, path, source))
            code = int(pytest.main([*OPTIONS, *tests]))
        finally:
            os._exit(code)
    while True:
        done, status = os.waitpid(child, os.WNOHANG)
        taken = time.monotonic() - begun
        if done:
            return ("passed" if os.waitstatus_to_exitcode(status) == 0 else "killed"), taken
        if seconds is not None and taken > seconds:
            os.killpg(child, signal.SIGKILL)
            os.waitpid(child, 0)
            return "timeout", taken
        time.sleep(0.01)


def path_of(module: str) -> Path:
    """Where a module is, found without importing the packages that it is in."""
    relative = Path(*module.split("."))
    found = [ROOT / one / relative.with_suffix(".py") for one in ROOTS]
    found += [ROOT / one / relative / "__init__.py" for one in ROOTS]
    return next(path for path in found if path.exists())


def shown(before: str, after: str) -> str:
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=0)
    return "\n".join(f"      {line}" for line in lines if line[:1] in "+-" and line[:3] not in ("+++", "---"))


def same(mutant: Mutant, before: str, listed: list[dict[str, str]]) -> str | None:
    """The reason why a mutant that survives computes the same, if one is listed for its operator and its line."""
    line = before.splitlines()[mutant.line - 1]
    for one in listed:
        if one["line"] in line and mutant.operator.startswith(one.get("operator", "")):
            return one["reason"]
    return None


def run(
    module: str, tests: list[str], equivalent: list[dict[str, str]], arguments: argparse.Namespace
) -> tuple[int, int, int]:
    """Break one module at its places; how many mutants there were, fell, and compute the same."""
    path = path_of(module)
    source = path.read_text(encoding="utf-8")
    right, seconds = outcome(module, str(path), source, tests, None)
    if right != "passed":
        raise SystemExit(f"{module}: its tests fail without a mutant: {' '.join(tests)}")
    print(f"{module}: its tests take {seconds:.1f} s", flush=True)
    total = killed = alike = 0
    for one in mutants(source, arguments.places, f"{arguments.seed} {module}"):
        if arguments.lines and one.line not in arguments.lines:
            continue
        verdict, taken = outcome(module, str(path), one.source, tests, max(LEAST, PATIENCE * seconds))
        total += 1
        killed += verdict != "passed"
        if verdict == "passed" and (reason := same(one, source, equivalent)) is not None:
            alike += 1
            if arguments.verbose:
                print(f"  computes the same at line {one.line}: {one.operator} ({reason})", flush=True)
        elif verdict == "passed":
            print(f"  survived at line {one.line}: {one.operator}\n{shown(source, one.source)}", flush=True)
        elif arguments.verbose:
            print(f"  {verdict} at line {one.line} in {taken:.1f} s: {one.operator}", flush=True)
    print(f"{module}: {told(total, killed, alike)}", flush=True)
    return total, killed, alike


def run_apart(*arguments: Any) -> tuple[int, int, int]:
    """Run one module in a process of its own, which loads what the floors below it need."""
    module = arguments[0]
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("fork")) as pool:
        pool.submit(load_below, module).result()
        return pool.submit(run, *arguments).result()


def load_below(module: str) -> None:
    """Import the packages that the package of a module stands on: they do not import it."""
    floor = path_of(module).relative_to(ROOT).parts[0]
    for one in ROOTS[: ROOTS.index(floor)]:
        package = importlib.import_module(f"planaria.{one}")
        for name in package.__all__:  # they are loaded when they are used
            getattr(package, name)


def told(total: int, killed: int, alike: int) -> str:
    """Of all mutants, and of those that do not compute the same for a reason that is listed."""
    return (
        f"{killed} of {total} killed, {killed / max(total, 1):.0%}; "
        f"without {alike} that compute the same {killed / max(total - alike, 1):.0%}"
    )


def main() -> None:
    known = tomllib.loads(LISTED.read_text(encoding="utf-8"))
    listed, equivalent = known["modules"], known["equivalent"]
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__.split("\n")[0])
    parser.add_argument("modules", nargs="*", help="names or parts of names; all that are listed by default")
    parser.add_argument("--places", type=int, help="break at so many places, drawn at random; at all by default")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--lines", type=int, nargs="*", help="only mutants in these lines")
    parser.add_argument("--verbose", action="store_true", help="say what killed mutants were, too")
    arguments = parser.parse_args()
    chosen = [n for n in listed if not arguments.modules or any(part in n for part in arguments.modules)]
    os.chdir(ROOT)
    sys.path[:0] = [str(ROOT), *(str(ROOT / one) for one in ROOTS)]
    for name in HEAVY:
        importlib.import_module(name)
    settings.register_profile("mutation", database=None, derandomize=True, phases=(Phase.explicit, Phase.generate))
    settings.load_profile("mutation")
    results = {name: run_apart(name, listed[name], equivalent, arguments) for name in chosen}
    print()
    for name, result in results.items():
        print(f"{name:36} {told(*result)}")


if __name__ == "__main__":
    main()
