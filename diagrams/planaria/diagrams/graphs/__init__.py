"""Ribbon graphs: how letters are paired, faces, Euler characteristic, isomorphism, and the networkx view.

What a graph contributes is in `planaria.diagrams.weights`; how it is drawn, in `planaria.writing.pictures`.
"""
