"""Numbers for asymptotics: which dominant balance is physical, and whether exponents are seen at finite sizes.

The candidates come from `planaria.derivations.asymptotics`; values from
`planaria.numerics.sweeps`.
"""
