"""Differentiation and power series of closed forms, exactly: pure functions from forms to forms.

What is asked of a derivation, with its steps and its evidence, is in `planaria.derivations.analysis`.
"""
