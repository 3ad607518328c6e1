"""What is said of the spaces of a model beyond their names: which of them stay small.

Fields over them are in `model` beside this room, spectra of their matrices in the room `spectra`.
"""
