"""Signs in numbers: points of the branch at which they are certain.

The proofs are in `planaria.derivations.signs`.
"""
