"""LaTeX of derivations, read back by a small parser and evaluated: what is printed is what was derived."""

import re
from functools import cache

import numpy as np
import pytest
from sympy import Function, Identity, Integer, MatrixSymbol, Rational, S, Symbol, Trace, oo, sqrt, symbols, zeta

from planaria.derivations import derive
from planaria.derivations.equations.spectral_sums import Factor, SpectralSum
from planaria.diagrams import Eigenvalues, Gaussian, InputError, Model, PowerLaw, UnitSpectrum
from planaria.ensembles.library import load_model, model_names
from planaria.ensembles.spectra import eigenvalue
from planaria.writing.latex.abbreviations import abbreviated, shortened
from planaria.writing.latex.derivation import (
    latex_derivation,
    latex_equations,
    latex_expression,
    latex_steps,
    latex_sum,
    latex_summary,
    latex_value,
    renameable,
)
from planaria.writing.latex.printing import LINE, FormulaPrinter, visible_width
from planaria.writing.names import latex_name

N, P, M, gamma, s = symbols("N P M gamma sigma_u", positive=True)
Lambda = MatrixSymbol("Lambda", M, M)
x, u = MatrixSymbol("x", M, P), MatrixSymbol("u", N, M)
MODEL = Model([Gaussian(x, rows=Lambda), Gaussian(u, variance=s**2 / M)], {Lambda: PowerLaw()})
q = (gamma * Identity(N) + u * x * x.T * u.T).inv()
R = Identity(M) - x * x.T * u.T * q * u
SLOW = ("nonlinear-random-features",)  # models whose losses take seconds; their resolvents are tried


@cache
def resolvent():
    return derive(Trace(q), MODEL)


@cache
def loss():
    return derive(Trace(R * Lambda * R.T) / (2 * M), MODEL)


def cases():
    for name in model_names():
        for quantity in load_model(name).quantities[: 2 if name in SLOW else None]:
            yield pytest.param(name, quantity.name, id=f"{name}-{quantity.name}")


@cache
def derivation_of(name, quantity):
    file = load_model(name)
    return derive(file.quantity(quantity).expression, file.model)


# -- a reader of the LaTeX that is written here --------------------------------------------------------------

TOKEN = re.compile(r"\\(?:mathrm|text|mathsf|mathbf)\{[^{}]*\}|\\[A-Za-z]+|\d+|[^\s]")


class Reader:
    """Evaluates a formula on numbers and numpy matrices; sums run over the given spectra."""

    def __init__(self, text, env):
        self.tokens, self.place, self.env = TOKEN.findall(text), 0, env

    def read(self):
        value = self.sum()
        assert self.place == len(self.tokens), self.tokens[self.place :]
        return value

    def peek(self):
        return self.tokens[self.place] if self.place < len(self.tokens) else ""

    def take(self, expected=None):
        token = self.peek()
        assert token, "the formula ends early"
        assert expected is None or token == expected, f"{token} where {expected} should be"
        self.place += 1
        return token

    def sum(self):
        sign = 1
        if self.peek() == "-":
            self.take()
            sign = -1
        total = sign * self.product()
        while self.peek() in ("+", "-"):
            sign = 1 if self.take() == "+" else -1
            total = total + sign * self.product()
        return total

    def product(self):
        value = self.power()
        while self.peek() and self.peek() not in ("+", "-", "}", "\\right", "="):
            value = times(value, self.power())
        return value

    def power(self):
        if self.peek() == "\\sum":
            return self.spectral_sum()
        value = self.atom()
        if self.peek() != "^":
            return value
        self.take()
        if self.peek() == "{":
            raised = "".join(self.tokens[self.place + 1 : self.tokens.index("}", self.place)])
            if raised in (r"\mathsf{T}", r"\dagger"):
                self.place += 3
                return value.T if raised != r"\dagger" else value.conj().T
            exponent = self.group()
        else:
            exponent = float(self.take())
        if np.ndim(value):
            return np.linalg.matrix_power(value, int(exponent))
        return value**exponent

    def spectral_sum(self):
        for token in ("\\sum", "_", "{", "I", "=", "1", "}", "^"):
            self.take(token)
        size = int(self.group() if self.peek() == "{" else self.number_or_name())
        start = self.place
        total = 0
        for index in range(size):
            self.place = start
            self.env["I"] = index + 1
            total = total + self.product()
        del self.env["I"]
        return total

    def group(self):
        self.take("{")
        value = self.sum()
        self.take("}")
        return value

    def number_or_name(self):
        token = self.take()
        if token.isdigit():
            return float(token)
        if token == "\\mathcal":  # a sum beside something else of its letter
            self.take("{")
            token = self.take()
            self.take("}")
        name = token
        if self.peek() == "_":
            self.take()
            if self.peek() == "{":
                end = self.tokens.index("}", self.place)
                name += "_" + "".join(self.tokens[self.place + 1 : end])
                self.place = end + 1
            else:
                name += "_" + self.take()
        value = self.env[name]
        return value[self.env["I"] - 1] if isinstance(value, list) else value

    def atom(self):
        token = self.peek()
        if token == "\\frac":
            self.take()
            return self.group() / self.group()
        if token == "\\sqrt":
            self.take()
            return np.sqrt(self.group())
        if token == "\\left":
            self.take()
            opening = self.take()
            value = self.sum()
            self.take("\\right")
            self.take({"(": ")", "[": "]"}[opening])
            return value
        if token == "\\operatorname":
            word = "".join(self.tokens[self.place + 1 : self.tokens.index("}", self.place) + 1])
            self.place = self.tokens.index("}", self.place) + 1
            if word == "{E}":
                return self.product()
            assert word == "{tr}"
            return np.trace(self.atom())
        if token == r"\mathbf{1}":
            self.take()
            self.take("_")
            return np.eye(int(self.group() if self.peek() == "{" else self.number_or_name()))
        return self.number_or_name()


def times(a, b):
    return a @ b if np.ndim(a) and np.ndim(b) else a * b


def evaluate(text, env):
    return Reader(text, env).read()


def rows_of(block, kind="align*"):
    """Left and right of every row, broken rows joined and remarks taken off."""
    first, *lines, last = block.split("\n")
    assert first == f"\\begin{{{kind}}}"
    assert last == f"\\end{{{kind}}}"
    rows = []
    for number, line in enumerate(lines):
        assert line.endswith(r" \\") == (number < len(lines) - 1)
        left, _, right = line.removesuffix(r" \\").partition("&")
        right = re.split(r" \\qquad \\text\{which", right)[0]
        if not left.strip() and right.strip().startswith(r"\quad"):
            rows[-1] = rows[-1][0], rows[-1][1] + right.strip().removeprefix(r"\quad")
            continue
        rows.append((left.strip(), right.strip()))
    return rows


def balanced(text):
    depth = 0
    for sign in re.sub(r"\\[{}]", "", text):
        depth += {"{": 1, "}": -1}.get(sign, 0)
        assert depth >= 0
    assert depth == 0
    assert text.count(r"\left") == text.count(r"\right")
    assert re.findall(r"\\begin\{(.*?)\}", text) == re.findall(r"\\end\{(.*?)\}", text)[::-1]


# -- numbers for everything that a derivation shows ----------------------------------------------------------


class Numbers:
    """Random values: of scalars and matrices by name, of spectral sums from their eigenvalues."""

    def __init__(self, derivation, seed):
        rng = np.random.default_rng(seed)
        setting, model = derivation.rules.setting, derivation.model
        self.sizes = {space: int(space) if space.is_Integer else 2 + k for k, space in enumerate(setting.spaces)}
        self.scalars = {space: size for space, size in self.sizes.items() if not space.is_Integer}
        for symbol in sorted(
            {g for g in derivation.closed_form.ring.generators if isinstance(g, Symbol)}, key=str
        ):
            self.scalars.setdefault(symbol, rng.uniform(0.5, 2))
        self.spectra = {e: list(rng.uniform(0.5, 2, self.sizes[m.shape[0]])) for m, e in setting.matrices}
        self.matrices = {m.name: np.diag(self.spectra[e]) for m, e in setting.matrices}
        for m, _ in model.spectra:
            self.matrices.setdefault(m.name, np.eye(self.sizes[m.shape[0]]))
        for one in model.fields:
            value = rng.normal(size=[self.sizes[d] for d in one.shape]) / 3
            if one.kind in ("complex", "hermitian"):
                value = value + 1j * rng.normal(size=value.shape) / 3
            if one.kind in ("symmetric", "hermitian"):
                value = value + value.conj().T
            self.matrices[one.name] = value
        for symbol, one in derivation.spectral_sums.items():
            terms = [
                self.number(one.summand, {e: values[k] for e, values in self.spectra.items() if len(values) > k})
                for k in range(self.sizes[one.space])
            ]
            self.scalars[symbol] = sum(terms)

    def number(self, expression, more=()):
        table = {**self.scalars, **dict(more)}
        return float(expression.subs({one: table[one] for one in expression.free_symbols if one in table}))

    def matrix(self, expression):
        """An expression evaluated as it is written."""
        kind = type(expression).__name__
        if kind == "MatrixSymbol":
            return self.matrices[expression.name]
        if kind == "Identity":
            return np.eye(self.sizes[expression.shape[0]])
        if kind == "Trace":
            return np.trace(self.matrix(expression.arg))
        if not expression.has(MatrixSymbol, Identity):
            return self.number(expression)
        if kind == "Pow":
            return self.matrix(expression.base) ** float(expression.exp)
        if kind == "MatPow":
            return np.linalg.matrix_power(self.matrix(expression.base), int(expression.exp))
        parts = [self.matrix(one) for one in expression.args[: 1 if kind == "Inverse" else None]]
        if kind == "Inverse":
            return np.linalg.inv(parts[0])
        if kind in ("Transpose", "Adjoint"):
            return parts[0].T if kind == "Transpose" else parts[0].conj().T
        total = parts[0]
        for part in parts[1:]:
            total = total + part if kind in ("Add", "MatAdd") else times(total, part)
        return total

    def env(self, renames=None):
        """Values by the LaTeX of their name, indices without braces."""
        named = {str(k): v for k, v in self.scalars.items()} | self.matrices
        named |= {str(k): v for k, v in self.spectra.items()}
        new = renames or {}
        return {without_braces(latex_name(new.get(k, k))): v for k, v in named.items()}


def without_braces(name):
    """The key of a name in the numbers."""
    return re.sub(r"_\{(.*)\}$", r"_\1", name)


def check_against(derivation, block, renames=None, name="F"):
    """Every row of a printed derivation holds on random numbers."""
    numbers = Numbers(derivation, seed=4)
    env = numbers.env(renames)
    (first, quantity), *middle, (last, value) = rows_of(block)
    assert first == last == name
    # Letters come first in the text and are explained behind: read from the last row to the first.
    for left, right in reversed(middle):
        if re.fullmatch(r"A_\{?\d+\}?|[A-Z]", left) and without_braces(left) not in env:
            env[without_braces(left)] = evaluate(right.removeprefix("= "), env)
    sums = {latex_name((renames or {}).get(str(one), str(one))) for one in derivation.spectral_sums}
    equations = list(derivation.equations)
    for left, right in middle:
        assert right.startswith("= ")
        if left.endswith("_I"):
            continue  # a power law, which these numbers do not follow
        sides = evaluate(left, env), evaluate(right.removeprefix("= "), env)
        if np.ndim(sides[0]) or np.isclose(*sides, rtol=1e-9):
            np.testing.assert_allclose(*sides, rtol=1e-9)
            assert left not in sums or right.startswith(r"= \sum_{I=1}")
            continue
        # Unknowns are no solution here, so an equation does not hold: its two sides must differ as they should.
        found = [one for one in equations if same_residual(derivation, sides[0] - sides[1], one, numbers)]
        assert found, (left, right)
        equations.remove(found[0])
    assert not equations
    assert np.isclose(evaluate(quantity.removeprefix("= "), env), numbers.matrix(derivation.expression), rtol=1e-9)
    assert np.isclose(evaluate(value.removeprefix(r"\simeq "), env), numbers.number(derivation.value), rtol=1e-9)


def same_residual(derivation, printed, equation, numbers):
    """Whether a difference is that of an equation; of 0 = ..., up to factors in the parameters alone."""
    meant = numbers.number(equation.lhs) - numbers.number(equation.rhs)
    if equation.rhs == 0:
        for factor in S(equation.lhs).as_ordered_factors():
            if not factor.free_symbols & {*derivation.unknowns, *derivation.spectral_sums}:
                meant = meant / numbers.number(factor)
        return bool(np.isclose(abs(printed), abs(meant), rtol=1e-8))
    return bool(np.isclose(printed, meant, rtol=1e-8))


# -- derivations ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "quantity"), list(cases()))
def test_what_is_printed_is_what_was_derived(name, quantity):
    derivation = derivation_of(name, quantity)
    block = latex_derivation(derivation, name="F")
    balanced(block)
    check_against(derivation, block)


@pytest.mark.parametrize(("name", "quantity"), list(cases()))
def test_every_form_is_well_formed(name, quantity):
    derivation = derivation_of(name, quantity)
    for text in (
        latex_derivation(derivation),
        latex_summary(derivation),
        latex_steps(derivation),
        latex_value(derivation),
        *latex_equations(derivation),
    ):
        balanced(text)
    text = latex_derivation(derivation)
    assert rows_of(text)[-1][1].removeprefix(r"\qquad ").startswith(r"\simeq ")
    for line in text.split("\n"):
        fractions = re.findall(r"\\frac\{.*\}\{.*\}", line)  # about half as wide as their two parts
        assert visible_width(line) - sum(map(visible_width, fractions)) / 2 < 1.8 * LINE, line


def test_the_resolvent_of_random_features():
    assert latex_derivation(resolvent(), name="g") == "\n".join(
        [
            r"\begin{align*}",
            r"g &= \operatorname{E} \operatorname{tr}\left[\left(\gamma \mathbf{1}_N"
            r" + u x x^{\mathsf{T}} u^{\mathsf{T}}\right)^{-1}\right] \\",
            r"\gamma &= \frac{\sigma_u^2 \Delta \left(N - S_{11}\right) \left(P - S_{11}\right)}{M}"
            r" \qquad \text{which determines } \Delta \\",
            r"S_{11} &= \sum_{I=1}^{M} \frac{\lambda_I}{\lambda_I + \Delta} \\",
            r"\lambda_I &= \lambda_+ I^{-\left(1 + \alpha\right)} \\",
            r"g &\simeq \frac{N - S_{11}}{\gamma}",
            r"\end{align*}",
        ]
    )


def test_the_loss_is_written_with_letters_for_its_parts():
    rows = dict(rows_of(latex_derivation(loss(), name="L_clean"))[:3])
    assert (
        rows[r"L_{\mathrm{clean}}"]
        == r"= \operatorname{E} \frac{1}{2 M} \operatorname{tr}\left[B \Lambda B^{\mathsf{T}}\right]"
    )
    assert rows["B"] == r"= \mathbf{1}_M - x x^{\mathsf{T}} u^{\mathsf{T}} Q u"
    assert rows["Q"] == r"= \left(\gamma \mathbf{1}_N + u x x^{\mathsf{T}} u^{\mathsf{T}}\right)^{-1}"


def test_letters_that_are_taken_are_not_used():
    Q, B = MatrixSymbol("Q", N, N), MatrixSymbol("R", N, N)
    model = Model([Gaussian(Q, variance=1 / N), Gaussian(B, variance=1 / N)])
    inverse = (gamma * Identity(N) + Q * Q.T).inv()
    derivation = derive(Trace(inverse * B * B.T * inverse), model)
    rows = rows_of(latex_derivation(derivation, name="G"))
    assert rows[0][1] == r"= \operatorname{E} \operatorname{tr}\left[K R R^{\mathsf{T}} K\right]"
    check_against(derivation, latex_derivation(derivation, name="F"))


def test_sums_are_defined_or_written_out():
    bias = latex_derivation(derivation_of("ridge-regression", "bias"), name="b")
    assert "S_{" not in bias
    assert bias.count(r"\sum") >= 3
    text = latex_derivation(resolvent(), name="g")
    assert text.count(r"\sum") == 1
    assert text.count("S_{11}") == 4


def test_the_spectrum_that_a_model_gives():
    numbers = {Lambda: Eigenvalues.of([1, "1/2", 0.25])}
    text = latex_derivation(derive(Trace(q), Model(MODEL.fields, numbers)))
    assert r"\lambda_1, \dots, \lambda_3 &= 1, \frac{1}{2}, \frac{1}{4}" in text
    fixed = {Lambda: PowerLaw(alpha=Rational(1, 2), scale=Integer(1))}
    text = latex_derivation(derive(Trace(q), Model(MODEL.fields, fixed)))
    assert r"\lambda_I &= I^{-\frac{3}{2}}" in text
    many = {Lambda: Eigenvalues.of(list(range(1, 20)))}
    assert r"\dots" not in latex_derivation(derive(Trace(q), Model(MODEL.fields, many)))
    unit = latex_derivation(derive(Trace(q), Model(MODEL.fields, {Lambda: UnitSpectrum()})), name="F")
    assert r"\sum" not in unit
    check_against(derive(Trace(q), Model(MODEL.fields, {Lambda: UnitSpectrum()})), unit)


def test_a_quantity_without_unknowns():
    derivation = derive(Trace((x.T * u.T * u * x) ** 2), MODEL)
    text = latex_derivation(derivation, name="F")
    assert "determine" not in text
    check_against(derivation, text)


def test_expectations_of_sums_and_products_have_brackets():
    two = derive(Trace(q) ** 2 - 3 * Trace(x * x.T) * gamma, MODEL)
    text = latex_derivation(two, name="F")
    assert rows_of(text)[0][1].startswith(r"= \operatorname{E}\left[")
    check_against(two, text)


# -- renames -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "renames",
    [
        {"P": "T"},
        {"N": "P", "P": "N"},
        {"Lambda": "Sigma", "sigma_u": "tau", "x": "X"},
        {"lambda_I": "mu_I", "Delta": "kappa", "S_11": "z"},
        {"N": "P", "P": "M", "M": "N"},
    ],
)
def test_renames_are_applied_everywhere(renames):
    for derivation in (resolvent(), loss()):
        text = latex_derivation(derivation, renames, name="F")
        all_renames = {**({"lambda_I": "sigma_I"} if "Lambda" in renames else {}), **renames}
        check_against(derivation, text, all_renames)
        assert latex_derivation(derivation, {}, name="F") == latex_derivation(derivation, name="F")


def test_an_exchange_is_an_exchange():
    once = latex_derivation(resolvent(), {"N": "P", "P": "N"})
    assert r"\left(P - S_{11}\right) \left(N - S_{11}\right)" in once
    assert r"\frac{P - S_{11}}{\gamma}" in once


def test_a_propagator_follows_its_space():
    derivation = derivation_of("marchenko-pastur", "resolvent")
    text = latex_derivation(derivation, {"P": "T"})
    assert "g_T" in text
    assert "P" not in re.sub(r"\\[A-Za-z]+", "", text)
    assert latex_derivation(derivation, {"P": "T", "g_P": "g_T"}) == text
    # The other propagator of the model, which this quantity does not need.
    assert latex_derivation(derivation, {"N": "K", "g_N": "g_K"}) == latex_derivation(derivation, {"N": "K"})


@pytest.mark.parametrize(
    ("renames", "message"),
    [
        ({"P": "N"}, "P would be called N, as another symbol is"),
        ({"P": "sigma_u"}, "rename sigma_u, too"),
        ({"P": "S_11"}, "as another symbol is"),
        ({"N": "T", "P": "T"}, "as N would be"),
        ({"PP": "T"}, "there is no symbol 'PP'"),
        ({"P": "T^2"}, "is not a name"),
    ],
)
def test_renames_that_are_refused(renames, message):
    printers = (latex_derivation, latex_summary, latex_steps, latex_equations)
    for printer in printers:
        with pytest.raises(InputError, match=re.escape(message)):
            printer(resolvent(), renames)
    with pytest.raises(InputError, match=re.escape(message)):
        latex_value(resolvent(), renames=renames)


def test_what_can_be_renamed():
    assert {"N", "P", "M", "Lambda", "lambda_I", "Delta", "S_11", "x", "u", "alpha", "lambda_plus"} <= set(
        renameable(resolvent())
    )
    assert not any(" " in name for name in renameable(resolvent()))


# -- single formulas -----------------------------------------------------------------------------------------

Delta, kappa, z = symbols("Delta kappa z", positive=True)
S11, line = symbols("S_11 g_P")


@pytest.mark.parametrize(
    ("expression", "latex"),
    [
        (
            Delta * (N - S11) * (P - S11) * s**2 / M,
            r"\frac{\sigma_u^2 \Delta \left(N - S_{11}\right) \left(P - S_{11}\right)}{M}",
        ),
        (
            -line * (N + P * line - P) / (P * (line - 1)),
            r"\frac{g_P \left(N + g_P P - P\right)}{P \left(1 - g_P\right)}",
        ),
        (-S11 / (-N + S11 * s**2), r"\frac{S_{11}}{N - \sigma_u^2 S_{11}}"),
        (-kappa * (N - S11), r"-\kappa \left(N - S_{11}\right)"),
        (S11 / 2 - N / 2, r"-\frac{N - S_{11}}{2}"),
        (Rational(-3, 4), r"-\frac{3}{4}"),
        (1 / (N - 2), r"\frac{1}{N - 2}"),
        (N - 2 - P * N / 3, r"N - \frac{N P}{3} - 2"),
        (sqrt(z**2 - 4) / 2, r"\frac{\sqrt{z^2 - 4}}{2}"),
        (1 / sqrt(z), r"\frac{1}{\sqrt{z}}"),
        ((N + P) ** -2 * z, r"\frac{z}{\left(N + P\right)^2}"),
        (z**10, "z^{10}"),
        ((-z) ** 3, "-z^3"),
        (-2 * z - 5, "-2 z - 5"),
        (Delta - 2 * z * (Delta + 1), r"\Delta - 2 z \left(\Delta + 1\right)"),
        (S.Zero, "0"),
        (oo, r"\infty"),
        (eigenvalue(Lambda) / (eigenvalue(Lambda) + Delta), r"\frac{\lambda_I}{\lambda_I + \Delta}"),
        (
            Trace(Lambda**2) * Trace(Lambda) / N,
            r"\frac{1}{N} \operatorname{tr} \Lambda \operatorname{tr}\left[\Lambda^2\right]",
        ),
    ],
)
def test_formulas(expression, latex):
    assert latex_expression(expression) == latex


def test_functions_are_left_to_sympy():
    alpha = Symbol("alpha", positive=True)
    text = latex_expression(zeta(1 + alpha) ** 2 * N / Function("f")(P))
    assert r"\zeta" in text
    assert r"\frac{" in text
    balanced(text)
    balanced(latex_expression((Delta / N) ** (1 / (1 + alpha)) - alpha**-alpha))


def test_expressions_ignore_renames_of_what_does_not_occur():
    assert latex_expression(N + z, {"P": "T", "z": "y"}) == "N + y"
    assert latex_expression(N * P, {"N": "P", "P": "N"}) == "P N"
    with pytest.raises(InputError, match="as another symbol is"):
        latex_expression(N + z, {"z": "N"})


def test_numbers_and_signs_survive():
    """Products with many signs and powers, read back and compared."""
    rng = np.random.default_rng(0)
    names = symbols("N P gamma Delta S_11 z")
    values = {one: rng.uniform(1, 2) for one in names}
    env = {without_braces(latex_name(str(k))): v for k, v in values.items()}
    for _ in range(300):
        expression = Rational(int(rng.integers(-5, 6)) or 1, int(rng.integers(1, 5)))
        for _ in range(int(rng.integers(1, 5))):
            a, b = (names[i] for i in rng.integers(0, len(names), 2))
            base = int(rng.integers(-3, 4)) * a + int(rng.integers(-2, 3)) * b**2 + int(rng.integers(-1, 2))
            if base != 0:
                expression *= base ** int(rng.integers(-3, 4))
        if rng.random() < 0.3:
            expression += int(rng.integers(-3, 4)) * names[int(rng.integers(0, 6))]
        meant = float(expression.subs(values))
        text = latex_expression(expression)
        balanced(text)
        assert evaluate(text, dict(env)) == pytest.approx(meant, rel=1e-9), text
        assert "--" not in text
        assert "+ -" not in text


def test_spectral_sums():
    lam, om = symbols("lambda_I omega_I", real=True)
    pole = Factor(M, (lam, om), (1, 0), (((0, 0), Delta), ((0, 1), kappa)))
    one = SpectralSum(M, (lam, om), (2, 1), ((pole, 2),))
    text = latex_sum(one)
    assert (
        text == r"\sum_{I=1}^{M} \frac{\lambda_I^2 \omega_I}{\left(\lambda_I + \kappa \omega_I + \Delta\right)^2}"
    )
    env = {r"\lambda_I": [1.0, 2.0], r"\omega_I": [0.5, 3.0], r"\kappa": 2.0, r"\Delta": 0.5, "M": 2}
    expected = sum(a**2 * b / (a + 2 * b + 0.5) ** 2 for a, b in ((1, 0.5), (2, 3)))
    assert evaluate(text, env) == pytest.approx(expected)
    assert latex_sum(SpectralSum(Integer(20), (lam,), (1,), ()), {"lambda_I": "s_I"}) == r"\sum_{I=1}^{20} s_I"


def test_a_sum_that_vanishes_has_two_sides():
    assert r"S_{11,1} = S_{11,2}" in latex_equations(derivation_of("correlated-wishart", "resolvent"))


def test_a_sum_that_is_written_out_ends_its_product():
    """What follows a sum would be read as part of it: brackets, or the last place."""
    lam, first, second = Symbol("lambda_I"), Symbol("S_1"), Symbol("S_2")
    table = {first: SpectralSum(M, (lam,), (1,), ()), second: SpectralSum(M, (lam,), (2,), ())}
    printer = FormulaPrinter(inline=table)
    env = {r"\lambda_I": [1.0, 2.0], "M": 2, "N": 3.0, "P": 5.0}
    for expression in (first * N, first * second * N, first**2 * P, N / first, N - first * P, (first - N) * P):
        text = printer.doprint(expression)
        meant = float(expression.subs({first: 3, second: 5, N: 3, P: 5}))
        assert evaluate(text, dict(env)) == pytest.approx(meant), text
    assert printer.doprint(first * N) == r"N \sum_{I=1}^{M} \lambda_I"


def test_names_of_quantities():
    start = {
        name: latex_value(resolvent(), name).split(r" \simeq")[0]
        for name in ("loss", "noise_loss", "L_train", "g")
    }
    assert start == {
        "loss": r"\mathrm{loss}",
        "noise_loss": r"\text{noise loss}",
        "L_train": r"L_{\mathrm{train}}",
        "g": "g",
    }
    assert latex_value(resolvent()) == r"\frac{N - S_{11}}{\gamma}"


def test_a_notebook_shows_the_summary():
    text = resolvent()._repr_latex_()
    assert text == latex_summary(resolvent(), width=345)
    assert text.startswith("$$\n\\begin{aligned}")
    assert text.endswith("\\end{aligned}\n$$")
    assert latex_equations(resolvent(), {"P": "T"}) == (
        r"\gamma = \frac{\sigma_u^2 \Delta \left(N - S_{11}\right) \left(T - S_{11}\right)}{M}",
    )


def test_steps():
    text = latex_steps(resolvent(), {"P": "T"})
    lines = text.split("\n")[1:-1]
    assert len(lines) == len(resolvent().steps)
    assert all(r"&& \text{" in line for line in lines)
    assert r"\Delta &= " in text
    assert r"\operatorname{tr}_{T}" in text
    for line in lines:
        # An underscore in words would be an error in TeX: names in words are mathematics.
        words = re.search(r"&& \\text\{(.*)\}", line).group(1)
        assert "_" not in re.sub(r"\$[^$]*\$", "", words)


# -- shortening ----------------------------------------------------------------------------------------------


def test_long_factors_get_letters():
    terms = symbols("a_1:40")
    long, taken = sum(terms), {"A_1"}
    (short, same), parts = shortened([z * long / N, 1 - 2 * z / long], FormulaPrinter(), taken)
    assert parts == [(Symbol("A_2"), long)]
    assert short == z * Symbol("A_2") / N
    assert same == 1 - 2 * z / long  # a sum stays: its rows are broken
    assert "A_2" in taken
    (one, other), parts = shortened([z * long, -long * N], FormulaPrinter(), set())
    assert len(parts) == 1
    assert (one / z + other / N).subs(dict(parts)).expand() == 0


def test_abbreviations_keep_the_expression():
    derivation = loss()
    short, letters = abbreviated(derivation.expression, FormulaPrinter(), {"N"})
    back = short
    for letter, meaning in letters:
        back = back.xreplace({letter: meaning})
    numbers = Numbers(derivation, seed=9)
    assert numbers.matrix(back) == pytest.approx(numbers.matrix(derivation.expression))
    assert [str(letter.name) for letter, _ in letters] == ["R", "Q"]


def test_widths():
    assert visible_width(r"\left(N - P\right)") == visible_width("(N - P)")
    assert visible_width("a_{11}") < visible_width("a 1 1")
    assert visible_width(r"\operatorname{tr} x") == 3
