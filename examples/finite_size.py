"""How far a finite matrix is from the planar limit: 1/N for real fields, 1/N^2 for complex ones.

The planar resolvent of a Wishart matrix is compared with drawn matrices at sizes that double. For real fields the
deviation falls with the size. For complex fields it is so small that the error of the simulation hides it.

    python examples/finite_size.py
"""

from sympy import Adjoint, Identity, MatrixSymbol, Trace, symbols

from planaria.derivations import derive
from planaria.diagrams import Gaussian, Model
from planaria.numerics.simulation.simulate import simulate

N, P, gamma = symbols("N P gamma", positive=True)
x = MatrixSymbol("x", N, P)
# The adjoint of a real field is its transpose.
resolvent = Trace((gamma * Identity(N) + x * Adjoint(x)).inv()) / N


def main() -> None:
    for kind in ("real", "complex"):
        model = Model([Gaussian(x, variance=1 / P, kind=kind)])
        planar = derive(resolvent, model)
        print(f"{kind}:   N    planar     deviation")
        for size in (5, 10, 20):
            point = {N: size, P: 2 * size, gamma: 0.5}
            value = float(planar.evaluate(point, digits=15))
            found = simulate({"resolvent": resolvent}, model, point, runs=500, seed=1)["resolvent"]
            deviation = found.mean - value
            print(f"{size:{len(kind) + 5}}   {value:.6f}   {deviation:+.6f} +- {found.standard_error:.6f}")


if __name__ == "__main__":
    main()
