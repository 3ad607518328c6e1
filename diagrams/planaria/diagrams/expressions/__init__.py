"""What a matrix expression says: its tree, the words of its expansion, and words read from another letter.

Contractions of words are in `planaria.diagrams.graphs`; the text of expressions is in `planaria.ensembles.text`.
"""
