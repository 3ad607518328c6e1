"""Methods that know no model: Newton, Krawczyk, elimination, straight-line programs, doubled floats.

What they are used on is in `planaria.numerics.equations`.
"""
