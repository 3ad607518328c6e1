"""Pictures of ribbon graphs: coordinates once (`lay_out`, `sheet`, `beside`), then SVG, TikZ or pixels."""

from planaria.diagrams.draw.layout import lay_out
from planaria.diagrams.draw.sheet import beside, sheet, sheets
from planaria.diagrams.draw.svg import to_svg
from planaria.diagrams.draw.tikz import to_tikz

__all__ = ["beside", "lay_out", "sheet", "sheets", "to_svg", "to_tikz"]
