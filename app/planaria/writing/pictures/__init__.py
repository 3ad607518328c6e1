"""Pictures of ribbon graphs: where everything stands, once (`lay_out`, `sheet`, `dual_sheets`), for any emitter.

SVG, TikZ and pixels are made in `planaria.writing.emitters`.
"""

from planaria.writing.emitters.svg import to_svg
from planaria.writing.emitters.tikz import to_tikz
from planaria.writing.pictures.layout import lay_out
from planaria.writing.pictures.pages.pairs import beside, dual_sheets
from planaria.writing.pictures.pages.sheet import sheet, sheets

__all__ = ["beside", "dual_sheets", "lay_out", "sheet", "sheets", "to_svg", "to_tikz"]
