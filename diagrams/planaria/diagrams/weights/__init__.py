"""What diagrams contribute: weights as formulas, as exact numbers, and sums of planar ones without making them.

Exact moments at finite size are in `planaria.diagrams.moments.moment`.
"""
