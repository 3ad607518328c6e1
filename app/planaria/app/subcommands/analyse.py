"""`planaria analyse`: derivatives, limits, series and optima of a quantity, in closed form and as numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from sympy import Eq, Integer, Symbol
from sympy.core.relational import Relational

from planaria.algebra.errors import InputError, placed
from planaria.app.display import heading, line, messages, note, output, print_json, quantity_head, working
from planaria.app.inputs import Names, read_renames, read_values
from planaria.app.matrices import listed_sizes, with_files, with_kinds
from planaria.app.missing_values import needs_of
from planaria.app.words.quantities import formula_name, scalar_quantity
from planaria.derivations import Derivation
from planaria.derivations.analysis.consequence import Consequence
from planaria.derivations.analysis.optimum import Optimum
from planaria.derivations.analysis.parameter_series import ParameterSeries
from planaria.derivations.asked import derive
from planaria.ensembles.estimate import Estimate
from planaria.ensembles.library import load_model
from planaria.ensembles.text.grids import split_pair
from planaria.writing.terminal.expressions import Formulas

__all__ = ["AnalyseOptions", "analyse_quantity"]

_DIGITS = 20
_NOTHING = "add --derivative, --limit, --series, --optimum, --scaling or --regimes"


@dataclass(frozen=True)
class AnalyseOptions:
    """The options of the command, as they were written."""

    derivatives: tuple[str, ...]
    limits: tuple[str, ...]
    series: str | None
    optimum: str | None
    values: tuple[str, ...]
    spectrum: tuple[str, ...]
    spectrum_files: tuple[str, ...]
    data_files: tuple[str, ...]
    matrix: str | None
    digits: int | None
    symbols: tuple[str, ...]
    seed: int
    budget: float
    as_json: bool


@dataclass(frozen=True)
class _Results:
    """What was asked for; with numbers where there are values for everything."""

    derivative: tuple[Consequence, Estimate | None] | None
    series: tuple[tuple[ParameterSeries, tuple[Estimate, ...]], ...]
    optimum: Optimum | None
    is_limit: bool


def analyse_quantity(model_name: str, quantity_name: str, options: AnalyseOptions) -> None:
    """Derive a quantity, analyse it, and print that."""
    if not (options.derivatives or options.limits or options.series or options.optimum):
        raise InputError("analyse", "nothing is asked for", _NOTHING)
    if options.digits is not None and not 1 <= options.digits <= 1000:
        raise InputError("--digits", f"{options.digits} is no number from 1 to 1000", "ask for 20, say")
    file = load_model(model_name)
    quantity = scalar_quantity(file, quantity_name)
    model = with_kinds(file, options.spectrum)
    model = with_files(file, model, options.spectrum_files, options.data_files, options.matrix)
    names = Names(file, dict(model.spectra).values())
    renames = read_renames(options.symbols, names)
    given = read_values(options.values, names)
    listed = {s: Integer(size) for s, size in listed_sizes(model).items() if isinstance(s, Symbol)}
    needs = needs_of(quantity.expression, model)
    everything = {**names.defaults, **given, **listed}
    values = {s: value for s, value in everything.items() if s in needs.symbols} if given else None
    _check_free(options, {str(symbol) for symbol in given})
    status = messages()
    with working(status, f"deriving {quantity.name}"), placed(file.place(quantity)):
        derivation = derive(quantity.expression, model, budget=options.budget)
    if not isinstance(derivation, Derivation):
        raise InputError("QUANTITY", "a log det is an integral over a closed form", "analyse a trace")
    with working(status, f"analysing {quantity.name}"):
        results = _results(derivation, values, options)
    console = output()
    formulas = Formulas(renames, unicode="utf" in console.encoding.lower())
    if options.as_json:
        heads: dict[str, Any] = {"model": file.name, "quantity": quantity.name}
        print_json(heads | _json(results, formulas))
        return
    quantity_head(console, quantity.name, file.title or file.name, quantity.about)
    _print(console, results, formula_name(quantity), formulas)


def _results(derivation: Derivation, values: Mapping[Symbol, Any] | None, options: AnalyseOptions) -> _Results:
    digits = options.digits or _DIGITS
    derivative = None
    if options.derivatives:
        one = derivation.derivative(**_orders(options.derivatives))
        derivative = one, (None if values is None else one.evaluate(values, digits=digits))
    limits, ratios = _limits(options.limits)
    order: str | None = None
    if options.series is not None:
        name, text = split_pair(options.series, "--series", "gamma=0:3")
        target, sign, order = text.partition(":")
        if not sign:
            raise InputError(f"--series {name}", "there is no order", f"write {name}={target}:3")
        if limits:
            raise InputError("--series", "it has a limit of its own", "leave --limit out, but for ratios")
        limits = {name: target}
    found: tuple[tuple[ParameterSeries, tuple[Estimate, ...]], ...] = ()
    if (limits or ratios) and not options.optimum:
        without = None if values is None else _without(values, [*limits, *(r.split("/")[0] for r in ratios)])
        several = derivation.series(order, values=without, ratios=ratios or None, seed=options.seed, **limits)
        found = tuple(
            (one, () if without is None else tuple(x for _, x in one.evaluate(without, digits=digits)))
            for one in several
        )
    optimum = None
    if options.optimum is not None:
        at = None if limits or ratios else values
        optimum = derivation.optimum(options.optimum, values=at, digits=digits, limits=limits, ratios=ratios)
    return _Results(derivative, found, optimum, options.series is None)


def _check_free(options: AnalyseOptions, given: set[str]) -> None:
    """Raise InputError for what has a value and moves."""
    moving = [(text.partition("=")[0].strip(), "--limit") for text in options.limits]
    moving += [(text.partition("=")[0].strip(), "--series") for text in [options.series or ""]]
    moving += [(options.optimum or "", "--optimum")]
    for name, option in moving:
        if name in given:
            raise InputError(f"{option} {name}", "--set gives it a value, too", "leave one of them out")


def _without(values: Mapping[Symbol, Any], names: Sequence[str]) -> dict[Symbol, Any]:
    """Values without the defaults of what moves."""
    return {symbol: value for symbol, value in values.items() if str(symbol) not in names}


def _orders(texts: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for text in texts:
        name, sign, number = text.partition(":")
        if sign and not number.strip().isdigit():
            raise InputError(f"--derivative {name}", f"'{number}' is no order", f"write {name}:2")
        found[name.strip()] = int(number) if sign else 1
    return found


def _limits(texts: Sequence[str]) -> tuple[dict[str, str], dict[str, str]]:
    """Limits and ratios."""
    limits: dict[str, str] = {}
    ratios: dict[str, str] = {}
    for text in texts:
        name, sign, target = (part.strip() for part in text.partition("="))
        if "/" not in name or not sign:
            name, target = split_pair(text, "--limit", "gamma=0")
        chosen = ratios if "/" in name else limits
        if name in chosen:
            raise InputError(f"--limit {name}", "the limit is given twice", "give it once")
        chosen[name] = target
    return limits, ratios


# -- JSON --------------------------------------------------------------------------------------------------


def _json(results: _Results, formulas: Formulas) -> dict[str, Any]:
    plain, content = formulas.plain, dict[str, Any]()
    if results.derivative is not None:
        one, number = results.derivative
        content["derivative"] = {
            "about": one.about,
            "equations": [_equation(e, formulas) for e in one.equations],
            "value": plain(one.value),
            "spectral_sums": _sums(one.spectral_sums, formulas),
            "number": None if number is None else str(number),
        }
    if results.series:
        first = results.series[0][0]
        content["limit" if results.is_limit else "series"] = {
            "about": formulas.renamed_text(first.about),
            "variable": plain(first.variable),
            "branches": [_branch(one, numbers, formulas) for one, numbers in results.series],
        }
    if results.optimum is not None:
        found = results.optimum
        content["optimum"] = {
            "parameter": formulas.plain_name(found.parameter),
            "stationarity": _equation(found.stationarity, formulas),
            "explicit": None if found.explicit is None else plain(found.explicit),
            "equations": [_equation(e, formulas) for e in found.equations],
            "spectral_sums": _sums(found.spectral_sums, formulas),
            "value": None if found.at is None else str(found.at),
            "quantity": None if found.value is None else str(found.value),
        }
    return content


def _branch(one: ParameterSeries, numbers: Sequence[Estimate], formulas: Formulas) -> dict[str, Any]:
    plain = formulas.plain
    terms: list[dict[str, Any]] = [
        {"power": str(power), "coefficient": plain(coefficient)} for power, coefficient in one.terms
    ]
    for term, number in zip(terms, numbers, strict=False):
        term["number"] = str(number)
    return {
        "holds": None if one.holds is None else [_inequality(e, formulas, plain=True) for e in one.holds],
        "where": [_equation(e, formulas) for e in one.conditions],
        "value": plain(one.value),
        "terms": terms,
        "rest": str(one.order),
        "spectral_sums": _sums(one.spectral_sums, formulas),
    }


def _equation(one: Eq, formulas: Formulas) -> str:
    return f"{formulas.plain(one.lhs)} = {formulas.plain(one.rhs)}"


def _inequality(one: Relational, formulas: Formulas, *, plain: bool = False) -> str:
    written = formulas.plain if plain else formulas.inline
    return f"{written(one.lhs)} {one.rel_op} {written(one.rhs)}"


def _sums(sums: Mapping[Symbol, Any], formulas: Formulas) -> dict[str, dict[str, str]]:
    return {
        formulas.plain_name(symbol): {"summand": formulas.plain(one.summand), "space": formulas.plain(one.space)}
        for symbol, one in sums.items()
    }


# -- text --------------------------------------------------------------------------------------------------


def _print(console: Console, results: _Results, name: str, formulas: Formulas) -> None:
    inline = formulas.inline
    if results.derivative is not None:
        one, number = results.derivative
        heading(console, one.about[:1].upper() + one.about[1:])
        line(console, inline(one.value))
        _equations(console, one.equations, one.spectral_sums, formulas)
        if number is not None:
            line(console, f"= {number}")
    for n, (series, numbers) in enumerate(results.series):
        if not n:
            heading(console, ("Limit " if results.is_limit else "Series, ") + formulas.renamed_text(series.about))
        else:
            console.print()
        if series.holds:
            line(console, "for " + ", ".join(_inequality(e, formulas) for e in series.holds))
        if series.holds is None and not numbers:
            note(console, f"found at {series.samples} random points; no inequality tells where it holds")
        _terms(console, series, numbers, formulas)
        for e in series.conditions:
            line(console, f"where {inline(e.lhs)} {formulas.arrow if _is_limit(e) else '='} {inline(e.rhs)}")
        _equations(console, (), series.spectral_sums, formulas)
    if results.optimum is not None:
        _optimum(console, results.optimum, name, formulas)


def _is_limit(one: Eq) -> bool:
    return bool(one.rhs.is_infinite or one.rhs == 0)


def _terms(console: Console, series: ParameterSeries, numbers: Sequence[Estimate], formulas: Formulas) -> None:
    variable = series.variable
    for k, (power, coefficient) in enumerate(series.terms):
        factor = "" if not power else f" {formulas.inline(variable**power)}"
        number = f" = {numbers[k]}{factor}" if k < len(numbers) else ""
        line(console, f"{'+ ' if k else '  '}[{formulas.inline(coefficient)}]{factor}{number}")
    line(console, f"+ O({formulas.inline(variable**series.order)})")


def _equations(console: Console, equations: Sequence[Eq], sums: Mapping[Symbol, Any], formulas: Formulas) -> None:
    for one in equations:
        line(console, f"where {formulas.inline(one.lhs)} = {formulas.inline(one.rhs)}")
    for symbol, one in sums.items():
        over = formulas.inline(one.space)
        line(console, f"{formulas.name(symbol)} = sum of {formulas.inline(one.summand)} over {over}")


def _optimum(console: Console, found: Optimum, name: str, formulas: Formulas) -> None:
    parameter = formulas.name(found.parameter)
    heading(
        console, f"Optimum over {parameter}" + (f", {formulas.renamed_text(found.about)}" if found.about else "")
    )
    line(console, f"{formulas.inline(found.stationarity.lhs)} = {formulas.inline(found.stationarity.rhs)}")
    _equations(console, found.equations, found.spectral_sums, formulas)
    if found.explicit is not None:
        line(console, f"{parameter} = {formulas.inline(found.explicit)}")
    if found.at is not None:
        line(console, f"{parameter} = {found.at}")
        line(console, f"{name} = {found.value}")
