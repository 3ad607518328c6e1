"""How results are written: names, LaTeX, terminal text, pictures. What shows itself is registered here.

Nothing is derived or computed here; the command that prints is in `planaria.app`.
"""
