"""Checks of a derivation, each by a route that shares no code with it beyond the model.

The verification of one number is in `planaria.numerics.solving`.
"""
