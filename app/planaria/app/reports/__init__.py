"""What commands print of derivations and simulations: as text, as JSON, as LaTeX.

The commands themselves are in `planaria.app.subcommands`.
"""
