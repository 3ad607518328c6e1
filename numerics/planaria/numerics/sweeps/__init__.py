"""Many points at once, in double precision, and which of them are confirmed.

One point to any number of digits is in `planaria.numerics.solving`.
"""
