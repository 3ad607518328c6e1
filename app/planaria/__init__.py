"""Planar diagrams, Schwinger-Dyson equations and checked closed forms for models made of Gaussian matrices.

This is the front door; what it leads to lives on the floors below it.
"""

from pkgutil import extend_path

__path__ = extend_path(__path__, __name__)
