"""Formulas as people write them, as values: a tree that keeps its writing, read back from and written as text.

Nothing here knows what a name stands for: that is said where a formula is held against something. Text is read in
`planaria.ensembles.formulas.reading`; whatever else is read one day gives the same trees.
"""
