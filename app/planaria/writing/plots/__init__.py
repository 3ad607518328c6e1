"""Plots of numbers over a variable, drawn by matplotlib, which is loaded when something is drawn.

Diagrams are in `planaria.writing.pictures`.
"""
