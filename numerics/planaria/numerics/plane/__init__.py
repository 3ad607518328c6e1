"""The complex plane of the parameters: the unreduced equations followed in it, for many points or many digits.

What is done with the values, such as densities, is in `planaria.numerics.density`; real parameters in their range
are the work of `planaria.numerics.solving`.
"""
