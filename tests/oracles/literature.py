"""Random-feature ridge regression from the literature, in high precision.

Formulas: A. Maloney, D. Roberts, J. Sully, arXiv:2210.16859 (ridgeless), and Z. Zhang, arXiv:2405.19398 (any
ridge). With z = sum lambda/(lambda + Delta) and q2 = sum lambda^2/(lambda + Delta)^2, the renormalised ridge
Delta is the root of Delta (N - z)(P - z) = gamma M/sigma_u^2 with z < min(N, P). It is found by bisection in log
Delta and then by Newton's method: the left side grows with Delta from where z = min(N, P).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from mpmath import log, mp, mpf
from numpy.typing import NDArray

__all__ = ["RandomFeatures", "random_features", "random_features_in_bulk"]


MOST_DIGITS = 400


@dataclass(frozen=True)
class RandomFeatures:
    """The closed forms at one point, C = 1; losses have a factor 1/2."""

    Delta: Any
    resolvent: Any  # E tr q / N
    gram_resolvent: Any  # E tr Q / P
    loss: Any
    noise_loss: Any
    training_loss: Any


def _zero(function: Callable[[Any], tuple[Any, Any]], low: Any, high: Any) -> Any:
    """The zero of an increasing function of log x, with its derivative: Newton's method in a bracket."""
    at = (low + high) / 2
    tolerance = mpf(10) ** (-mp.dps * 3 // 4)
    for step in range(600):
        value, slope = function(mp.exp(at))
        if value == 0:
            break
        if value < 0:
            low = at
        else:
            high = at
        after = at - value / slope if slope else low
        if abs(after - at) < tolerance:
            at = after
            break
        if step < 30 or step % 4 == 0 or not low < after < high:
            after = (low + high) / 2
        at = after
    return mp.exp(at)


def random_features(
    N: float,
    P: float,
    gamma: float,
    spectrum: Sequence[Any],
    *,
    sigma_u: float = 1,
    sigma_w: float = 1,
    sigma_eps: float = 1,
    digits: int = 60,
) -> RandomFeatures:
    """The planar values for a spectrum of M eigenvalues, zeros among them too; ``digits`` are raised where D
    cancels."""
    sigmas = {"sigma_u": sigma_u, "sigma_w": sigma_w, "sigma_eps": sigma_eps}
    with mp.workdps(digits):
        n, p, M = mpf(N), mpf(P), len(spectrum)
        eigenvalues = [mpf(x) for x in spectrum]
        target = mpf(gamma) * M / mpf(sigma_u) ** 2
        least = min(n, p)

        def z_of(Delta: Any) -> Any:
            return mp.fsum(x / (x + Delta) for x in eigenvalues)

        def fall_of(Delta: Any) -> Any:
            return mp.fsum(x * Delta / (x + Delta) ** 2 for x in eigenvalues)

        def equation(Delta: Any) -> tuple[Any, Any]:
            z, fall = z_of(Delta), fall_of(Delta)
            a, b = n - z, p - z
            if a <= 0 or b <= 0:
                return -target, mpf(0)
            return Delta * a * b - target, Delta * (a * b + fall * (a + b))

        tolerance = mpf(10) ** (-digits * 3 // 4)
        low, high = -400 * log(mpf(10)), log(max(eigenvalues) + target) + 60 + log(mpf(M))
        if sum(x > 0 for x in eigenvalues) > least:
            low = log(_zero(lambda Delta: (least - z_of(Delta), fall_of(Delta)), low, high)) - 1e5 * tolerance
        Delta = _zero(equation, low, high)
        z = z_of(Delta)
        q2 = mp.fsum((x / (x + Delta)) ** 2 for x in eigenvalues)
        z_less_q2 = fall_of(Delta)
        D = n * p - q2 * (n + p) + 2 * q2 * z - z * z
        if abs(D) < mpf(10) ** (-digits // 3) * n * p and digits < MOST_DIGITS:
            return random_features(N, P, gamma, spectrum, digits=2 * digits, **sigmas)
        clean = mpf(sigma_w) ** 2 / (2 * M) * Delta * n * p * z_less_q2 / D
        noise = mpf(sigma_eps) ** 2 / 2 * (q2 * (n - 2 * z) + z * z) / D
        train = ((p - z) / p) ** 2 * (clean + noise + mpf(sigma_eps) ** 2 / 2)
        gram, plain = (p - z) / mpf(gamma), (n - z) / mpf(gamma)
        return RandomFeatures(Delta, plain / n, gram / p, clean, noise, train)


def random_features_in_bulk(
    N: NDArray[Any],
    P: NDArray[Any],
    gamma: NDArray[Any],
    spectrum: Sequence[float],
    *,
    sigma_u: NDArray[Any],
    sigma_w: NDArray[Any],
    sigma_eps: NDArray[Any],
) -> dict[str, NDArray[Any]]:
    """The same values by name for many points at once, in extended precision (80 bits where the machine has them).

    By bisection and Newton's method in log Delta, and in sums that do not cancel: with F = z - q2 the denominator
    is D = (N - z)(P - z) + F (N + P - 2 z), and N - z is taken from the equation where z is next to N. What this
    cannot resolve is not told from what is wrong: a difference is to be looked at with `random_features`.
    """
    wide = np.longdouble
    n, p, g = (np.asarray(x, dtype=wide) for x in (N, P, gamma))
    su, sw, se = (np.asarray(x, dtype=wide) for x in (sigma_u, sigma_w, sigma_eps))
    x = np.asarray(spectrum, dtype=wide)[:, np.newaxis]
    M = len(spectrum)
    target = np.log(g * M / su**2)
    low = np.full(len(n), wide(-1500))
    high = np.log(x.max() + np.exp(target)) + 60 + np.log(wide(M))
    at = high.copy()
    for _ in range(200):
        Delta = np.exp(at)
        share = x / (x + Delta)
        z, F = share.sum(axis=0), (share * (Delta / (x + Delta))).sum(axis=0)
        a, b = n - z, p - z
        beyond = (a <= 0) | (b <= 0)
        height = np.where(beyond, wide(-1), at + np.log(np.where(beyond, wide(1), a * b)) - target)
        low, high = np.where(height < 0, at, low), np.where(height >= 0, at, high)
        slope = 1 + F / np.where(beyond, wide(1), a) + F / np.where(beyond, wide(1), b)
        after = np.where(beyond, (low + high) / 2, at - height / slope)
        after = np.where((after > low) & (after < high), after, (low + high) / 2)
        if np.abs(after - at).max() < 1e-17:
            break
        at = after
    Delta = np.exp(at)
    share = x / (x + Delta)
    rest = Delta / (x + Delta)
    z, F, q2 = share.sum(axis=0), (share * rest).sum(axis=0), (share * share).sum(axis=0)
    least, most = np.minimum(n, p), np.maximum(n, p)
    far = most - z
    near = np.exp(target) / (Delta * far)  # the smaller of N - z and P - z
    near = np.where(np.abs(least - z) > near / 2, near, least - z)
    a, b = np.where(n <= p, near, far), np.where(n <= p, far, near)
    D = a * b + F * (a + b)
    clean = sw**2 / (2 * M) * Delta * n * p * F / D
    noise = se**2 / 2 * (q2 * (n - 2 * z) + z * z) / D
    return {
        "Delta": Delta,
        "resolvent": a / g / n,
        "gram_resolvent": b / g / p,
        "loss": clean,
        "noise_loss": noise,
        "training_loss": (b / p) ** 2 * (clean + noise + se**2 / 2),
    }
