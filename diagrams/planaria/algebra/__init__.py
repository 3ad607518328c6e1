"""Exact arithmetic: rings, rational functions, power series, polynomials in one variable, and what work they cost.

Nothing here knows of matrices, models or diagrams; sympy expressions are generators of rings and no more.
What is solved or evaluated in floating-point numbers is in `planaria.numerics`.
"""
