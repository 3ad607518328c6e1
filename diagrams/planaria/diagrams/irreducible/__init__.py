"""One- and two-particle-irreducible diagrams: self-energy, skeletons, ladder kernels, and the Dyson equation.

Resummed equations are in `planaria.derivations.equations`.
"""
