"""The arguments and options of every command, as typer reads them; what a command does is in `subcommands`.

Each imports its work when it runs: `cli` says why.
"""
