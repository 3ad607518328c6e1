"""Random features, sketches and deep linear networks, as papers have them.

No formula of this file is in the engine.
"""

from __future__ import annotations

from tests.literature.published import Published
from tests.literature.regression import BIAS, DF, LAMBDA, POINT, THETA, without

__all__ = ["FEATURES"]

FEATURE = ("k: gamma = k*(1 - z/P)*(1 - z/N)", *DF)
T1 = "t1 = sum(omega_I*lambda_I/(lambda_I + k))"
T2 = "t2 = sum(omega_I*lambda_I**2/(lambda_I + k)**2)"
# The bias of a fixed set of features at infinitely many samples, and their second degrees of freedom over P.
FIXED = ("b = k*(t1 - (N - z)/(N - q)*t2)/M", "U = (q*(N - 2*z) + z**2)/((N - q)*P)", T1, T2, *FEATURE)
LADDER = "D = N*P - q*(N + P) + 2*q*z - z**2"
CROSS = "(k**2*t/M + sigma**2*q/P)/(1 - q/P)"
COLLAPSE = (
    "P = A + B",
    "p = B/P",
    "f = (N - z)/(N - q)",
    "x = sum(theta_I*lambda_I**2/(lambda_I + k))/M",
    "g = x - f*k*sum(theta_I*lambda_I**2/(lambda_I + k)**2)/M",
    "h = sum(theta_I*lambda_I)/M",
)
ZETA = "p**2*g + U/(1 - U)*(p**2*g + p*(h - 2*p*x))"
# A network of frozen layers: a is the logarithmic derivative of what the layers do to the ridge.
LAYERS = "k*P*(k*t + t1*a*(z - q))/(M*(P - z)*(1 + (z - q)*(a + 1/(P - z))))"

PLAIN = without(POINT, "sigma") | {"N": 60}
WHITE = without(PLAIN, "Omega")
SPLIT = "arXiv:2405.00592, linear random features"

FEATURES = (
    Published(
        "random-feature-ridge",
        "loss",
        "arXiv:2311.14646, eigenframework of random-feature regression",
        "(b + sigma**2)/(1 - U) - sigma**2",
        FIXED,
        by=("w", "eps"),
        at=POINT | {"N": 60},
    ),
    Published(
        "random-features-shift",
        "loss",
        "arXiv:2111.08234, linear features, any covariances",
        "e + d/P*(b + sigma**2)/(1 - U)",
        (
            "e = (k**2*sum(omega_I*pi_I/(lambda_I + k)**2) + m*t2)/M",
            "d = sum(lambda_I*pi_I/(lambda_I + k)**2) + m*sum(lambda_I/(lambda_I + k)**2)",
            "m = k**2*sum(pi_I/(lambda_I + k)**2)/(N - q)",
            *FIXED,
        ),
        by=("w", "eps"),
        at=POINT | {"N": 60, "Pi": LAMBDA[::-1]},
    ),
    Published("variance-split", "bias", SPLIT, "k*(z - q)/M", FEATURE, at=WHITE),
    Published("variance-split", "sample_variance", SPLIT, "k*(z - q)/M*q/(P - q)", FEATURE, at=WHITE),
    Published("variance-split", "feature_variance", SPLIT, "k*(z - q)/M*q/(N - q)", FEATURE, at=WHITE),
    Published(
        "variance-split",
        "interaction",
        SPLIT,
        "k*(z - q)/M*(N*P/D - N/(N - q) - P/(P - q) + 1)",
        (LADDER, *FEATURE),
        at=WHITE,
    ),
    Published("variance-split", "noise_sample_variance", SPLIT, "sigma**2*q/(P - q)", FEATURE),
    Published("feature-ensembles", "cross", "arXiv:2405.00592, infinitely many networks", CROSS, (BIAS, *FEATURE)),
    Published(
        "feature-ensembles",
        "loss",
        "arXiv:2405.00592, ensembles of linear random features",
        "c + ((b + sigma**2)/(1 - U) - sigma**2 - c)/K",
        (f"c = {CROSS}", BIAS, *FIXED),
        by=("w", "eps"),
        at=POINT | {"N": 60, "K": 3},
    ),
    Published(
        "strong-collapse-projections",
        "collapse",
        "arXiv:2410.04840, random projections: zeta",
        ZETA,
        (*COLLAPSE, *FIXED),
        at=without(WHITE, "P") | {"A": 60, "B": 40, "Theta": THETA},
    ),
    Published(
        "strong-collapse-projections",
        "loss",
        "arXiv:2410.04840, random projections",
        f"(b + U*((1 - p)*sigma**2 + p*tau**2))/(1 - U) + {ZETA}",
        (*COLLAPSE, *FIXED),
        by=("w", "d", "eps", "eta"),
    ),
    Published(
        "deep-features",
        "loss",
        "arXiv:2303.00564, unstructured weights",
        LAYERS,
        ("a = 1/(N - z) + 1/(H - z)", BIAS, T1, "k: gamma = k*(1 - z/P)*(1 - z/N)*(1 - z/H)", *DF),
        at=PLAIN | {"H": 56},
    ),
    Published(
        "structured-layers",
        "loss",
        "arXiv:2303.00564, structured weights",
        LAYERS,
        (
            "a = 1/(N - z) + 1/(z - h) - 1/z",
            "h = sum(gamma_I**2/(gamma_I + e)**2)",
            "e: sum(gamma_I/(gamma_I + e)) = z",
            "k: gamma = k*(1 - z/P)*(1 - z/N)*e*z/H",
            BIAS,
            T1,
            *DF,
        ),
        at=PLAIN | {"H": 56, "Gamma": [round(0.4 + n % 6 / 4, 4) for n in range(56)]},
    ),
    Published(
        "data-sketching",
        "loss",
        "arXiv:2302.01088, at a ridge",
        "(k**2*t/M + sigma**2*g)/(1 - g)",
        (
            "g = q*(z - 1/(1/z + 1/(R - z) + 1/(P - z)))/z**2",
            "k: gamma = k*(1 - z/P)*(1 - z/R)",
            BIAS,
            *DF,
        ),
        by=("w", "eps"),
        at=POINT | {"R": 60},
    ),
    Published(
        "sketched-pseudoinverse",
        "first_order",
        "arXiv:2211.03751, first-order equivalence",
        "sum(b_I/(a_I + k))/M",
        ("k: gamma = k*(1 - sum(a_I/(a_I + k))/R)",),
        basis="S_101, S_011",
    ),
    Published(
        "sketched-pseudoinverse",
        "second_order",
        "arXiv:2211.03751, second-order equivalence",
        "(s + m*sum(1/(a_I + k)**2))/M",
        (
            "m = k**2*s/(R - sum(a_I**2/(a_I + k)**2))",
            "s = sum(b_I/(a_I + k)**2)",
            "k: gamma = k*(1 - sum(a_I/(a_I + k))/R)",
        ),
        at={"M": 48, "R": 60, "gamma": "0.1", "A": LAMBDA, "B": THETA},
    ),
    Published(
        "nonlinear-random-features",
        "resolvent",
        "J. Pennington, P. Worah (2017), Theorem 1",
        "N/P*(psi*p + 1 - psi)/s",
        (
            "p: p = 1 - (h - c)*v/(s*psi) - v*c/(s*psi)/(1 + v*c/(s*psi))",
            "v = (1 + (p - 1)*M/P)*(1 + (p - 1)*psi)",
            "h = mu_1**2 + mu_star**2",
            "c = mu_1**2",
            "psi = M/N",
            "s = gamma*N/P",
        ),
        at={"N": 60, "P": 80, "M": 50, "gamma": "0.3", "mu_1": "0.8", "mu_star": "0.5"},
    ),
)
