"""`derive`: from a matrix expression to a closed form, every step recorded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from math import isfinite
from typing import TypeVar

from sympy import Expr, Integer, Inverse, MatrixExpr, Symbol, Trace

from planaria.algebra.errors import InputError, described
from planaria.algebra.laurent import Laurent
from planaria.algebra.rational import Ratio, Ring
from planaria.algebra.work import WorkLimitError, limited
from planaria.derivations.derivation import Derivation
from planaria.derivations.elimination.closed_form import ClosedForm, Unknown
from planaria.derivations.elimination.eliminate import eliminate
from planaria.derivations.elimination.reduced import LARGEST_SYSTEM, Reduced, Strategy
from planaria.derivations.elimination.regular import Regular
from planaria.derivations.elimination.unknown_names import final_names, normalised_loops
from planaria.derivations.equations.equal_loops import dependencies, schwinger_dyson
from planaria.derivations.equations.long_words import planar_words
from planaria.derivations.equations.schwinger_dyson import STRENGTH, SchwingerDyson
from planaria.derivations.equations.spectral_sums import Factor, SpectralSum
from planaria.derivations.equations.zero_test import Witness
from planaria.derivations.shortening import best_read, shortest
from planaria.derivations.steps import Formula, Step
from planaria.derivations.unit_matrices import is_simple, specialised, with_symbols
from planaria.diagrams.expressions.commuting import reorderings
from planaria.diagrams.expressions.expression import Node, Setting, deterministic_part, prepare, read
from planaria.diagrams.expressions.orders import (
    bulk_sentence,
    bulk_traces,
    check_orders,
    check_vanishing,
    read_on_small,
)
from planaria.diagrams.expressions.push_through import letters_in, pushed_through
from planaria.diagrams.expressions.trace_function import TraceFunction
from planaria.diagrams.rules.pencil import linearise
from planaria.ensembles.model import Model
from planaria.ensembles.question import Asked, question
from planaria.ensembles.spectra import eigenvalue
from planaria.ensembles.text.log_determinant import LogDet

__all__ = ["COMMUTED", "LEADING", "STOPPED", "derive"]

T = TypeVar("T")

COMMUTED = "commute"  # the rule of a step that says whose order does not count
LEADING = "keep the leading order"  # the rule of a step that says what is small beside the rest
STOPPED = "stop short"  # the rule of a step that says what was not done

DIFFERENCES = (
    "Differences of poles are left in a denominator: where two of them coincide, numbers come from the equations "
    "before elimination."
)

PUSHED = "letters, by A (c + B A)^-1 B = 1 - c (c + A B)^-1 and common factors of sums: equal at every size"

# From the one that gives the shortest forms to the one that asks least.
STRATEGIES = (
    Strategy(budget=0.5),
    Strategy(rewrite=False, budget=0.2),
    Strategy(rewrite=False, largest=100, move=0.1, budget=0.3),
    Strategy(rewrite=False, largest=0, move=0.01, budget=0.5),
)
BUDGET = 10.0  # seconds of exact work, about
REGULAR = 6.0  # seconds of work for a regular form of the value and of all loops
WORDS = 0.05  # the share of it that the planar sums of long words may take


def derive(expression: Asked, model: Asked | None = None, *, budget: float = BUDGET) -> Derivation:
    """The planar limit of a scalar made of traces of rational expressions in Gaussian fields.

    Parameters
    ----------
    expression
        A rational function of ``sympy.Trace`` objects and parameters. The traces of a product of traces
        factorise at large N.
    model
        The fields with their covariances; every other matrix symbol is deterministic.
        Or a model, by its name, by the path of its file or as a `ModelFile`, and the name of one of its quantities
        or an expression in its grammar: ``derive("random-features", "loss")``.
    budget
        About how many seconds of exact algebra may be spent, counted in operations, so that the result is the same
        on every machine. Where fewer unknowns would take more, more of them are kept, and a step says so.

    Raises
    ------
    InputError
        If the expression is not of this form, or if the budget covers no closed form.

    >>> from sympy import Identity, MatrixSymbol, Trace, symbols
    >>> from planaria.diagrams import Gaussian, Model
    >>> N, P, gamma = symbols("N P gamma", positive=True)
    >>> x, Lambda = MatrixSymbol("x", N, P), MatrixSymbol("Lambda", N, N)
    >>> model = Model([Gaussian(x, variance=1 / P, rows=Lambda)])
    >>> result = derive(Trace((gamma * Identity(N) + x * x.T).inv()), model)
    >>> result.equations
    (Eq(gamma, Delta*(P - S_11)/P),)
    >>> {symbol: one.summand for symbol, one in result.spectral_sums.items()}
    {S_11: lambda_I/(Delta + lambda_I), R_01: Delta/(Delta + lambda_I)}
    """
    if not (type(budget) in (int, float) and isfinite(budget) and budget > 0):
        raise InputError("budget", f"{described(budget)} is no time", "give seconds > 0, such as 10")
    asked = question(expression, model, "derive")
    scalar = asked.expression
    if not isinstance(scalar, Expr) or isinstance(scalar, MatrixExpr):
        problem = "it is a matrix" if isinstance(scalar, MatrixExpr) else "there are several"
        raise InputError("quantity", f"{problem}, not a scalar", "take sympy.Trace of it")
    if scalar.has(LogDet):
        problem = f"{scalar} has a log det, which is an integral over a closed form"
        raise InputError("quantity", problem, "derive it with planaria.derive")
    quantity = TraceFunction(read_on_small(scalar, asked.model))
    if not quantity.traces:
        raise InputError("quantity", f"{scalar} contains no trace", "give a scalar with sympy.Trace in it")
    check_orders(quantity.expression, asked.model)
    try:
        with limited(2 * budget):
            return _derived(quantity, asked.model, budget, asked.defaults, scalar)
    except WorkLimitError:
        less = "shorter words and fewer inverses" if scalar.has(Inverse) else "shorter words"
        raise InputError(
            "derive",
            f"its exact algebra takes more work than the budget of about {budget:g} s",
            f"raise the budget, or take {less}",
        ) from None


def _derived(
    quantity: TraceFunction, model: Model, budget: float, defaults: Mapping[Symbol, Expr], asked: Expr
) -> Derivation:
    expression = quantity.expression
    setting = prepare([expression], model, extra=[STRENGTH])
    nodes = [read(trace.arg, setting) for trace in quantity.traces]
    for node in nodes:
        deterministic_part(node, setting)
    summed = planar_words(quantity.traces, nodes, setting, budget * WORDS)
    outer = TraceFunction(expression.xreplace(summed)) if summed else quantity
    if summed:
        nodes = [read(trace.arg, setting) for trace in outer.traces]
    bulk = bulk_traces(expression, model)
    pushed, closed, moves, found = _written_and_solved(outer, nodes, setting, budget, not (summed or bulk))
    system = closed.system
    rules = system.rules
    check_vanishing(one for one in bulk if not closed.value or (one in found and not found[one]))
    before, after = len(system.loops), len(system.unknowns)
    commuting = reorderings(expression, model)
    steps = (
        *(Step(COMMUTED, one.before, one.after, one.sentence) for one in commuting),
        *((Step("turn", asked, expression, "read where it is of order 1"),) if asked != expression else ()),
        *(Step(LEADING, one, one, bulk_sentence(one)) for one in bulk),
        *(
            Step("sum a word", trace, total, "its planar contractions, interval by interval")
            for trace, total in summed.items()
        ),
        *pushed,
        Step(
            "linearise",
            Integer(rules.plain_size),
            Integer(rules.size),
            "index lines of the pencil, by Schur complements",
        ),
        Step("identify loops", Integer(before), Integer(after), "loops that vanish, or are equal to all orders"),
        *moves,
        Step(
            "assemble the value",
            expression,
            Formula(closed.value, (STRENGTH,), (tuple(closed.named_sums.items()),)),
            "loops inserted, strength 1",
        ),
    )
    return Derivation(expression, closed, steps, summed, defaults)


def _finished(reduced: Reduced, system: SchwingerDyson, value: Ratio) -> tuple[ClosedForm, list[Step]]:
    """The closed form that elimination ends with, and its moves by the final names."""
    closed, names = _finish(reduced, system, value)
    return closed, [step.renamed(names).renamed(closed.named_sums) for step in reduced.steps]


def _specialised(
    quantity: TraceFunction, system: SchwingerDyson, budget: float
) -> tuple[ClosedForm, list[Step]] | None:
    """The closed form by way of arbitrary matrices in place of identity matrices; None where it is no use.

    It is taken where it has one unknown: what then is left is an equation in one letter.
    """
    setting = system.rules.setting
    general = with_symbols(setting.model)
    if general is None or is_simple(system):
        return None
    wider = prepare([quantity.expression], general, extra=[STRENGTH])
    if len(wider.matrices) == len(setting.matrices):
        return None
    nodes = [pushed_through(read(trace.arg, wider), wider) for trace in quantity.traces]
    symbolic = schwinger_dyson(linearise(nodes, wider, quantity.traces))
    try:
        reduced, value = _solved(quantity, symbolic, budget)
        if len(reduced.poles) + len(reduced.kept) != 1:
            return None
        closed, moves = _finished(reduced, symbolic, value)
        found = specialised(closed, setting, partial(_series_of, quantity))
    except (ArithmeticError, InputError):
        return None
    if found is None:
        return None
    reads = tuple(best_read(one, Witness(found.system), setting) for one in found.relations)
    written = [
        Step("specialise", symbol, Integer(1), "the matrix is the identity, whose sums are known")
        for _, symbol in wider.matrices
        if symbol not in dict(setting.matrices).values()
    ]
    return replace(found, solved_for=reads), [*moves, *written]


def _written_and_solved(
    quantity: TraceFunction, nodes: Sequence[Node], setting: Setting, budget: float, special: bool
) -> tuple[tuple[Step, ...], ClosedForm, list[Step], Mapping[Trace, Ratio]]:
    """An expression with few letters, solved; with fewest where that is too much.

    Its steps, the closed form with the moves of elimination, and its traces by themselves, unless arbitrary
    matrices have stood for identity ones: `special` has it tried. WorkLimitError where the budget covers neither.
    """
    given, left = sum(map(letters_in, nodes)), None
    for everywhere in (False, True):
        written = [pushed_through(node, setting, everywhere=everywhere) for node in nodes]
        if left == (left := sum(map(letters_in, written))):
            break
        system = schwinger_dyson(linearise(written, setting, quantity.traces))
        steps = (Step("push through", Integer(given), Integer(left), PUSHED),) if left < given else ()
        if special and (found := _specialised(quantity, system, budget)) is not None:
            return steps, *found, {}
        try:
            reduced, value = _solved(quantity, system, budget)
        except WorkLimitError as error:
            refused = error
            continue
        return steps, *_finished(reduced, system, value), _by_trace(system, reduced.readings)
    raise refused


def _solved(quantity: TraceFunction, system: SchwingerDyson, budget: float) -> tuple[Reduced, Ratio]:
    """The reduced system and the shortest value that the planar power series confirms.

    A form is only taken if its value has the series of the unreduced system, exactly, at the witness; a
    shorter way that fails there gives way to a plainer one.
    """
    witness, depends = Witness(system), dependencies(system)
    reason, unaffordable = "", 0
    for strategy in STRATEGIES:
        if unaffordable and strategy.largest >= unaffordable - 1:
            continue
        try:
            with limited(budget * strategy.budget):
                reduced = eliminate(system, depends, witness, strategy)
                value = quantity.of(_by_trace(system, reduced.readings), reduced.ring)
                value = shortest(value, reduced, system.rules.setting)
                if reduced.witness.agrees(value, partial(_series_of, quantity)):
                    if strategy.largest < LARGEST_SYSTEM:
                        reason = f"Fewer unknowns would take more work than the budget of about {budget:g} s."
                        reduced.steps.append(Step(STOPPED, Integer(0), Integer(0), reason))
                    return reduced, _regular(value, quantity, reduced, system.rules.setting)
                reason = "its value is not the sum of the planar diagrams"
        except WorkLimitError as error:
            reason, unaffordable = str(error), strategy.largest + 1
        except ArithmeticError as error:
            reason = str(error)
    if unaffordable:
        raise WorkLimitError(reason)
    raise InputError(
        "derive",
        f"no closed form was reached that the planar series confirms ({reason})",
        "write the expression with fewer inverses, or take its traces one by one",
    )


def _regular(value: Ratio, quantity: TraceFunction, reduced: Reduced, setting: Setting) -> Ratio:
    """The value in a form that is regular where poles coincide, and loops likewise; both are held to the series.

    Where the work for it is not covered, a form stays as it is, and a step says so.
    """
    regular = Regular(reduced, setting)
    with limited(REGULAR):
        written = regular.value(value)
        try:
            if not reduced.witness.agrees(written, partial(_series_of, quantity)):
                raise ArithmeticError("its regular form is not the sum of the planar diagrams")
            value = written
        except WorkLimitError:
            regular.left = True
        reduced.loops = {symbol: regular.loop(one) for symbol, one in reduced.loops.items()}
    if regular.left:
        reduced.steps.append(Step(STOPPED, Integer(0), Integer(0), DIFFERENCES))
    return value


def _series_of(quantity: TraceFunction, witness: Witness) -> Laurent:
    """The quantity's power series at the witness, read off the unreduced system."""
    traces = _by_trace(witness.system, witness.solution.readings)
    scalars = {g: Laurent.of([number]) for g, number in witness.point.values.items()}
    scalars[STRENGTH] = Laurent.of([0, 1])  # of long words, whose sums are written out
    result: Laurent = quantity.at(traces, scalars, Laurent.of([1]))
    return result


def _by_trace(system: SchwingerDyson, readings: Sequence[T]) -> dict[Trace, T]:
    return {one.trace: value for one, value in zip(system.rules.readings, readings, strict=True)}


def _finish(reduced: Reduced, system: SchwingerDyson, value: Ratio) -> tuple[ClosedForm, dict[Expr, Expr]]:
    """Shorten, drop what is not needed, and give everything its final name."""
    setting = system.rules.setting
    ring, value = reduced.ring, value.to(reduced.ring)
    relations = [relation.polynomial.to(ring) for relation in reduced.relations]
    reads = tuple(best_read(r, reduced.witness, setting) for r in relations)
    loops = {s: r.to(ring) for s, r in reduced.loops.items()}
    dimensions = normalised_loops(reduced, system)
    scaled = {s: ring.generator(s) * ring(d) for s, d in dimensions.items()}
    unknown = {*reduced.poles, *reduced.kept, *reduced.sums.values()}
    relations = [_essential(r.substitute(scaled), unknown) for r in relations]
    value = value.substitute(scaled)
    loops = {s: r.substitute(scaled) for s, r in loops.items()}
    loops |= {s: ring.generator(s) for s in reduced.kept} | scaled
    used = {s for r in (value, *relations, *loops.values()) for s in r.support()}
    used |= set(reduced.poles)
    names = final_names(reduced, system, used)
    renamed_ring = Ring([names.get(g, g) for g in ring.generators])
    loop_symbols = set(system.unknowns)
    unnamed = {*reduced.poles, *reduced.kept, *reduced.sums.values()} - set(names)
    new_ring = Ring(g for g in renamed_ring.generators if g not in loop_symbols | unnamed)

    def renamed(one: Ratio) -> Ratio:
        parts = (renamed_ring.context.from_dict(p.to_dict()) for p in (one.numerator, one.denominator))
        return Ratio(renamed_ring, *parts).to(new_ring)

    unknowns = []
    for pole in reduced.poles:
        meaning = "a coefficient of the denominator of a propagator"
        if str(names[pole]).startswith("Delta"):
            meaning = "the renormalised ridge: minus the eigenvalue at which a propagator has its pole"
        unknowns.append(Unknown(names[pole], meaning, reduced.definitions[pole].to(ring)))
    for kept in reduced.kept:
        loop = system.representative(kept)
        words = f"the propagator of an index line in the space {loop.space}"
        if kept not in dimensions:
            words = f"a trace over the space {loop.space}"
        definition = ring.generator(kept)
        if kept in dimensions:
            definition = definition / ring(dimensions[kept])
        unknowns.append(Unknown(names[kept], words, definition))
    sums = tuple(
        (names[symbol], _renamed_sum(one, names)) for one, symbol in reduced.sums.items() if symbol in names
    )
    final_relations = tuple(renamed(r) for r in relations)
    spectra = system.rules.setting.model.spectra
    closed = ClosedForm(
        new_ring,
        tuple(unknowns),
        final_relations,
        sums,
        renamed(value),
        reads,
        system,
        tuple((s, renamed(r)) for s, r in loops.items()),
        declared=tuple((eigenvalue(matrix), frozenset(one.free_symbols)) for matrix, one in spectra),
    )
    replacements: dict[Expr, Expr] = {**names, STRENGTH: Integer(1)}
    replacements |= {kept: names[kept] * dimension for kept, dimension in dimensions.items()}
    return closed, replacements


def _essential(relation: Ratio, unknown: set[Symbol]) -> Ratio:
    """The part of a polynomial that can vanish: without factors that are scalars of the model."""
    result = relation.ring.one
    for polynomial, multiplicity in relation.numerator.factor()[1]:
        factor = relation.ring.from_mpoly(polynomial)
        if factor.support() & unknown:
            result = result * factor**multiplicity
    return result


def _renamed_sum(one: SpectralSum, names: Mapping[Symbol, Symbol]) -> SpectralSum:
    factors = tuple(
        (
            Factor(
                f.space,
                f.eigenvalues,
                f.leading,
                tuple((exponents, coefficient.xreplace(dict(names))) for exponents, coefficient in f.coefficients),
            ),
            power,
        )
        for f, power in one.factors
    )
    scale = tuple((coefficient.xreplace(dict(names)), power) for coefficient, power in one.scale)
    return replace(one, factors=factors, scale=scale)
