"""The direction of imports, and what importing the first package does not pull in."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path
from typing import TypeGuard

import networkx as nx
import pytest

ROOT = Path(__file__).parent.parent
FLOORS = [
    "algebra",
    "ensembles",
    "diagrams",
    "derivations",
    "numerics",
    "writing",
    "app",
]  # each stands on those before
SOURCES = ["diagrams", "derivations", "numerics", "app"]
MOST_FILES, MOST_LINES = 13, 400


def modules() -> dict[str, Path]:
    """Every module of planaria, by its dotted name."""
    found = {}
    for source in SOURCES:
        for file in (ROOT / source / "planaria").rglob("*.py"):
            parts = file.relative_to(ROOT / source).with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = file
    return found


MODULES = modules()


def imported(file: Path) -> set[str]:
    """What a file imports, in functions and for type checking, too; a name of a module stands for that module."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                full = f"{node.module}.{alias.name}"
                found.add(full if full in MODULES else node.module)
    return found


def graph() -> nx.DiGraph[str]:
    """Who imports whom inside of planaria."""
    edges = [(name, other) for name, file in MODULES.items() for other in imported(file) if other in MODULES]
    result: nx.DiGraph[str] = nx.DiGraph(edges)
    return result


def room(module: str) -> str:
    """The folder of a module; what stands on a floor by itself is a room of its own."""
    is_alone = MODULES[module].name == "__init__.py" or module.count(".") == 2
    return module if is_alone else module.rpartition(".")[0]


def floor(module: str) -> int:
    """The number of the floor of a module; the front door, which is the package itself, leads to all of them."""
    parts = module.split(".")
    return FLOORS.index(parts[1]) if len(parts) > 1 and parts[1] in FLOORS else len(FLOORS)


def test_imports_run_downward() -> None:
    assert [(a, b) for a, b in graph().edges if floor(a) < floor(b)] == []
    assert {name for name in MODULES if floor(name) == len(FLOORS)} == {"planaria", "planaria.__main__"}


def test_no_import_circles_of_files() -> None:
    assert [one for one in nx.strongly_connected_components(graph()) if len(one) > 1] == []


def test_no_import_circles_of_rooms() -> None:
    # The package of a floor gives lazy names for all of its rooms: it stands above them, and is no room.
    edges = {(room(a), room(b)) for a, b in graph().edges if MODULES[a].name != "__init__.py"}
    rooms: nx.DiGraph[str] = nx.DiGraph([(a, b) for a, b in edges if a != b])
    assert [sorted(one) for one in nx.strongly_connected_components(rooms) if len(one) > 1] == []


def test_every_import_of_planaria_exists() -> None:
    for name, file in MODULES.items():
        for other in imported(file):
            assert not other.startswith("planaria") or other in MODULES, (name, other)


@pytest.mark.parametrize("folder", sorted({file.parent for file in MODULES.values()}), ids=lambda one: one.name)
def test_rooms_are_small_and_say_what_lives_there(folder: Path) -> None:
    if (folder / "__init__.py").exists():
        docstring = ast.get_docstring(ast.parse((folder / "__init__.py").read_text(encoding="utf-8")))
        assert docstring
        assert "\n" in docstring.strip()
    files = list(folder.glob("*.py"))
    assert len(files) <= MOST_FILES
    for file in files:
        assert len(file.read_text(encoding="utf-8").splitlines()) <= MOST_LINES, file


def modules_after(statement: str) -> set[str]:
    code = f"import sys\n{statement}\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_diagrams_pull_in_no_numerics_and_no_plotting() -> None:
    loaded = modules_after("import planaria.diagrams; from planaria.diagrams import Gaussian, Model, expand")
    assert "planaria.ensembles.model" in loaded
    assert not any(name.split(".")[0] in {"matplotlib", "scipy"} for name in loaded)
    assert not any(
        name.startswith(("planaria.numerics", "planaria.derivations", "planaria.writing", "planaria.app"))
        for name in loaded
    )


def test_the_oracles_share_no_code_with_what_they_check() -> None:
    for name in ("finite_size", "simulate"):
        names = imported(MODULES[f"planaria.numerics.simulation.{name}"])
        assert not any("graphs" in one or "planaria.derivations" in one or "rules" in one for one in names), name
    expansion = imported(MODULES["planaria.diagrams.expressions.words"])
    assert not any("rules" in one for one in expansion)


WRITTEN = re.compile(
    r"\\\\?(?:frac|left|right|mathrm|mathsf|mathbf|operatorname|text|sum)\b|[⁰¹²³⁴-⁹₀-₉ₐ-ₜᵀᵤᵥ]|<svg|tikzpicture\}"
)


@pytest.mark.parametrize("floor", FLOORS[:5])
def test_what_is_below_writing_writes_no_latex_and_asks_for_what_shows_itself(floor: str) -> None:
    shown = 0
    for name, file in MODULES.items():
        if name.split(".")[1:2] != [floor]:
            continue
        tree = ast.parse(file.read_text(encoding="utf-8"))
        documented = {id(one.body[0].value) for one in ast.walk(tree) if _has_docstring(one)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documented:
                assert not WRITTEN.search(node.value), f"{name}:{node.lineno}: {node.value}"
            if isinstance(node, ast.ImportFrom):
                assert not (node.module or "").startswith("sympy.printing"), name
                assert "latex" not in {alias.name for alias in node.names}, name
            if isinstance(node, ast.FunctionDef) and re.fullmatch(r"_repr_\w+_|svg|tikz", node.name):
                shown += 1
                assert re.search(r"extension\(VIEWS, |self\.svg\(\)", ast.unparse(node)), f"{name}.{node.name}"
    assert shown or floor not in ("diagrams", "derivations")


def _has_docstring(node: ast.AST) -> TypeGuard[ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef]:
    if not isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
        return False
    return ast.get_docstring(node) is not None
