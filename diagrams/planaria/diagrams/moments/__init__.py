"""Exact moments: expectations of products of traces at every finite size, and their connected planar parts.

Diagrams one by one are in `planaria.diagrams.graphs`.
"""
