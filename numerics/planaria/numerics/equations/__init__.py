"""Equations as functions of numbers: closed forms and unreduced ones, compiled, in balls, and the ladder.

Nothing is solved here: that is `planaria.numerics.solving`.
"""
