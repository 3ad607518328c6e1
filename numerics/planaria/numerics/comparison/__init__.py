"""A closed form held against a formula in numbers: points, roots that are meant, counterexamples, corrections.

The proof, and what a comparison answers, are in `planaria.derivations.comparison`; what asks them is `compare.py`.
"""
