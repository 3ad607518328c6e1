"""Numbers of what follows from a closed form: derivatives, limits, series, optima, and which branch holds where.

The formulas are in `planaria.derivations.analysis`; one point is solved in `planaria.numerics.solving`.
"""
