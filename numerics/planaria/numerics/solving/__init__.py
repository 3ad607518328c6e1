"""One point solved: the physical branch, its verification, the estimate, and limits.

The numbers at a point are in `planaria.numerics.points`, many points in `planaria.numerics.sweeps`, and the
functions that are solved in `planaria.numerics.equations`.
"""
