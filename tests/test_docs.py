"""The documents are true: their code runs, their output is what comes out, their pictures are drawn by the tool.

In README.md and docs/, a block says by its info string what it is:

* ``pycon``: Python with its output; the blocks of one document share their names.
* ``console``: commands after ``$ planaria``, with what they write to either stream.
* ``toml``: a model file, called as its first line says; the console blocks of the document can use it.
* ``toml broken``: a file that is refused.
* ``latex``: a page, which is compiled with the files that the console blocks before it wrote.

White space counts as one space, and ``...`` in an output stands for anything.
"""

from __future__ import annotations

import doctest
import io
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.typesetting import needs_tex

import planaria as pl
from planaria.app.cli import app
from planaria.derivations import derive
from planaria.diagrams import InputError, expand, load_model_file
from planaria.numerics.evidence.checks import checks
from planaria.writing.pictures import beside, to_svg

ROOT = Path(__file__).parent.parent
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
EXAMPLES = ROOT / "examples"
FLAGS = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS

_BLOCK = re.compile(r"^```([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    """A fenced block of a document."""

    document: Path
    info: str
    text: str
    line: int

    @property
    def where(self) -> str:
        return f"{self.document.relative_to(ROOT)}:{self.line}"


def blocks(document: Path, info: str) -> list[Block]:
    text = document.read_text(encoding="utf-8")
    return [
        Block(document, match[1], match[2], text.count("\n", 0, match.start()) + 2)
        for match in _BLOCK.finditer(text)
        if match[1] == info
    ]


def commands(block: Block) -> Iterator[tuple[str, str]]:
    """Each command of a console block with its expected output; a trailing backslash goes on."""
    for part in re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]:
        command = re.match(r"(?:.*\\\n)*.*", part)  # a line of LaTeX ends with backslashes, too: the output stays
        assert command
        yield command[0].replace("\\\n", " "), part[command.end() :].removeprefix("\n")


def run(command: str) -> str:
    """What `planaria ...` writes on a terminal of 100 columns, standard output and error in their order.

    Behind ``> FILE`` standard output goes to the file, as in a shell.
    """
    words = shlex.split(command, comments=True)
    assert words[0] == "planaria", command
    target = Path(words[-1]) if words[-2:-1] == [">"] else None
    with _screen() as screen, _screen() as page:
        out = screen if target is None else page
        with redirect_stdout(out), redirect_stderr(screen), pytest.raises(SystemExit):
            app(words[1:] if target is None else words[1:-2], prog_name="planaria")
        if target is not None:
            target.write_text(_written(page), encoding="utf-8")
        return _written(screen)


def _screen() -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)


def _written(screen: io.TextIOWrapper) -> str:
    screen.flush()
    screen.buffer.seek(0)
    return screen.buffer.read().decode()


def difference(wanted: str, got: str) -> str:
    """Empty if an output is as the document says; else both, to be read."""
    if doctest.OutputChecker().check_output(wanted, got, FLAGS):
        return ""
    return f"the document says\n{wanted}\nand the command says\n{got}"


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], None]:
    """A folder to run the commands of a document in: with the examples, and its model files."""

    def prepare(document: Path) -> None:
        shutil.copytree(EXAMPLES, tmp_path / "examples")
        for block in (*blocks(document, "toml"), *blocks(document, "toml broken")):
            name = re.match(r"# ([\w-]+\.toml)\n", block.text)
            assert name, f"{block.where}: a model file begins with its name"
            (tmp_path / name[1]).write_text(block.text, encoding="utf-8")
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("COLUMNS", "100")
        monkeypatch.delenv("FORCE_COLOR", raising=False)

    return prepare


CONSOLE = [block for document in DOCUMENTS for block in blocks(document, "console")]
PAGES = [block for document in DOCUMENTS for block in blocks(document, "latex")]
MODELS = [block for document in DOCUMENTS for block in blocks(document, "toml")]
BROKEN = [block for document in DOCUMENTS for block in blocks(document, "toml broken")]


def test_there_is_something_to_check() -> None:
    readme = ROOT / "README.md"
    assert len(blocks(readme, "console")) >= 5
    assert len(blocks(readme, "pycon")) >= 3
    assert MODELS
    assert PAGES


@pytest.mark.parametrize("block", CONSOLE, ids=lambda block: block.where)
def test_commands_print_what_the_documents_say(block: Block, place: Callable[[Path], None]) -> None:
    place(block.document)
    found = list(commands(block))
    assert found
    wrong = [f"$ {command}\n{text}" for command, wanted in found if (text := difference(wanted, run(command)))]
    assert not wrong, "\n".join(wrong)


@needs_tex
@pytest.mark.parametrize("program", ["pdflatex", "lualatex"])
@pytest.mark.parametrize("page", PAGES, ids=lambda block: block.where)
def test_pages_compile_and_nothing_runs_over(page: Block, program: str, place: Callable[[Path], None]) -> None:
    if shutil.which(program) is None:
        pytest.skip(f"there is no {program}")
    place(page.document)
    for block in blocks(page.document, "console"):
        if block.line < page.line:
            for command, _ in commands(block):
                run(command)
    Path("page.tex").write_text(page.text, encoding="utf-8")
    ordered = [program, "-interaction=nonstopmode", "-halt-on-error", "page.tex"]
    done = subprocess.run(ordered, capture_output=True, timeout=300, check=False)
    log = Path("page.log").read_text(encoding="latin-1")
    assert done.returncode == 0, log[-3000:]
    assert not re.findall(r"Overfull.*|Underfull.*|LaTeX Warning.*", log)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_python_does_what_the_documents_say(document: Path) -> None:
    session = "\n\n".join(block.text for block in blocks(document, "pycon"))
    test = doctest.DocTestParser().get_doctest(session, {}, document.name, str(document), 0)
    report = io.StringIO()
    result = doctest.DocTestRunner(optionflags=FLAGS).run(test, out=report.write)
    assert not result.failed, report.getvalue()


@pytest.mark.parametrize("block", MODELS, ids=lambda block: block.where)
def test_model_files_of_documents_are_models(block: Block, place: Callable[[Path], None]) -> None:
    place(block.document)
    file = load_model_file(block.text.split("\n")[0].removeprefix("# "))
    assert file.quantities
    for quantity in file.quantities:
        assert derive(quantity.expression, file.model).value is not None


@pytest.mark.parametrize("block", BROKEN, ids=lambda block: block.where)
def test_broken_files_of_documents_are_refused(block: Block, place: Callable[[Path], None]) -> None:
    place(block.document)
    with pytest.raises(InputError, match=re.escape(block.text.split("\n")[0].removeprefix("# "))):
        load_model_file(block.text.split("\n")[0].removeprefix("# "))


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.toml")), ids=lambda path: path.name)
def test_example_models_pass_their_checks(path: Path) -> None:
    file = load_model_file(path)
    assert file.title
    assert file.quantities
    quick = min(file.quantities, key=lambda quantity: len(str(quantity.expression)))
    for check in checks(derive(quick.expression, file.model), simulation=False):
        assert check.passed, check


def output_of(script: str) -> list[str]:
    done = subprocess.run([sys.executable, EXAMPLES / script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_the_example_of_genera_gives_the_harer_zagier_numbers() -> None:
    lines = output_of("genus_expansion.py")
    assert lines[3] == "  E tr H^6 = 5*N**4 + 10*N**2  (5 of chi 2, 10 of chi 0)"


def test_the_example_of_the_best_ridge_finds_equiparameterisation() -> None:
    rows = [[float(word) for word in one.split()] for one in output_of("optimal_ridge.py")[2:]]
    assert len(rows) == 7
    best = min(rows, key=lambda row: row[3])
    assert best[:2] == [60, 60]
    for features, samples, _, loss, ridgeless in rows:  # the duality, and no loss below the best one
        mirrored = next(row for row in rows if row[:2] == [samples, features])
        assert mirrored[3] == loss
        assert loss <= ridgeless


def test_the_example_of_finite_sizes_sees_real_corrections_only() -> None:
    lines = output_of("finite_size.py")
    real, complex_ = (
        [[float(word) for word in one.replace("+-", "").split()] for one in lines[start : start + 3]]
        for start in (1, 5)
    )
    (_, _, first, error), *_, (_, _, last, _) = real
    assert first > 5 * error
    assert abs(last) < first / 2  # 1/4 of the smallest size, up to its error
    for _, _, deviation, error in complex_:
        assert abs(deviation) < 4 * error


def test_every_example_script_is_run() -> None:
    scripts = {path.name for path in EXAMPLES.glob("*.py")}
    assert scripts == {"finite_size.py", "genus_expansion.py", "optimal_ridge.py"}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(document: Path) -> None:
    text = _BLOCK.sub("", document.read_text(encoding="utf-8"))
    links = re.findall(r"\]\(([^)\s]+)\)", text) + re.findall(r'src="([^"]+)"', text)
    for link in links:
        if not link.startswith("https://"):
            assert (document.parent / link.partition("#")[0]).exists(), link


def test_the_readme_gives_two_commands() -> None:
    for info, words in (("sh main-job", "planaria derive random-features"), ("sh tests", "/pytest")):
        (block,) = blocks(ROOT / "README.md", info)
        assert block.text.count("\n") == 1
        assert words in block.text


# Coordinates are rounded to hundredths; another libm may round the last digit the other way.
def _numbers_apart(svg: str) -> tuple[str, list[float]]:
    pattern = r"-?\d+(?:\.\d+)?"
    return re.sub(pattern, "#", svg), [float(number) for number in re.findall(pattern, svg)]


def is_picture(name: str, drawn: str) -> None:
    there = (ROOT / "docs" / name).read_text(encoding="utf-8")
    (shape, wanted), (got, coordinates) = _numbers_apart(there.rstrip("\n")), _numbers_apart(drawn.rstrip("\n"))
    assert shape == got
    assert coordinates == pytest.approx(wanted, abs=0.011)


@pytest.mark.parametrize(("order", "number", "name"), [(3, 0, "diagram.svg"), (3, 9, "diagram-dual.svg")])
def test_pictures_are_drawn_by_the_tool(order: int, number: int, name: str) -> None:
    is_picture(name, pl.expand("random-features", "resolvent", order=order)[number].svg())


def test_the_picture_of_a_dual_is_drawn_by_the_tool() -> None:
    (duality,) = pl.dualities("random-features", "loss", order=1)
    diagram = list(expand(duality.expression, duality.model, 1))[10]
    is_picture("dual.svg", to_svg(beside(diagram, *diagram.dual(duality), duality=duality)))


def test_the_sheet_of_the_readme_is_drawn_by_the_tool(tmp_path: Path) -> None:
    pl.expand("random-features", "gram_resolvent", order=2, euler=None).draw(tmp_path / "sheet.svg")
    is_picture("sheet.svg", (tmp_path / "sheet.svg").read_text(encoding="utf-8"))
