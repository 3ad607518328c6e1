"""The subcommands of `planaria`, one file each, and the reports that several of them print.

Options and their help are in `planaria.app.cli`; formulas and pictures come from `planaria.writing`.
"""
