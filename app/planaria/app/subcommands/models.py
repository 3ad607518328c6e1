"""The list of built-in models. It reads their titles and nothing more: no sympy."""

from __future__ import annotations

from rich.text import Text

from planaria.app.display import output, plain_table, print_json
from planaria.ensembles.library import summaries

__all__ = ["list_models"]


def list_models(*, as_json: bool) -> None:
    """Print name, title and citations of each built-in model."""
    found = summaries()
    if as_json:
        print_json(
            {"models": [{"name": one.name, "title": one.title, "citations": list(one.citations)} for one in found]}
        )
        return
    console = output()
    rows = []
    for one in found:
        about = Text(one.title)
        for citation in one.citations:
            about.append(f"\n{citation}", style="dim")
        rows.append((Text(one.name, style="cyan", no_wrap=True), about))
    console.print(plain_table(("model", "title and citations"), rows))
    console.print()
    console.print(Text("  planaria derive MODEL   derives the quantities of one", style="dim"))
