"""Closed forms of a power-law spectrum that runs on: spectral sums as multiples of z, and what follows from that.

Corners, exponents and regimes are in `planaria.derivations.asymptotics`; here nothing goes to a limit but the
number of eigenvalues.
"""
