"""Analyses on a page: derivatives, series, optima, exponents, regimes, forms in z, signs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from planaria.derivations.analysis.parameter_series import ParameterSeries
from planaria.writing.analysis.sheets import sheet_of
from planaria.writing.analysis.views import aligned
from planaria.writing.names import greek_text
from planaria.writing.notebook.markup import ROOM, element, faint, formula, heading, page

__all__ = ["analysis_html", "series_html"]


def analysis_html(value: Any) -> str:
    """The formulas and what is said of them."""
    sheet = sheet_of(value)
    return page(
        heading(sheet.title[:1].upper() + sheet.title[1:]),
        formula(aligned(value, ROOM)),
        *(element("div", faint(greek_text(one))) for one in sheet.remarks),
    )


def series_html(several: Sequence[ParameterSeries]) -> str:
    """Series on several branches, one below the other."""
    return "".join(map(analysis_html, several))
