"""Models: the laws of Gaussian fields, the spectra of deterministic matrices, and the library of named models.

What a model says is here, with every check of it; text in and out is in `planaria.models.text`.
What follows from a model (diagrams, equations, numbers) is not.
"""
