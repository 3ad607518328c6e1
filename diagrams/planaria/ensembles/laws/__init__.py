"""Laws of Gaussian matrices, one file each: how letters pair and transpose, how they are written and drawn.

A new law is a new file here, and its line in `known.py`; what its variance and covariances may be is said in
`covariances.py`. What follows from a law (diagrams, equations, numbers) lives on the floors above and asks the
law; nothing there knows the laws by name.
"""
