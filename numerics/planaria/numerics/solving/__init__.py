"""One point: numbers for the parameters, the physical branch, its verification, the estimate, and limits.

Many points are in `planaria.numerics.sweeps`; the functions that are solved, in `planaria.numerics.equations`.
"""
