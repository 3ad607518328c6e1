"""Diagrams as networkx graphs: the view, reading it back, the plain form for files, flags and matchers.

Nothing here knows the classes of ribbon graphs: they stand above, and are passed in by those who read a graph.
"""
