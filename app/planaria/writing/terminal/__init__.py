"""Formulas for a terminal.

Tables and consoles of the command are in `planaria.app.display`.
"""
