"""Spectral densities of Hermitian matrices, from resolvents in the complex plane: bands, edges, atoms, moments.

Eigenvalues of drawn matrices are held against them.
The equations at complex points are solved in `planaria.numerics.plane`; pictures are drawn in `planaria.app`.
"""
