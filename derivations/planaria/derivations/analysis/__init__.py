"""What is done with a closed form: algebraic roots, limits, series, derivatives, optima, and its duality.

How a closed form is reached is in `planaria.derivations.elimination`, and the algebra of derivatives and power
series in `planaria.derivations.calculus`.
"""
