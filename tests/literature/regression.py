"""Ridge regression and its kind, as papers have it. No formula of this file is in the engine."""

from __future__ import annotations

from collections.abc import Mapping

from tests.literature.published import Published

__all__ = ["BIAS", "DF", "LAMBDA", "POINT", "REGRESSION", "THETA", "without"]

# Degrees of freedom at the renormalised ridge k; eigenvalues of the covariances of inputs and teacher.
DF = ("z = sum(lambda_I/(lambda_I + k))", "q = sum(lambda_I**2/(lambda_I + k)**2)")
RIDGE = ("k: gamma = k*(1 - z/P)", *DF)
BIAS = "t = sum(omega_I*lambda_I/(lambda_I + k)**2)"

LAMBDA = [round(2 * (1 + n) ** -0.7, 4) for n in range(48)]
OMEGA = [round(0.5 + n % 5 / 3, 4) for n in range(48)]
THETA = [round(0.3 + n % 7 / 5, 4) for n in range(48)]
POINT: dict[str, object] = {"M": 48, "P": 72, "gamma": "0.05", "sigma": "0.5", "Lambda": LAMBDA, "Omega": OMEGA}


def without(point: Mapping[str, object], *names: str) -> dict[str, object]:
    return {name: value for name, value in point.items() if name not in names}


TWO = without(POINT, "P") | {"A": 60, "B": 40}

# How much of the synthetic samples a model takes over: their share p, and the sums of Theta.
COLLAPSE = (
    "P = A + B",
    "p = B/P",
    "u = q/P",
    "c3 = sum(theta_I*lambda_I**3/(lambda_I + k)**2)/M",
    "c1 = sum(theta_I*lambda_I*((1 - p)*lambda_I + k)**2/(lambda_I + k)**2)/M",
    *RIDGE,
)
ZETA = "(p**2*(1 - p*u)*c3 + p*u*c1)/(1 - u)"
# Two unknowns: k for the first ridge and set of samples, j for the second.
STAGES = (
    "k: gamma = k*(1 - sum(lambda_I/(lambda_I + k))/A)",
    "j: delta = j*(1 - sum(lambda_I/(lambda_I + j))/B)",
    "u = sum(lambda_I**2/(lambda_I + k)**2)/A",
    "v = sum(lambda_I**2/(lambda_I + j)**2)/B",
)
DISTILLED = (
    "k: gamma = k*(1 - sum(lambda_I/(lambda_I + k))/P)",
    "j: delta = j*(1 - sum(lambda_I/(lambda_I + j))/P)",
    "T11 = (k**2*sum(omega_I*lambda_I/(lambda_I + k)**2)/M + sigma**2)/(1 - sum(lambda_I**2/(lambda_I + k)**2)/P)",
    "T22 = (j**2*sum(omega_I*lambda_I/(lambda_I + j)**2)/M + sigma**2)/(1 - sum(lambda_I**2/(lambda_I + j)**2)/P)",
    "T12 = (k*j*sum(omega_I*lambda_I/((lambda_I + k)*(lambda_I + j)))/M + sigma**2)"
    "/(1 - sum(lambda_I**2/((lambda_I + k)*(lambda_I + j)))/P)",
)

REGRESSION = (
    Published(
        "ridge-risk",
        "risk",
        "arXiv:1903.08560, risk of ridge regression, isotropic features",
        "r**2*gamma**2*d + sigma**2*c*(m - gamma*d)",
        (
            "c = M/P",
            "m: c*gamma*m**2 + (1 - c + gamma)*m - 1 = 0",
            "d = (m + c*m**2)/(2*c*gamma*m + 1 - c + gamma)",  # minus the derivative of m by gamma
        ),
        at={"M": 60, "P": 80, "gamma": "0.1", "r": 1, "sigma": "0.7"},
    ),
    Published(
        "kernel-regression",
        "loss",
        "arXiv:2006.13198, generalisation error",
        "(k**2*t/M + sigma**2*q/P)/(1 - q/P)",
        (BIAS, *RIDGE),
        at=POINT,
    ),
    Published(
        "weighted-ridge",
        "loss",
        "arXiv:2006.05800, prediction risk of the weighted estimator",
        "(k**2*t/M + sigma**2*q/P)/(1 - q/P)",
        (
            "q = sum(lambda_I**2/(lambda_I + k*g_I)**2)",
            "t = sum(omega_I*lambda_I*g_I**2/(lambda_I + k*g_I)**2)",
            "k: gamma = k*(1 - sum(lambda_I/(lambda_I + k*g_I))/P)",
        ),
        at=POINT | {"G": [round(0.4 + n % 3 / 2, 4) for n in range(48)]},
    ),
    Published(
        "misspecified-ridge",
        "loss",
        "arXiv:1903.08560, misspecified model",
        "(k**2*t/M + s*q/P)/(1 - q/P) + h",
        ("h = sum(pi_I)/H", "s = sigma**2 + h", BIAS, *RIDGE),
        at=POINT | {"H": 36, "Pi": [round(0.2 + n % 4 / 5, 4) for n in range(36)]},
    ),
    Published(
        "latent-space",
        "loss",
        "arXiv:1903.08560, latent space model",
        "(b + s*q/P)/(1 - q/P) + h",
        (
            "b = k**2*sum(pi_I**2/((1 + pi_I)*(1 + pi_I + k)**2))/M",
            "h = sum(pi_I/(1 + pi_I))/M",
            "s = sigma**2 + h",
            "q = sum((1 + pi_I)**2/(1 + pi_I + k)**2)",
            "k: gamma = k*(1 - sum((1 + pi_I)/(1 + pi_I + k))/P)",
        ),
        by=("w", "eps"),
        at={"M": 48, "P": 72, "gamma": "0.1", "sigma": "0.5", "Pi": [4] * 16 + [0] * 32},
    ),
    Published(
        "covariate-shift",
        "loss",
        "arXiv:2404.01233, risk under covariate shift",
        "b + s/P*(k**2*t/M + sigma**2)/(1 - q/P)",
        (
            "b = k**2*sum(omega_I*pi_I/(lambda_I + k)**2)/M",
            "s = sum(lambda_I*pi_I/(lambda_I + k)**2)",
            BIAS,
            *RIDGE,
        ),
        at=POINT | {"Pi": LAMBDA[::-1]},
    ),
    Published(
        "generalized-cross-validation",
        "gcv",
        "arXiv:1903.08560, generalised cross-validation",
        "(k**2*t/M + sigma**2)/(1 - q/P)",
        (BIAS, *RIDGE),
        at=POINT,
    ),
    Published(
        "generalized-cross-validation",
        "test",
        "arXiv:1903.08560, risk of ridge regression",
        "(k**2*t/M + sigma**2)/(1 - q/P)",
        (BIAS, *RIDGE),
    ),
    Published(
        "correlated-samples",
        "loss",
        "arXiv:2408.04607, matched correlations",
        "(k**2*t/M + sigma**2*g)/(1 - g)",
        (
            "g = q*h/z**2",
            "h = sum(xi_I**2/(xi_I + e)**2)",
            "e: sum(xi_I/(xi_I + e)) = z",
            "k: k*e*z = gamma*P",
            BIAS,
            *DF,
        ),
        at=POINT | {"Xi": [round(0.4 + n % 6 / 4, 4) for n in range(72)]},
    ),
    Published(
        "bagging",
        "cross",
        "arXiv:2210.11445, risk of the bagged predictor",
        "(k**2*t/M + sigma**2*A*q/n**2)/(1 - A*q/n**2)",
        ("n = A + B", "k: gamma = k*(1 - z/n)", *DF, BIAS),
        at=TWO,
    ),
    Published(
        "bagging",
        "bagged",
        "arXiv:2210.11445, risk of the bagged predictor",
        "c + (d - c)/K",
        (
            "c = (b + sigma**2*A*q/n**2)/(1 - A*q/n**2)",
            "d = (b + sigma**2*q/n)/(1 - q/n)",
            "b = k**2*t/M",
            "n = A + B",
            "k: gamma = k*(1 - z/n)",
            *DF,
            BIAS,
        ),
        by=("w", "eps", "eta"),
    ),
    Published(
        "distributed-ridge",
        "loss",
        "arXiv:1903.09321, equal weights",
        "b + ((b + sigma**2*q/P)/(1 - q/P) - b)/K",
        ("b = k**2*t/M", BIAS, *RIDGE),
        by=("w", "eps", "eta"),
        at=POINT | {"K": 3},
    ),
    Published(
        "strong-model-collapse",
        "collapse",
        "arXiv:2410.04840, classical linear model: zeta",
        ZETA,
        COLLAPSE,
        basis="S_001, S_202, t_11, S_211, S_312",
        at=without(TWO, "sigma", "Omega") | {"Theta": THETA},
    ),
    Published(
        "strong-model-collapse",
        "loss",
        "arXiv:2410.04840, classical linear model",
        f"(k**2*t/M + u*((1 - p)*sigma**2 + p*tau**2))/(1 - u) + {ZETA}",
        (BIAS, *COLLAPSE),
        by=("w", "d", "eps", "eta"),
    ),
    Published(
        "weak-to-strong",
        "weak_loss",
        "arXiv:2410.18837, risk of the surrogate model",
        "(k**2*t/M + sigma**2*u)/(1 - u)",
        (BIAS, STAGES[0], STAGES[2]),
    ),
    Published(
        "weak-to-strong",
        "strong_loss",
        "arXiv:2410.18837, risk of the target model",
        "m + c*E + v/(1 - v)*(n + f*E)",
        (
            "E = (k**2*sum(omega_I*lambda_I/(lambda_I + k)**2)/M + sigma**2)/(1 - u)",
            "m = sum(omega_I*lambda_I*(1 - lambda_I**2/((lambda_I + k)*(lambda_I + j)))**2)/M",
            "c = sum(lambda_I**4/((lambda_I + k)*(lambda_I + j))**2)/A",
            "n = sum(omega_I*lambda_I**3*j**2/((lambda_I + k)*(lambda_I + j))**2)/M",
            "f = sum(lambda_I**2*j**2/((lambda_I + k)*(lambda_I + j))**2)/A",
            *STAGES,
        ),
        at=TWO | {"delta": "0.2"},
    ),
    Published(
        "fine-tuning",
        "loss",
        "arXiv:2103.05621, the source model trained by ridge regression",
        "(m + n + f*E + tau**2*v)/(1 - v)",
        (
            "E = (k**2*sum((omega_I + theta_I)*lambda_I/(lambda_I + k)**2)/M + sigma**2)/(1 - u)",
            "m = j**2*k**2*sum(omega_I*lambda_I/((lambda_I + k)*(lambda_I + j))**2)/M",
            "n = j**2*sum(theta_I*lambda_I**3/((lambda_I + k)*(lambda_I + j))**2)/M",
            "f = j**2*sum(lambda_I**2/((lambda_I + k)*(lambda_I + j))**2)/A",
            *STAGES,
        ),
        at=TWO | {"delta": "0.2", "Theta": THETA, "tau": "0.8"},
    ),
    Published(
        "self-distillation",
        "cross",
        "arXiv:2407.04600, one ridge each",
        "T12 - sigma**2",
        DISTILLED,
    ),
    Published(
        "self-distillation",
        "loss",
        "arXiv:2407.04600, one step",
        "(delta**2*T22 - 2*gamma*delta*T12 + gamma**2*T11)/(delta - gamma)**2 - sigma**2",
        DISTILLED,
        at=POINT | {"delta": "0.2"},
        simulated="literal",
    ),
)
