"""Numbers for asymptotics: which dominant balance is the physical one, and whether exponents are seen at finite sizes.

The candidates come from `planaria.derivations.asymptotics`; values of the quantity from `planaria.numerics.sweeps`.
"""
