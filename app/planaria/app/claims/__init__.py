"""The words of the command about what somebody claims: one file each, as in `planaria.app.subcommands`."""
