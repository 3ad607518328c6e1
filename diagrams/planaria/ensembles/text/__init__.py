"""Models and expressions as text: the grammar, TOML files, and expressions written so that they read back equal.

What people read rather than write (LaTeX, terminal, pictures) is in `planaria.writing`.
"""
