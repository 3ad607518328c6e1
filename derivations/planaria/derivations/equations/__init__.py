"""The planar Schwinger-Dyson equations of Feynman rules, their power series, and what vanishes on the solution.

How they are reduced is in `planaria.derivations.elimination`; numbers are in `planaria.numerics`.
"""
