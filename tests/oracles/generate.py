"""Random models from a seed, as the text of model files, each with three points.

Most are inverses of a positive number plus positive matrices: those have a planar value at every point. Some are
``z*I - word`` with a word that is not Hermitian or not definite, z somewhat above the norm of the word in one
draw, and now and then below it, where the point lies in the spectrum and a refusal is right.
"""

from __future__ import annotations

import random
import tomllib
from dataclasses import dataclass, field

from tests.oracles.expressions import Trace
from tests.oracles.finite import norm
from tests.oracles.reading import read_model, read_point

__all__ = ["Case", "Values", "needed", "random_case"]

Values = dict[str, str | list[str]]

SPACES = ("N", "P", "M", "K")
FIELDS = ("x", "u", "y", "w")
POINTS = 3
LONG, LONGEST = 6, 9  # letters of a quantity: every second model with more is left out, most with still more


@dataclass(frozen=True)
class Case:
    """A model file, the quantity that is asked for, and the points."""

    name: str
    text: str
    quantity: str
    points: tuple[Values, ...]


@dataclass
class _Law:
    row: str
    col: str
    kind: str
    variance: str
    rows: str = ""
    cols: str = ""

    @property
    def is_own_adjoint(self) -> bool:
        return self.kind in ("symmetric", "hermitian")


@dataclass
class _Maker:
    """One model in the making."""

    random: random.Random
    spaces: list[str] = field(default_factory=list)
    fixed: dict[str, str] = field(default_factory=dict)  # matrix -> space
    listed: dict[str, list[str]] = field(default_factory=dict)  # eigenvalues in the file
    sizes: dict[str, int] = field(default_factory=dict)  # of spaces whose matrices are listed
    fields: dict[str, _Law] = field(default_factory=dict)
    parameters: list[str] = field(default_factory=list)
    words: dict[str, tuple[str, str]] = field(default_factory=dict)  # z -> word, its space

    # Parts ------------------------------------------------------------------------------------------------------

    def make_parts(self) -> None:
        chance = self.random
        self.spaces = list(SPACES[: chance.choice([2, 2, 2, 3, 3, 4])])
        for space in self.spaces:
            for _ in range(chance.choice([0, 0, 0, 1, 1, 2])):
                self.fixed["ABDE"[len(self.fixed)]] = space
                if len(self.fixed) == 4:
                    break
            if len(self.fixed) == 4:
                break
        for space in sorted(set(self.fixed.values())):
            if chance.random() < 0.6:
                self.sizes[space] = chance.choice([1, 2, 3, 3, 4, 5])
                for name, home in self.fixed.items():
                    if home == space:
                        self.listed[name] = self.eigenvalues(self.sizes[space])
        count = chance.choice([1, 1, 2, 2, 2, 3, 3, 4])
        group = chance.choice(["real", "real", "complex"])
        laws = {"real": ["real", "real", "real", "symmetric"], "complex": ["complex", "complex", "hermitian"]}[
            group
        ]
        if chance.random() < 0.12:
            laws = ["real", "complex", "hermitian", "symmetric"]
        for name in FIELDS[:count]:
            kind = chance.choice(laws)
            row = chance.choice(self.spaces)
            others = [space for space in self.spaces if space != row]
            col = row if kind in ("symmetric", "hermitian") or chance.random() < 0.2 else chance.choice(others)
            scale = chance.choice(["", "", "", "0.5*", "2*", "0.3*"])
            if chance.random() < 0.1:
                scale = self.parameter("s") + "*"
            law = _Law(row, col, kind, f"{scale}1/{chance.choice([row, col])}".replace("*1/", "/"))
            if chance.random() < 0.4:
                law.rows = self.covariance(row)
            if chance.random() < 0.3 and not law.is_own_adjoint:
                law.cols = self.covariance(col)
            self.fields[name] = law

    def eigenvalues(self, count: int) -> list[str]:
        """Positive decimals, some of them equal, now and then a zero."""
        values = [f"{self.random.choice([0.1, 0.25, 0.5, 0.7, 1, 1.3, 1.5, 2, 3])}" for _ in range(count)]
        if self.random.random() < 0.3:
            values[-1] = values[0]
        if count > 1 and self.random.random() < 0.15:
            values[self.random.randrange(count)] = "0"
        return values

    def covariance(self, space: str) -> str:
        names = [name for name, home in self.fixed.items() if home == space]
        if not names:
            return ""
        one, two = self.random.choice(names), self.random.choice(names)
        return self.random.choice(
            [one, one, one, one, f"{one}*{two}", f"{one} + 0.5*I({space})", f"{one} + {two}"]
        )

    def parameter(self, stem: str) -> str:
        name = stem
        while name in self.parameters:
            name += stem[0]
        self.parameters.append(name)
        return name

    # Expressions ------------------------------------------------------------------------------------------------

    def letter(self, name: str, is_adjoint: bool) -> str:
        law = self.fields[name]
        if law.is_own_adjoint or not is_adjoint:
            return name
        return f"{name}.{'H' if law.kind == 'complex' else 'T'}"

    def steps(self, space: str) -> list[tuple[str, str, str]]:
        """Letters that begin in a space, their adjoints, and where they lead."""
        found = []
        for name, law in self.fields.items():
            if law.row == space:
                found.append((self.letter(name, False), self.letter(name, True), law.col))
            if law.col == space and not law.is_own_adjoint:
                found.append((self.letter(name, True), self.letter(name, False), law.row))
        return found

    def half(self, space: str, length: int) -> tuple[str, str, str] | None:
        """A word, its adjoint, and the space where it ends."""
        letters, adjoints = [], []
        for _ in range(length):
            here = [name for name, home in self.fixed.items() if home == space]
            if here and self.random.random() < 0.2:
                name = self.random.choice(here)
                letters.append(name)
                adjoints.append(name)
            steps = self.steps(space)
            if not steps:
                return None
            forward, backward, space = self.random.choice(steps)
            letters.append(forward)
            adjoints.append(backward)
        return "*".join(letters), "*".join(adjoints[::-1]), space

    def positive(self, space: str, depth: int) -> str | None:
        """A positive matrix over a space: a ridge and some W*W.T, W*inv(positive)*W.T or a given matrix."""
        gamma = self.parameter(self.random.choice("gfe"))
        terms = [f"{gamma}*I({space})"]
        here = [name for name, home in self.fixed.items() if home == space]
        for _ in range(self.random.choice([1, 1, 1, 2])):
            half = self.half(space, self.random.choice([1, 1, 1, 2, 2, 3] if depth < 2 else [1, 1, 2]))
            if half is None:
                continue
            word, adjoint, end = half
            others = [one for one in self.steps(space) if one[2] == end and "*" not in word and one[0] != word]
            if others and self.random.random() < 0.25:
                other, turned, _ = self.random.choice(others)
                if here and self.random.random() < 0.5:
                    first, second = self.random.choice(here), self.random.choice(here)
                    word, adjoint = f"{first}*{word}", f"{adjoint}*{first}"
                    other, turned = f"{second}*{other}", f"{turned}*{second}"
                word, adjoint = f"({word} + {other})", f"({adjoint} + {turned})"
            inner = None
            if depth > 1:
                inner = self.positive(end, depth - 1)
            coefficient = self.random.choice(["", "", "", "", "0.5*", "0.125*"])
            terms.append(coefficient + (f"{word}*inv({inner})*{adjoint}" if inner else f"{word}*{adjoint}"))
        if here and self.random.random() < 0.25:
            terms.append(self.random.choice(here))
        return " + ".join(terms) if len(terms) > 1 else None

    def indefinite(self, space: str) -> str | None:
        """z*I - word, the word square: x*x*x, h*k + k*h, u*v with independent u and v, and the like."""
        words = []
        for _ in range(self.random.choice([1, 1, 2])):
            for _ in range(20):
                half = self.half(space, self.random.choice([1, 2, 2, 3, 3]))
                if half and half[2] == space:
                    break
            else:
                return None
            words.append(half[0] + (" + " + half[1] if self.random.random() < 0.3 and "*" in half[0] else ""))
        z = self.parameter("z")
        word = " + ".join(words)
        self.words[z] = word, space
        return f"{z}*I({space}) - ({word})"

    def resolvent(self, space: str) -> str | None:
        depth = self.random.choice([1, 1, 1, 1, 2, 2, 3])
        inside = self.indefinite(space) if self.random.random() < 0.25 else self.positive(space, depth)
        return f"inv({inside})" if inside else None

    def trace(self) -> str | None:
        """A trace of a resolvent, of a product of two, or with matrices and words about them."""
        space = self.random.choice(self.spaces)
        here = [name for name, home in self.fixed.items() if home == space]
        one = self.resolvent(space)
        if one is None:
            return None
        shape = self.random.random()
        if shape < 0.5:
            body = one
        elif shape < 0.62 and here:
            body = f"{self.random.choice(here)}*{one}"
        elif shape < 0.72:
            body = f"{one}*{one}"
        elif shape < 0.78:
            two = self.resolvent(space)
            body = f"{one}*{two}" if two else one
        elif shape < 0.84:
            two = self.resolvent(space)
            body = f"{one} + 0.5*{two}" if two else one
        elif shape < 0.92:
            half = self.half(space, self.random.choice([1, 2]))
            body = f"{half[1]}*{one}*{half[0]}" if half else one
        elif here:
            given = self.random.choice(here)
            body = f"{one}*{given}*{one}"
        else:
            body = f"{one}*{one}*{one}"
        return f"tr({body})" + (f"/{space}" if self.random.random() < 0.5 else "")

    def forget_unused(self, quantity: str) -> None:
        """Leave out matrices, spaces and parameters that nothing mentions."""
        laws = [part for law in self.fields.values() for part in (law.variance, law.rows, law.cols)]
        text = " ".join([quantity, *laws, *(f"{law.row} {law.col}" for law in self.fields.values())])
        self.fixed = {name: space for name, space in self.fixed.items() if _mentions(text, name)}
        self.parameters = [name for name in self.parameters if _mentions(text, name)]
        self.words = {z: word for z, word in self.words.items() if z in self.parameters}
        homes = set(self.fixed.values())
        self.spaces = [one for one in self.spaces if one in homes or _mentions(text, one)]
        self.sizes = {space: size for space, size in self.sizes.items() if space in homes}

    # The whole --------------------------------------------------------------------------------------------------

    def text(self, quantity: str, title: str) -> str:
        lines = [f'title = "{title}"', "[spaces]", *(f'{one} = "{one}"' for one in self.spaces)]
        if self.parameters:
            lines += ["[parameters]", *(f'{one} = "{one}"' for one in self.parameters)]
        if self.fixed:
            lines.append("[matrices]")
            for name, space in self.fixed.items():
                spectrum = f", spectrum = [{', '.join(self.listed[name])}]" if name in self.listed else ""
                lines.append(f'{name} = {{ space = "{space}"{spectrum} }}')
        lines.append("[fields]")
        for name, law in self.fields.items():
            more = f', kind = "{law.kind}"' if law.kind != "real" else ""
            more += f', rows = "{law.rows}"' if law.rows else ""
            more += f', cols = "{law.cols}"' if law.cols else ""
            lines.append(f'{name} = {{ shape = ["{law.row}", "{law.col}"], variance = "{law.variance}"{more} }}')
        return "\n".join([*lines, "[quantities]", f'q = "{quantity}"', ""])

    def values(self) -> Values:
        """Numbers for everything that the file leaves open; z is chosen afterwards."""
        chance = self.random
        values: Values = {}
        for space in self.spaces:
            if space not in self.sizes:
                values[space] = str(chance.choice([1, 2, 3, 4, 5, 7, 10, 12, 30, 100]))
        for name, space in self.fixed.items():
            if name not in self.listed:
                values[name] = self.eigenvalues(min(int(str(values[space])), 6))
        for name, space in self.fixed.items():
            if name not in self.listed:
                values[space] = str(len(values[name]))
        for name in self.parameters:
            digits = chance.choice([1, 2, 3])
            values[name] = f"{max(10 ** chance.uniform(-1.3, 0.6), 10.0**-digits):.{digits}f}"
        return values


def random_case(seed: int, *, most_letters: int | None = None) -> Case:
    """The model of a seed, and its three points; with ``most_letters``, one whose quantity has no more.

    >>> case = random_case(7)
    >>> len(case.points), case.text == random_case(7).text
    (3, True)
    """
    chance = random.Random(f"planaria {seed}")
    while True:
        maker = _Maker(chance)
        maker.make_parts()
        traces = [maker.trace() for _ in range(chance.choice([1, 1, 1, 1, 2]))]
        if None in traces:
            continue
        quantity = chance.choice(["*", " + ", "/", " - 0.5*"]).join(str(one) for one in traces)
        used = [name for name in maker.fields if _mentions(quantity, name)]
        if not used:
            continue
        letters = sum(token in maker.fields for token in _tokens(quantity))
        if most_letters is not None and letters > most_letters:
            continue
        if letters > LONG and chance.random() < (0.5 if letters <= LONGEST else 0.93):
            continue
        maker.fields = {name: maker.fields[name] for name in used}
        if chance.random() < 0.7:
            maker.forget_unused(quantity)
        text = maker.text(quantity, f"random-{seed}")
        points = []
        for number in range(POINTS):
            values = maker.values()
            for z in maker.words:
                values[z] = _shift(maker, z, values, chance, 10 * seed + number)
            points.append(values)
        return Case(f"random-{seed}", text, "q", tuple(points))


def needed(case: Case) -> set[str]:
    """The names that a value must be given for: what the quantity and the laws of its fields mention.

    >>> sorted(needed(random_case(7)) & {"q", "spaces"})
    []
    """
    document = tomllib.loads(case.text)
    fields, matrices = document["fields"], document.get("matrices", {})
    names = set(_tokens(document["quantities"][case.quantity]))
    for name in [one for one in names if one in fields]:
        law = fields[name]
        names |= set(law["shape"])
        for key in ("variance", "rows", "cols"):
            names |= set(_tokens(law.get(key, "")))
    for name in [one for one in names if one in matrices]:
        names.add(matrices[name]["space"])
    listed = {matrices[name]["space"] for name in names if "spectrum" in matrices.get(name, {})}
    return names - listed - {name for name in names if "spectrum" in matrices.get(name, {})}


def _mentions(text: str, name: str) -> bool:
    return any(token == name for token in _tokens(text))


def _tokens(text: str) -> list[str]:
    for mark in "()*+-/. ,":
        text = text.replace(mark, " ")
    return text.split()


def _shift(maker: _Maker, z: str, values: Values, chance: random.Random, seed: int) -> str:
    """z as a multiple of the norm of its word: above it nine times of ten."""
    word, _ = maker.words[z]
    model = read_model(maker.text(f"tr({word})", "word"))
    point = read_point(model, values)
    trace = model.quantities["q"]
    assert isinstance(trace, Trace)
    size = norm(trace.matrix, model, point, size=60, seed=seed)
    factor = chance.uniform(1.15, 2.5) if chance.random() < 0.9 else chance.uniform(0.2, 0.9)
    return f"{max(factor * size, 0.01):.3f}"
