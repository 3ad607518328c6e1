"""Pictures of ribbon graphs: coordinates once (`lay_out`), then SVG or TikZ."""

from planaria.diagrams.draw.layout import lay_out
from planaria.diagrams.draw.svg import to_svg
from planaria.diagrams.draw.tikz import to_tikz

__all__ = ["lay_out", "to_svg", "to_tikz"]
