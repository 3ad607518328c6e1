"""Drawn matrices: one draw evaluated, means over draws, growing sizes and their extrapolation.

How a simulation counts as evidence is in `planaria.numerics.evidence`.
"""
