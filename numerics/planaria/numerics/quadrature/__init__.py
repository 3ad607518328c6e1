"""Spectra as few nodes and weights with an error bound: of data, and of laws of any size.

Not here: eigenvalues one by one, which are in `planaria.numerics.spectra`.
"""
