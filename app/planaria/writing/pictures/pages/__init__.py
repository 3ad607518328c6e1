"""Several diagrams in one picture: contact sheets (`sheet`), and diagrams beside their duals (`pairs`).

How one diagram is drawn is decided in the room above; `cells` puts drawn ones into rows.
"""
