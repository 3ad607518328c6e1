"""The command `planaria`: options, inputs, tables and files; what it does is in its subcommands.

Nothing is derived, computed or typeset here: that is in the floors below.
"""
