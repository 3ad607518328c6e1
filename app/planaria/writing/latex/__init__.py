"""Derivations and Feynman rules as LaTeX.

Expressions as text that reads back are in `planaria.ensembles.text`.
"""
