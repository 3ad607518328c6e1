"""Eigenvalue densities of matrices that are not Hermitian: in the complex plane, by Hermitisation.

The transform, its solution at points of the plane, the boundary of the support, atoms and integrals.
Densities on the real axis are in `planaria.numerics.spectral`; pictures are drawn in `planaria.writing`.
"""
