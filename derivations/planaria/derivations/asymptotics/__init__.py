"""Asymptotics of closed forms: spectral sums of laws, dominant balances, scaling exponents and regimes.

A closed form becomes a polynomial with exponents that are rational functions of the spectrum's own exponent
(`generalised`), since spectral sums of a law are such series (`sums`, `expansions`). Its Newton polygon tells how
the unknown can scale along a path (`path`, `polygon`, `corner`), or anywhere (`regions`). Which of the candidates
is the physical one is said by numbers: `planaria.numerics.asymptotics`.
"""
