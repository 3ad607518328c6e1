"""Whether a formula is equal to a closed form: names, the field of functions on the branch, proofs.

What cannot be told without numbers, such as the sign of a root, an `Oracle` is asked; numbers, counterexamples and
corrections are in `planaria.numerics.comparison`.
"""
