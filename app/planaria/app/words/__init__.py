"""The words of a command line: what completes them, what refuses them at once, what examples show of them.

Nothing here but `quantities` imports sympy, so that a misspelt word is answered before anything is loaded for work.
"""
