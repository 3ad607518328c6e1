"""An oracle for planar values that shares no code with planaria.

Nothing here imports planaria but `harness`, `survey` and `sweep_survey`, which hold it against the oracle. The
oracle reads a model file with a reader of its own (`reading`), linearises an expression by the plain rules
(`pencil`), iterates the Schwinger-Dyson equations of the whole pencil in double precision (`planar`), and draws
matrices where there is a dispute (`finite`). `generate` makes random models from a seed. `literature` has
formulas of papers.
"""
