"""The words of the command about what somebody claims: how each is called, and what it does.

Words about a model alone are in `planaria.app.subcommands`.
"""
