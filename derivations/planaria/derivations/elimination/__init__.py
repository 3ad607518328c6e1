"""From the Schwinger-Dyson equations to few unknowns: exact elimination, spectral sums, and names of unknowns.

The equations themselves are in `planaria.derivations.equations`.
"""
