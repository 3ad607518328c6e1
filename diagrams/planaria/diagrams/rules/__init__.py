"""Feynman rules: the pencil that linearises an expression, and its lines and vertices as data.

The equations that resum the rules are in `planaria.derivations.equations`; their LaTeX is in `planaria.writing`.
"""
