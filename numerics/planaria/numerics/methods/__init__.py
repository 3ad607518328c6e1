"""Methods that know no model: Newton, Krawczyk, elimination, programs, doubled floats, centres of balls.

What they are used on is in `planaria.numerics.equations`.
"""
