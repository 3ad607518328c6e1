"""Words against Taylor coefficients of the expression itself, taken numerically on a circle around zero."""

import numpy as np
import pytest
from sympy import Adjoint, Identity, MatrixSymbol, symbols

from planaria.diagrams import Gaussian, InputError, Model
from planaria.diagrams.expressions.expression import (
    Diagonal,
    Inversion,
    Letter,
    Product,
    Sum,
    deterministic_part,
    prepare,
    read,
)
from planaria.diagrams.expressions.words import close, split, words, words_by_ribbons

N, P, M = symbols("N P M", positive=True)
gamma, kappa = symbols("gamma kappa", positive=True)
x, u, z = MatrixSymbol("x", M, P), MatrixSymbol("u", N, M), MatrixSymbol("z", M, M)
Lambda, Omega = MatrixSymbol("Lambda", M, M), MatrixSymbol("Omega", M, M)
MODEL = Model([Gaussian(x, rows=Lambda), Gaussian(u), Gaussian(z, kind="complex")])

phi = u * x
q = (gamma * Identity(N) + phi * phi.T).inv()
Q = (gamma * Identity(P) + phi.T * phi).inv()
R = Identity(M) - x * x.T * u.T * q * u
EXPRESSIONS = {
    "resolvent": Q,
    "loss": R * Lambda * R.T,
    "two scales": (gamma * Identity(M) + Lambda + x * x.T).inv() * Omega * (kappa * Identity(M) + x * x.T).inv(),
    "field next to a constant": (gamma * Identity(M) + kappa * Lambda * x * x.T - u.T * u).inv(),
    "linear in the field": (Lambda + 2 * z + Adjoint(z)).inv() * z.T,
    "nested": (kappa * Identity(M) + x * Q * x.T + Lambda).inv(),
    "nested twice": (Omega + (Identity(M) + x * (gamma * Identity(P) + x.T * x).inv() * x.T).inv()).inv(),
    "inverse inside an inverse without fields outside": (kappa * Identity(P) + Q).inv(),
    "power": ((gamma * Identity(M) + x * x.T) ** -2) * (Identity(M) + x * x.T) ** 2,
}
SIZES = {N: 2, P: 3, M: 4}


class Point:
    """Numbers for everything: an evaluator of trees and of words that shares no code with the expansion."""

    def __init__(self, setting):
        random = np.random.default_rng(7)
        self.setting = setting
        self.eigenvalues = {symbol: random.uniform(0.5, 2, SIZES[M]) for _, symbol in setting.matrices}
        self.parameters = {gamma: 2.5, kappa: 3.25, **SIZES}
        self.fields = []
        for field in setting.fields:
            shape = SIZES[field.row_space], SIZES[field.col_space]
            noise = random.normal(size=shape)
            if field.law.name == "complex":
                noise = noise + 1j * random.normal(size=shape)
            self.fields.append(0.2 * noise)

    def function(self, ratio, space):
        values = [
            ratio.to_sympy().subs({**self.parameters, **{s: v[k] for s, v in self.eigenvalues.items()}})
            for k in range(SIZES[space])
        ]
        return np.diag(np.array(values, dtype=complex))

    def letter(self, letter):
        value = self.fields[letter.field]
        value = value.T if letter.transposed else value
        return value.conj() if letter.conjugated else value

    def tree(self, node, insertion=1.0, field=1.0):
        """The node, every insertion of an inverse times one number and every field times another."""
        match node:
            case Diagonal(space=space, value=value):
                return self.function(value, space)
            case Letter():
                return field * self.letter(node)
            case Sum(terms=terms):
                return sum(self.tree(term, insertion, field) for term in terms)
            case Product(factors=factors):
                return np.linalg.multi_dot(
                    [np.eye(SIZES[factors[0].rows]), *(self.tree(f, insertion, field) for f in factors)]
                )
            case Inversion(argument=argument):
                bare = self.function(deterministic_part(argument, self.setting), argument.rows)
                return np.linalg.inv(bare + insertion * (self.tree(argument, insertion, field) - bare))

    def word(self, word):
        value = self.function(word.coefficient, word.rows) @ self.function(word.corners[0], word.rows)
        for letter, corner in zip(word.letters, word.corners[1:], strict=True):
            value = value @ self.letter(letter) @ self.function(corner, letter.cols)
        return value


def taylor(function, count, radius):
    """Taylor coefficients by the discrete Fourier transform on a circle."""
    points = 64
    values = [function(radius * np.exp(2j * np.pi * k / points)) for k in range(points)]
    transform = np.fft.fft(np.array(values), axis=0) / points
    return [transform[n] / radius**n for n in range(count)]


@pytest.mark.parametrize("name", EXPRESSIONS)
def test_words_are_the_taylor_coefficients_in_the_insertions(name):
    setting = prepare([EXPRESSIONS[name]], MODEL)
    node = read(EXPRESSIONS[name], setting)
    point = Point(setting)
    expected = taylor(lambda t: point.tree(node, insertion=t), 4, radius=0.4)
    for order in range(4):
        total = sum((point.word(word) for word in words(node, setting, order)), np.zeros_like(expected[0]))
        np.testing.assert_allclose(total, expected[order], atol=1e-9)


@pytest.mark.parametrize("name", EXPRESSIONS)
def test_words_are_the_taylor_coefficients_in_the_fields(name):
    setting = prepare([EXPRESSIONS[name]], MODEL)
    node = read(EXPRESSIONS[name], setting)
    point = Point(setting)
    expected = taylor(lambda t: point.tree(node, field=t), 7, radius=0.35)
    for ribbons in range(4):
        found = words_by_ribbons(node, setting, ribbons)
        assert all(len(word.letters) == 2 * ribbons for word in found)
        total = sum((point.word(word) for word in found), np.zeros_like(expected[0]))
        np.testing.assert_allclose(total, expected[2 * ribbons], atol=1e-9)


def test_a_resolvent_has_one_word_in_each_order():
    setting = prepare([Q], MODEL)
    node = read(Q, setting)
    for order in range(6):
        (word,) = words(node, setting, order)
        assert word.coefficient == setting.ring((-1) ** order / gamma ** (order + 1))
        assert len(word.letters) == 4 * order
        assert all(corner.is_one for corner in word.corners)


def test_words_without_letters_cancel_inside_an_inverse():
    """inv(kappa + Q), Q = 1/gamma + ...: the bare part holds all of the terms without fields."""
    expression = EXPRESSIONS["inverse inside an inverse without fields outside"]
    setting = prepare([expression], MODEL)
    node = read(expression, setting)
    (bare,) = words(node, setting, 0)
    assert bare.coefficient == setting.ring(1 / (kappa + 1 / gamma))
    assert words(node, setting, 1) == ()  # an insertion of Q - 1/gamma holds an insertion of phi^T phi
    (word,) = words(node, setting, 2)
    assert word.coefficient == setting.ring(1 / (kappa * gamma + 1) ** 2)


def test_equal_words_are_added_and_cancelled():
    expression = (gamma * Identity(M) + x * x.T).inv() - (gamma * Identity(M) + x * x.T).inv() * 3
    setting = prepare([expression], MODEL)
    (word,) = words(read(expression, setting), setting, 1)
    assert word.coefficient == setting.ring(2 / gamma**2)
    nothing = x * x.T * Lambda - x * x.T * Lambda * 2 + x * x.T * Lambda
    assert words(read(nothing, setting), prepare([nothing], MODEL), 0) == ()


def test_coefficients_hold_no_eigenvalue_and_corners_no_scalar_factor():
    expression = EXPRESSIONS["field next to a constant"] * (3 * gamma * Lambda)
    setting = prepare([expression], MODEL)
    eigenvalues = {symbol for _, symbol in setting.matrices}
    for word in words(read(expression, setting), setting, 2):
        assert not word.coefficient.support() & eigenvalues
        for corner in word.corners:
            assert split(corner, setting) == (setting.ring.one, corner)
            assert corner.is_one or corner.support() & eigenvalues


def test_a_trace_merges_its_last_corner_into_the_first():
    expression = Lambda * x * x.T * Omega
    setting = prepare([expression], MODEL)
    (word,) = words(read(expression, setting), setting, 0)
    (closed,) = close([word], setting)
    lam, omega = (setting.ring.generator(symbol) for _, symbol in setting.matrices)
    assert word.corners == (lam, setting.ring.one, omega)
    assert closed.corners == (lam * omega, setting.ring.one)
    assert closed.closed
    assert closed.spaces == (M, P)


def test_an_inverse_without_a_deterministic_part_is_refused():
    expression = x.T * Lambda * (x * x.T).inv()
    setting = prepare([expression], MODEL)
    for _ in range(2):  # a failure leaves nothing behind
        with pytest.raises(InputError, match="no deterministic part"):
            words(read(expression, setting), setting, 1)
