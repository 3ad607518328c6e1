"""The command `planaria`: the only place where diagrams, derivations and numerics meet.

Only ``cli``, ``commands`` and ``listing`` are imported to answer ``--help`` and ``models``; everything that
needs sympy is imported inside the command that uses it.
"""
