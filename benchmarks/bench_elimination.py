"""Closed forms of deep models: CPU seconds, unknowns, and the length of the value and of what is printed.

    python benchmarks/bench_elimination.py [WORD ...] [--seconds S] [--memory MIB] [--show]

Each model is derived in a process of its own, with a limit on its time and on its memory; only names that contain
one of the words are taken. `chars` are those of the value as text, `all` those of value and equations together. No
test depends on it.
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from sympy import Identity, MatrixSymbol, Symbol, Trace, symbols

from planaria.derivations import derive
from planaria.diagrams import Gaussian, Model
from planaria.ensembles.library import load_model

N, P, M, C, A, B = symbols("N P M C A B", positive=True)
gamma = Symbol("gamma", positive=True)
Lambda = MatrixSymbol("Lambda", M, M)
MODELS = Path(__file__).parent / "models"
Question = tuple[Any, Model]  # an expression and its model


def deep_features(layers: int) -> tuple[Any, Any, list[Gaussian]]:
    """x, the product of all layers, and their laws: phi = u_L ... u_1 x."""
    x = MatrixSymbol("x", M, P)
    laws, width, product = [Gaussian(x, rows=Lambda)], M, None
    for n in range(1, layers + 1):
        new = N if n == layers else Symbol(f"H_{n}", positive=True)
        u = MatrixSymbol(f"u_{n}", new, width)
        laws.append(Gaussian(u, variance=1 / width))
        product = u if product is None else u * product
        width = new
    return x, product, laws


def resolvent(layers: int) -> Question:
    x, W, laws = deep_features(layers)
    phi = W * x
    return Trace((gamma * Identity(N) + phi * phi.T).inv()) / N, Model(laws)


def loss(layers: int) -> Question:
    """As a user writes it: the error e of a trained model, with a teacher."""
    x, W, laws = deep_features(layers)
    w, sigma_w = MatrixSymbol("w", C, M), Symbol("sigma_w", positive=True)
    phi = W * x
    Q = (gamma * Identity(P) + phi.T * phi).inv()
    e = w * x * Q * phi.T * W - w
    return Trace(e * Lambda * e.T) / 2, Model([*laws, Gaussian(w, variance=sigma_w**2 / M)])


def loss_of_residual(layers: int) -> Question:
    """The same without a teacher, by the resolvent over the features."""
    x, W, laws = deep_features(layers)
    phi = W * x
    q = (gamma * Identity(N) + phi * phi.T).inv()
    R = Identity(M) - x * x.T * W.T * q * W
    return Trace(R * Lambda * R.T), Model(laws)


def four_ridges(size: int) -> Question:
    """A product of resolvents of one covariance matrix at ridges of their own."""
    x = MatrixSymbol("x", N, P)
    covariance = MatrixSymbol("Sigma", N, N)
    product = None
    for n in range(1, size + 1):
        one = (Symbol(f"gamma_{n}", positive=True) * Identity(N) + x * x.T).inv()
        product = one if product is None else product * one
    return Trace(product), Model([Gaussian(x, variance=1 / P, rows=covariance)])


def power(k: int) -> Question:
    """tr q^k of random features."""
    x, W, laws = deep_features(1)
    phi = W * x
    q = (gamma * Identity(N) + phi * phi.T).inv()
    product = q
    for _ in range(k - 1):
        product = product * q
    return Trace(product) / N, Model(laws)


def sum_of(terms: int) -> Question:
    """The resolvent of a sum of correlated Wishart matrices."""
    total, laws = gamma * Identity(N), []
    covariance = MatrixSymbol("Sigma", N, N)
    for n in range(1, terms + 1):
        size = Symbol(f"P_{n}", positive=True)
        x = MatrixSymbol(f"x_{n}", N, size)
        laws.append(Gaussian(x, variance=1 / size, rows=covariance))
        total = total + x * x.T
    return Trace(total.inv()), Model(laws)


def nonlinear_kernel() -> Question:
    """tr K (gamma + K)^-1 of nonlinear random features by their Gaussian equivalent, the latent space averaged."""
    mu_1, mu_star = symbols("mu_1 mu_star", positive=True)
    x, u, n = MatrixSymbol("x", M, P), MatrixSymbol("u", N, M), MatrixSymbol("n", N, P)
    phi = mu_1 * u * x + mu_star * n
    K = phi.T * phi / N
    laws = [Gaussian(x), Gaussian(u, variance=1 / M), Gaussian(n)]
    return Trace(K * (gamma * Identity(P) + K).inv()) / P, Model(laws)


def weak_to_strong(stage: int) -> Question:
    """Random-feature regression on labels of a teacher (1), and of one that was itself trained on it (2)."""
    x, y = MatrixSymbol("x", M, P), MatrixSymbol("y", M, Symbol("P_2", positive=True))
    N_2 = Symbol("N_2", positive=True)
    u, v, w = MatrixSymbol("u", N, M), MatrixSymbol("v", N_2, M), MatrixSymbol("w", C, M)
    gamma_2, sigma_w = symbols("gamma_2 sigma_w", positive=True)
    first, second = u * x, v * y
    q = (gamma * Identity(N) + first * first.T).inv()
    q_2 = (gamma_2 * Identity(N_2) + second * second.T).inv()
    weak = w * x * first.T * q * u
    strong = weak * y * second.T * q_2 * v
    e = (weak if stage == 1 else strong) - w
    laws = [
        Gaussian(x, rows=Lambda),
        Gaussian(y, rows=Lambda),
        Gaussian(u, variance=1 / M),
        Gaussian(v, variance=1 / M),
        Gaussian(w, variance=sigma_w**2 / M),
    ]
    return Trace(e * Lambda * e.T) / 2, Model(laws)


def graph_convolution() -> Question:
    """The loss on all nodes of regression on features that a random graph, one symmetric matrix, has mixed."""
    x, a, w = MatrixSymbol("x", M, P), MatrixSymbol("a", P, P), MatrixSymbol("w", C, M)
    c, sigma_w = symbols("c sigma_w", positive=True)
    h = x * (c * Identity(P) + a)
    q = (gamma * Identity(M) + h * h.T).inv()
    e = w * x * h.T * q * h - w * x
    laws = [
        Gaussian(x, variance=1 / M),
        Gaussian(a, variance=1 / P, kind="symmetric"),
        Gaussian(w, variance=sigma_w**2),
    ]
    return Trace(e * e.T) / P, Model(laws)


def nested() -> Question:
    """Three inverses of one symmetric field, one in the other."""
    h = MatrixSymbol("h", N, N)
    a, b, c = (Symbol(f"{name}", positive=True) for name in "abc")
    one = (a * Identity(N) + h).inv()
    two = (b * Identity(N) + h + one).inv()
    three = (c * Identity(N) + h + two).inv()
    return Trace(three) / N, Model([Gaussian(h, variance=1 / N, kind="symmetric")])


def of_file(model: str, name: str) -> Callable[[], Question]:
    def made() -> Question:
        file = load_model(model)
        return file.quantity(name).expression, file.model

    return made


CASES: Mapping[str, Callable[[], Question]] = {
    **{f"resolvent, {n} layers": (lambda n=n: resolvent(n)) for n in (1, 2, 3, 4, 6, 8, 12)},  # type: ignore[misc]
    **{f"loss as written, {n} layers": (lambda n=n: loss(n)) for n in (1, 2, 3, 4, 5)},  # type: ignore[misc]
    **{f"loss by R, {n} layers": (lambda n=n: loss_of_residual(n)) for n in (1, 2, 3, 4, 5)},  # type: ignore[misc]
    **{f"product at {n} ridges": (lambda n=n: four_ridges(n)) for n in (2, 3, 4)},  # type: ignore[misc]
    **{f"tr q^{k}": (lambda k=k: power(k)) for k in (2, 3, 4, 5, 6)},  # type: ignore[misc]
    **{f"sum of {n} terms": (lambda n=n: sum_of(n)) for n in (4, 16)},  # type: ignore[misc]
    "nonlinear random features, tr K inv(...)": nonlinear_kernel,
    "nonlinear random features, loss": of_file("nonlinear-random-features", "loss"),
    "two layers of the library, noise loss": of_file("two-layer-random-features", "noise_loss"),
    "two layers of the library, training loss": of_file("two-layer-random-features", "training_loss"),
    "weak to strong, stage 1": lambda: weak_to_strong(1),
    "weak to strong, stage 2": lambda: weak_to_strong(2),
    "graph convolution": graph_convolution,
    "three nested inverses": nested,
    "two generations": of_file(str(MODELS / "two-generations.toml"), "loss"),
    "three generations": of_file(str(MODELS / "three-generations.toml"), "loss"),
}


def derived(name: str, memory: int, pipe: Any) -> None:
    """One derivation under a limit on memory; what it found goes through a pipe."""
    resource.setrlimit(resource.RLIMIT_AS, (memory << 20, memory << 20))
    start = time.process_time()
    try:
        result = derive(*CASES[name]())
    except Exception as error:
        pipe.send((time.process_time() - start, None, f"{type(error).__name__}: {error}"))
        return
    seconds = time.process_time() - start
    value, equations = str(result.value), [str(one) for one in result.equations]
    pipe.send((seconds, (len(result.unknowns), len(value), len(value) + sum(map(len, equations))), ""))
    pipe.send("\n".join(["  " + one for one in (value, *equations)]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("words", nargs="*")
    parser.add_argument("--seconds", type=int, default=60, help="the longest that one model may take")
    parser.add_argument("--memory", type=int, default=1024, help="the most memory that it may take, in MiB")
    parser.add_argument("--show", action="store_true", help="print value and equations")
    options = parser.parse_args()
    print(f"{'':44}{'CPU s':>9}{'unknowns':>10}{'chars':>9}{'all':>9}")
    for name in CASES:
        if options.words and not any(word in name for word in options.words):
            continue
        out, into = multiprocessing.Pipe(duplex=False)
        process = multiprocessing.Process(target=derived, args=(name, options.memory, into))
        process.start()
        into.close()
        try:
            answered = out.poll(options.seconds) and (found := out.recv())
        except EOFError:
            answered, found = True, (float("nan"), None, "ended by itself")
        if not answered:
            print(f"{name:44}{'':>9}  no end in {options.seconds} s", flush=True)
        elif found[1] is None:
            print(f"{name:44}{found[0]:9.2f}  {found[2]}", flush=True)
        else:
            print(f"{name:44}{found[0]:9.2f}{found[1][0]:10}{found[1][1]:9,}{found[1][2]:9,}", flush=True)
            if options.show:
                print(out.recv())
        process.terminate()
        process.join()


if __name__ == "__main__":
    main()
