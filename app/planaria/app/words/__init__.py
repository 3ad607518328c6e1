"""The words of a command line: what completes them, what refuses them at once, what examples show of them.

Only `quantities` and `renaming` import sympy: a misspelt word is answered before anything is loaded for work.
"""
