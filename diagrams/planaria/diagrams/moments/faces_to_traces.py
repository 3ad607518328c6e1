"""From faces to formulas: a polynomial in faces becomes one in dimensions, parameters and traces."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flint import Ordering, fmpq_mpoly_ctx
from sympy import Add, Expr, Integer, Mul, Pow, Rational

from planaria.algebra.rational import Ratio, Ring, factored, generators_of
from planaria.diagrams.graphs.weight import trace_of_function
from planaria.diagrams.moments.integration_by_parts import variables
from planaria.diagrams.moments.necklaces import Alphabet

__all__ = ["FaceSum"]


class FaceSum:
    """A sum of coefficient * faces * polynomial in faces, collected as one polynomial in scalars and traces.

    Parameters
    ----------
    alphabet
        What a face is the trace of.
    faces
        The face that each variable of the polynomials stands for.
    others
        Further faces, one text for each product of them that will be added.
    """

    def __init__(self, alphabet: Alphabet, faces: str, others: Iterable[str] = ()) -> None:
        setting = alphabet.setting
        self.faces = faces
        self.one = variables(faces)[""]
        values = {face: self._trace(alphabet, face) for face in {*faces, *"".join(others)}}
        scalars = [one for one in setting.ring.generators if one not in {s for _, s in setting.matrices}]
        self.ring = Ring([*scalars, *sorted({g for v in values.values() for g in generators_of(v)}, key=str)])
        self._images = {face: self.ring(value).numerator for face, value in values.items()}
        self._terms: dict[Ratio, dict[tuple[int, ...], Any]] = {}

    @staticmethod
    def _trace(alphabet: Alphabet, face: str) -> Expr:
        space, function = alphabet.function(face)
        return space if function.is_one else trace_of_function(space, function, alphabet.setting)

    def add(self, coefficient: Ratio, faces: str, polynomial: Any) -> None:
        """Add coefficient * faces * polynomial."""
        scalar = coefficient.to(self.ring)
        top = scalar.numerator * self._in_traces(polynomial)
        for face in faces:
            top = top * self._images[face]
        # A denominator that is a single term, such as M^2, makes negative powers; another one stays apart.
        bottom, shift = scalar.denominator, (0,) * self.ring.context.nvars()
        if len(bottom) == 1:
            ((shift, _),) = bottom.terms()  # monic
            bottom = bottom**0
        terms = self._terms.setdefault(self.ring.one / self.ring.from_mpoly(bottom), {})
        for exponents, number in top.terms():
            key = tuple(int(up) - int(down) for up, down in zip(exponents, shift, strict=True))
            terms[key] = terms[key] + number if key in terms else number

    def _in_traces(self, polynomial: Any) -> Any:
        images = [self._images[face] for face in self.faces]
        context = self.ring.context
        if not images:
            return context.from_dict(
                {(0,) * context.nvars(): polynomial.leading_coefficient()} if polynomial else {}
            )
        if all(len(image) == 1 for image in images):
            return self._renamed(polynomial, images)
        names = tuple(f"g{k}" for k in range(len(images)))
        rational = fmpq_mpoly_ctx.get(names, Ordering.degrevlex).from_dict(polynomial.to_dict())
        return rational.compose(*images, ctx=context)

    def _renamed(self, polynomial: Any, images: list[Any]) -> Any:
        """The common case: a face is one dimension, one trace or a number, and terms go over to terms."""
        context = self.ring.context
        single = [next(iter(image.terms())) for image in images]
        found: dict[tuple[int, ...], Any] = {}
        for exponents, number in polynomial.terms():
            key = [0] * context.nvars()
            for power, (image, factor) in zip(exponents, single, strict=True):
                if power:
                    for place, exponent in enumerate(image):
                        if exponent:
                            key[place] += int(exponent) * int(power)
                    if factor != 1:
                        number = number * factor**power
            whole = tuple(key)
            found[whole] = found[whole] + number if whole in found else number
        return context.from_dict(found)

    def to_sympy(self) -> Expr:
        """The sum, expanded."""
        generators = self.ring.generators
        parts: list[Expr] = []
        for scalar, terms in self._terms.items():
            apart = () if scalar.is_one else (1 / factored(self.ring, scalar.denominator),)
            for exponents, number in terms.items():
                if number:
                    powers = (Pow(g, e) for g, e in zip(generators, exponents, strict=False) if e)
                    parts.append(Mul(_number(number), *powers, *apart))
        return Add(*parts)


def _number(number: Any) -> Expr:
    numerator, denominator = int(number.p), int(number.q)
    return Integer(numerator) if denominator == 1 else Rational(numerator, denominator)
