"""What is said of numbers: how one was found, how far it is known, why there is none; each sentence once.

What makes these verdicts is in `planaria.numerics`.
"""
