"""Where derivations are printed: text for a terminal, LaTeX, or one JSON object.

What is printed of a quantity is `derived.Derived`; how formulas are written is in `planaria.writing`.
"""
