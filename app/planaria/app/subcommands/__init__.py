"""The subcommands of `planaria`, one file each, and the reports that several of them print.

Options and their help are in the room `command`; formulas and pictures come from `planaria.writing`.
"""
