"""Monte Carlo: draw the fields of a model, evaluate expressions on each draw, average.

Randomness is counted, not consumed: the entries of a field in a run depend on the seed, the number of the run
and the place of the field in the model alone: the same bits for any number of workers, and whatever else is asked
for; a shorter simulation begins a longer one. (The last bits may differ between machines, as BLAS libraries do.)
"""

from __future__ import annotations

import cmath
import math
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray
from sympy import Expr, Integer, MatrixExpr, MatrixSymbol, Symbol, sympify

from planaria.algebra.errors import InputError, kind_of, unknown_name
from planaria.ensembles.estimate import Simulation
from planaria.ensembles.model import Gaussian, Model
from planaria.ensembles.question import Asked, Given, Values, given, question
from planaria.numerics.given_spectra import with_spectra
from planaria.numerics.simulation.draws import draw
from planaria.numerics.simulation.finite_size import Evaluator
from planaria.numerics.simulation.program import DIAGONAL, Program, compiled, trait_of
from planaria.numerics.simulation.scalars import plain_number
from planaria.numerics.simulation.words import Trait
from planaria.numerics.simulation.workers import in_order, one_thread
from planaria.numerics.spectra import eigenvalues, exact_number, no_value

__all__ = ["Interrupted", "draw", "simulate", "trial"]

_ROUND_OFF = 1e-9  # an imaginary part below this fraction of the largest value seen is round-off
_FEWEST_RUNS = 2  # a standard error needs two
_FEWEST_IN_TAIL = 10


@overload
def simulate(
    expressions: Mapping[str, Expr],
    model: Model,
    values: Values | None = None,
    *,
    runs: int = 100,
    seed: int = 0,
    workers: int = 1,
    time_budget: float | None = None,
    progress: Callable[[int, int], None] | None = None,
    **numbers: Given,
) -> dict[str, Simulation]: ...


@overload
def simulate(
    expressions: Asked,
    model: Asked,
    values: Values | None = None,
    *,
    runs: int = 100,
    seed: int = 0,
    workers: int = 1,
    time_budget: float | None = None,
    progress: Callable[[int, int], None] | None = None,
    **numbers: Given,
) -> Simulation: ...


def simulate(
    expressions: Mapping[str, Expr] | Asked,
    model: Asked,
    values: Values | None = None,
    *,
    runs: int = 100,
    seed: int = 0,
    workers: int = 1,
    time_budget: float | None = None,
    progress: Callable[[int, int], None] | None = None,
    **numbers: Given,
) -> dict[str, Simulation] | Simulation:
    """The expectations of scalar expressions in a model, from independent draws of its fields.

    Evaluated on each draw as written: products in the order of least work, inverses that only multiply solved for.

    Parameters
    ----------
    expressions
        Scalar expressions in traces, by name; the result then has these names. Or one expression, or a model and
        one of its quantities, as `planaria.derivations.derive` takes them; the result then is one `Simulation`.
    model
        Fields, and the spectra of the deterministic matrices.
    values, numbers
        Numbers for dimensions and all other symbols, spectra or lists of eigenvalues for matrices, by symbol or
        name. The dimension of a matrix of listed eigenvalues may be left out, as may defaults of a model file.
    runs
        The number of draws, at least 2.
    seed
        A non-negative integer.
    workers
        The number of processes that draw, started by joblib and kept for the next time; starting them takes a
        second. Each computes on one thread, so the bits do not depend on their number.
    time_budget
        Seconds after which no further draw is begun; two draws are always made. The runs that are counted are
        the first ones, so the result is that of a simulation with so many runs.
    progress
        Called with the number of finished runs and ``runs``, in the calling thread.

    Raises
    ------
    InputError
        For a symbol without a value, a dimension that is no positive integer, a deterministic matrix without
        a spectrum, a matrix where a scalar is needed, a value that is not finite, or a bad option.
    Interrupted
        A `KeyboardInterrupt` that holds what was drawn, where somebody interrupts after two runs.

    >>> from sympy import Trace, symbols
    >>> N, P = symbols("N P", positive=True)
    >>> x = MatrixSymbol("x", N, P)
    >>> result = simulate({"norm": Trace(x * x.T) / N}, Model([Gaussian(x)]), {N: 20, P: 10}, runs=50)["norm"]
    >>> abs(result.mean - 10) < 5 * result.standard_error, result.runs
    (True, 50)
    """
    if isinstance(expressions, Mapping):
        several, setting, at = expressions, model, given(values, numbers)
    else:
        asked = question(expressions, model, "simulate")
        several, setting, at = {"": asked.expression}, asked.model, given(values, numbers, asked.defaults)
    if not isinstance(setting, Model):
        raise InputError("simulate", f"{kind_of(setting)} is no model", "give a Model beside expressions")
    _check_option("runs", runs, _FEWEST_RUNS)
    _check_option("seed", seed, 0)
    _check_option("workers", workers, 1)
    if not (time_budget is None or time_budget > 0):
        raise InputError("simulation", f"the time budget is {time_budget}", "give seconds > 0")
    plan = _Plan.of(several, *with_spectra(setting, at, several.values()), seed)
    deadline = math.inf if time_budget is None else time.monotonic() + time_budget
    outcomes: list[tuple[complex, ...]] = []
    try:
        with one_thread(), closing(in_order(plan.outcome, runs, workers)) as stream:
            for outcome in stream:
                outcomes.append(outcome)
                if progress is not None:
                    progress(len(outcomes), runs)
                if len(outcomes) >= _FEWEST_RUNS and time.monotonic() >= deadline:
                    break
    except KeyboardInterrupt:
        if len(outcomes) < _FEWEST_RUNS:
            raise
        raise Interrupted(_summaries(several, outcomes, seed)) from None
    found = _summaries(several, outcomes, seed)
    return found if isinstance(expressions, Mapping) else found[""]


class Interrupted(KeyboardInterrupt):
    """Somebody interrupted a simulation; ``found`` holds what was drawn, by the names of the quantities."""

    def __init__(self, found: dict[str, Simulation]) -> None:
        super().__init__("the simulation was interrupted; what was drawn is in .found")
        self.found = found


def _summaries(names: Iterable[str], outcomes: list[tuple[complex, ...]], seed: int) -> dict[str, Simulation]:
    columns = zip(*outcomes, strict=True)
    return {name: _summary(column, seed) for name, column in zip(names, columns, strict=True)}


def trial(
    expressions: Mapping[str, Expr], model: Model, values: Mapping[Any, Any], *, seed: int
) -> Callable[[int], tuple[complex, ...]]:
    """What gives the values of all expressions in one run, by its number: those that `simulate` averages.

    Raises InputError as `simulate` does; so does what is returned, for a value that is not finite.

    >>> from sympy import Trace, symbols
    >>> N, P = symbols("N P", positive=True)
    >>> x = MatrixSymbol("x", N, P)
    >>> outcome = trial({"norm": Trace(x * x.T)}, Model([Gaussian(x)]), {"N": 3, "P": 2}, seed=0)
    >>> outcome(5) == outcome(5) != outcome(6)
    True
    """
    return _Plan.of(expressions, model, values, seed).outcome


@dataclass(frozen=True)
class _Sampler:
    """A field with its numbers, and its place in the model: the index of its stream of random numbers."""

    field: Gaussian
    stream: int
    shape: tuple[int, int]
    variance: float
    rows: NDArray[np.float64] | None
    cols: NDArray[np.float64] | None
    parameters: Mapping[str, float]

    def sample(self, seed: int, run: int) -> NDArray[Any]:
        # The child that SeedSequence(seed).spawn(...)[run].spawn(...)[stream] makes, without its siblings.
        sequence = np.random.SeedSequence(seed, spawn_key=(run, self.stream))
        rng = np.random.Generator(np.random.PCG64(sequence))
        return draw(
            self.field,
            self.shape,
            rng,
            variance=self.variance,
            rows=self.rows,
            cols=self.cols,
            parameters=self.parameters,
        )

    @property
    def trait(self) -> Trait:
        """What is the same in all draws, read off one: the law is not asked."""
        sample = draw(self.field, (3, 3), np.random.default_rng(0), variance=1.0, parameters=self.parameters)
        return trait_of(sample, is_square=self.field.law.is_square)


@dataclass(frozen=True)
class _Plan:
    """All that does not change from run to run."""

    names: tuple[str, ...]
    samplers: tuple[_Sampler, ...]
    program: Program
    seed: int

    @classmethod
    def of(cls, expressions: Mapping[str, Any], model: Model, given: Mapping[Any, Any], seed: int) -> _Plan:
        scalar = {name: _scalar_expression(name, expression) for name, expression in expressions.items()}
        symbols = {matrix for expression in scalar.values() for matrix in expression.atoms(MatrixSymbol)}
        used = [(stream, one) for stream, one in enumerate(model.fields) if one.symbol in symbols]
        covariances = [one for _, field in used for one in (field.rows, field.cols) if one is not None]
        symbols |= {matrix for covariance in covariances for matrix in covariance.atoms(MatrixSymbol)}
        unknown = [one for one in symbols if model.field_index(one) is None]
        fixed = sorted(unknown, key=lambda one: str(one.name))
        for name in {field.name for field in model.fields} & {str(matrix.name) for matrix in fixed}:
            raise InputError(
                f"field {name}",
                "an expression has a matrix of that name, but of another shape",
                "use the symbol of the field",
            )
        values = _by_symbol(given, scalar.values(), model)
        sizes = _sizes([*fixed, *(field.symbol for _, field in used)], model, values)
        diagonals = {matrix: _diagonal(matrix, model, sizes, values) for matrix in fixed}
        numbers = {**values, **sizes}.items()
        scalars = {symbol: plain_number(number, f"parameter {symbol}") for symbol, number in numbers}
        once = Evaluator(diagonals, scalars)
        samplers = tuple(_sampler(field, stream, sizes, once) for stream, field in used)
        traits = {**dict.fromkeys(fixed, DIAGONAL), **{one.field.symbol: one.trait for one in samplers}}
        return cls(tuple(scalar), samplers, compiled(scalar.values(), once, traits), seed)

    def drawn(self, run: int) -> dict[MatrixSymbol, NDArray[Any]]:
        """The fields of one run."""
        return {one.field.symbol: one.sample(self.seed, run) for one in self.samplers}

    def outcome(self, run: int) -> tuple[complex, ...]:
        """The values of all expressions in one run."""
        matrices = self.drawn(run)
        results = []
        for name, value in zip(self.names, self.program.values(matrices), strict=True):
            result = complex(value)
            if not cmath.isfinite(result):
                raise InputError(
                    f"quantity {name}".rstrip(), f"its value in run {run + 1} is {result}", "check ridge and sizes"
                )
            results.append(result)
        return tuple(results)


def draws_of(
    expression: Expr, model: Model, values: Mapping[Any, Any], runs: int, seed: int
) -> Iterator[Evaluator]:
    """What evaluates expressions in the fields and matrices of one, in as many independent draws as asked for."""
    plan = _Plan.of({"expression": expression}, model, values, seed)
    return (plan.program.evaluator(plan.drawn(run)) for run in range(runs))


def _summary(column: tuple[complex, ...], seed: int) -> Simulation:
    runs = len(column)
    real, imaginary = [z.real for z in column], [z.imag for z in column]
    mean = complex(math.fsum(real) / runs, math.fsum(imaginary) / runs)
    is_real = max(map(abs, imaginary)) <= _ROUND_OFF * max(map(abs, column))
    squares = [(x - mean.real) ** 2 for x in real]
    if not is_real:
        squares = [a + (y - mean.imag) ** 2 for a, y in zip(squares, imaginary, strict=True)]
    error = math.sqrt(math.fsum(squares) / (runs - 1) / runs)
    return Simulation(mean.real if is_real else mean, error, runs, seed, _effective(squares), _tail_index(squares))


def _effective(squares: list[float]) -> float:
    """Of how many equal parts a sum is as uneven as this one is."""
    largest = max(squares)
    if largest == 0:
        return float(len(squares))
    parts = [one / largest for one in squares]  # no overflow of the squares
    return math.fsum(parts) ** 2 / math.fsum(part**2 for part in parts)


def _tail_index(squares: list[float]) -> float:
    """Hill's estimate, of the roots of these numbers."""
    count = max(_FEWEST_IN_TAIL, len(squares) // 20)
    if len(squares) < 5 * count:
        return 0.0
    *tail, least = sorted(squares, reverse=True)[: count + 1]
    if tail[0] == least or not least:
        return math.inf
    return 2 * count / math.fsum(math.log(one / least) for one in tail)


def _by_symbol(values: Mapping[Any, Any], expressions: Iterable[Expr], model: Model) -> dict[Symbol, Any]:
    """Values with symbols for names."""
    symbols = {symbol for one in expressions for symbol in one.free_symbols if isinstance(symbol, Symbol)}
    for field in model.fields:
        parts = (field.variance, *field.shape, *field.law.parameters.values())
        symbols |= {symbol for part in parts for symbol in part.free_symbols}
    symbols |= {symbol for _, spectrum in model.spectra for symbol in spectrum.free_symbols}
    known = {str(symbol): symbol for symbol in symbols}
    found = {}
    for key, value in values.items():
        if isinstance(key, str):
            if key not in known:
                raise unknown_name("values", "parameter", key, sorted(known))
            key = known[key]
        found[key] = value
    return found


def _scalar_expression(name: str, expression: object) -> Expr:
    result = sympify(expression, strict=True)
    if not isinstance(result, Expr) or isinstance(result, MatrixExpr):
        raise InputError(f"quantity {name}".rstrip(), f"{expression} is not a scalar", "take its Trace")
    return result


def _sizes(matrices: list[MatrixSymbol], model: Model, values: Mapping[Symbol, Any]) -> dict[Expr, int]:
    """The size of every space that a matrix has."""
    listed = {
        space: len(spectrum.listed)
        for matrix, spectrum in model.spectra
        for space in matrix.shape
        if spectrum.listed is not None
    }
    sizes: dict[Expr, int] = {}
    for space in {space for matrix in matrices for space in matrix.shape}:
        if isinstance(space, Integer):
            sizes[space] = int(space)
        elif space in values:
            sizes[space] = _positive_integer(values[space], space)
        elif space in listed:
            sizes[space] = listed[space]
        else:
            raise no_value(space, values, "simulation", "dimension")
    return sizes


def _diagonal(
    matrix: MatrixSymbol, model: Model, sizes: Mapping[Expr, int], values: Mapping[Symbol, Any]
) -> NDArray[np.float64]:
    place = f"matrix {matrix.name}"
    spectrum = model.spectrum(matrix)
    if spectrum is None:
        raise InputError(place, "it is neither a field nor has it a spectrum", "give it a spectrum")
    rows, cols = matrix.shape
    if rows != cols:
        problem = f"a deterministic matrix is square, but its shape is {matrix.shape}"
        raise InputError(place, problem, "give it one space twice")
    return eigenvalues(spectrum, sizes[rows], values, place=f"spectrum of {matrix.name}")


def _sampler(field: Gaussian, stream: int, sizes: Mapping[Expr, int], once: Evaluator) -> _Sampler:
    rows, cols = field.shape
    variance = once.scalar(field.variance)
    if isinstance(variance, complex):
        raise InputError(f"field {field.name}", f"its variance is {variance}", "give a positive variance")
    covariances = [
        None if one is None else np.array(np.diagonal(once.value(one)), dtype=np.float64)
        for one in (field.rows, None if field.law.is_square else field.cols)
    ]
    parameters: dict[str, float] = {}
    for name, value in field.law.parameters.items():
        number = once.scalar(value)
        if isinstance(number, complex):
            raise InputError(f"field {field.name}", f"its {name} is {number}", "give it a real value")
        parameters[name] = number
    shape = sizes[rows], sizes[cols]
    return _Sampler(field, stream, shape, variance, covariances[0], covariances[1], parameters)


def _positive_integer(value: object, symbol: Expr) -> int:
    number = exact_number(value, f"dimension {symbol}")
    if not number.is_real or number < 1 or not (number - int(number)).is_zero:
        raise InputError(f"dimension {symbol}", f"its value is {value}", f"give {symbol} a positive integer")
    return int(number)


def _check_option(name: str, value: object, least: int) -> None:
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < least:
        raise InputError("simulation", f"{name} is {value!r}", f"give an integer >= {least}")
