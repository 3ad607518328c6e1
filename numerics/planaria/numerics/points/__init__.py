"""A point before anything is solved: its numbers, exact, as floats or in balls, and a closed form at them.

The unknowns are found in `planaria.numerics.solving`; many points at once are in `planaria.numerics.sweeps`.
"""
