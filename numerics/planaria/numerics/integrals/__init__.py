"""Numbers that are integrals over a parameter of a closed form, with a bound on what the quadrature leaves.

What is integrated is solved, verified and refused point by point in `planaria.numerics.solving`.
"""
