"""What is done with a closed form: algebraic roots, limits, series to high orders, and its duality.

How a closed form is reached is in `planaria.derivations.elimination`.
"""
