"""Signs of values and of their slopes, on the branch of the matrices: bounds and monotonicity, proved.

`direction` says which derivative is meant, `premises` what is positive on the branch, `positivity` whether a
function then has one sign. Numbers, where algebra does not tell, are in `planaria.numerics.signs`.
"""
