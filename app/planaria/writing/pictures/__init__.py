"""Pictures of ribbon graphs: where everything stands, once (`lay_out`, `sheet`, `beside`), for any emitter.

SVG, TikZ and pixels are made in `planaria.writing.emitters`.
"""

from planaria.writing.emitters.svg import to_svg
from planaria.writing.emitters.tikz import to_tikz
from planaria.writing.pictures.layout import lay_out
from planaria.writing.pictures.sheet import beside, sheet, sheets

__all__ = ["beside", "lay_out", "sheet", "sheets", "to_svg", "to_tikz"]
