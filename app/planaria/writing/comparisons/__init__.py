"""Formulas as they were written, and comparisons of them with derivations, as LaTeX.

Text for a terminal and pages of notebooks are in the rooms beside it.
"""
