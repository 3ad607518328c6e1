"""The best ridge for random features, and the best way to share a budget between features and samples.

The product N P is held fixed. For each shape the test loss is scanned over the ridge, in double precision, and
the smallest value is kept. It is least for as many features as samples: equiparameterisation.

    python examples/optimal_ridge.py
"""

import numpy as np

from planaria.derivations import derive
from planaria.ensembles.library import load_model
from planaria.numerics.sweeps.arrays import evaluate_array

BUDGET = 3600
SHAPES = [(30, 120), (40, 90), (50, 72), (60, 60), (72, 50), (90, 40), (120, 30)]
RIDGES = np.geomspace(1e-6, 1e-1, 101)
FIXED = {"M": 400, "C": 1, "sigma_u": 1, "sigma_w": 1, "sigma_eps": 1, "alpha": 0.8, "lambda_plus": 1}


def main() -> None:
    model = load_model("random-features")
    loss = derive(model.quantity("loss").expression, model.model)
    features = np.array([[n] for n, _ in SHAPES])
    samples = np.array([[p] for _, p in SHAPES])
    losses = evaluate_array(loss, {**FIXED, "N": features, "P": samples, "gamma": RIDGES})  # shape (7, 101)

    print(f"N P = {BUDGET}, power law alpha = {FIXED['alpha']}, M = {FIXED['M']}")
    print("    N    P  best ridge   loss there   loss at 1e-6")
    for (n, p), row in zip(SHAPES, losses, strict=True):
        best = int(row.argmin())
        print(f"{n:5} {p:4}    {RIDGES[best]:.2e}   {row[best]:.4e}     {row[0]:.4e}")


if __name__ == "__main__":
    main()
