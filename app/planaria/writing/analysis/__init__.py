"""What follows from closed forms, as it is read: derivatives, series, optima, exponents, regimes, signs.

`sheets` says once what is shown of each; terminal, LaTeX and notebooks print that.
"""
