"""Numbers at one point or at many: how they are printed, sweeps over several values, tables of them.

A point is read in `planaria.app.inputs`; it is solved in `planaria.numerics`.
"""
