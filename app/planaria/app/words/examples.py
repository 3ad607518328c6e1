"""The examples at the end of each help; the tests run every one of them."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["EXAMPLES", "examples"]

# No square brackets: they are the markup of help texts. A line fits on 80 columns.
EXAMPLES: Mapping[str, tuple[str, ...]] = {
    "": (
        "planaria models",
        "planaria derive random-features loss",
        "planaria evaluate wigner resolvent --set z=3 --set N=100",
    ),
    "models": (
        "planaria models",
        "planaria models --json",
    ),
    "derive": (
        "planaria derive random-features loss --limit gamma=0",
        "planaria derive wigner 'tr(h**4)/N'",
        "planaria derive random-features loss --basis 'z = S_11, q2 = S_22'",
        "planaria derive marchenko-pastur resolvent --symbols P=T --latex",
    ),
    "evaluate": (
        "planaria evaluate wigner resolvent --set z=3 --set N=100",
        "planaria evaluate wigner resolvent --set z=1+0.1j --set N=100",
        "planaria evaluate marchenko-pastur resolvent --set P=10:400:60 \\\n      --set N=60,120 --set gamma=0.1",
        "planaria evaluate marchenko-pastur 'tr(inv(gamma*I(N) + x*x.T))/N' \\\n"
        "    --set N=60 --set P=120 --set gamma=0.001:10:log20 --csv ridge.csv",
    ),
    "analyse": (
        "planaria analyse marchenko-pastur resolvent --series gamma=0:2",
        "planaria analyse wigner resolvent --derivative z --set z=3 --set N=100",
        "planaria analyse ridge-regression loss --spectrum Omega=identity \\\n    --optimum gamma",
        "planaria analyse random-features loss --scaling N \\\n    --given 'gamma=0, P/N=2, M=oo'",
        "planaria analyse random-features loss --regimes N \\\n    --given 'gamma=1/N, P=N, M=oo'",
    ),
    "density": (
        "planaria density wigner resolvent --of z --set N=100",
        "planaria density marchenko-pastur resolvent --of gamma \\\n"
        "    --set N=400 --set P=200 --draw density.svg",
        "planaria density wigner 'tr(inv(z*I(N) - h**2))/N' \\\n    --of z --set N=100 --csv h2.csv",
        "planaria density signal-plus-noise 'tr(inv(gamma*I(N) - x))/N' \\\n"
        "    --nonhermitian --of gamma --set N=100 --set sigma=1 --points 100",
    ),
    "sweep": (
        "planaria sweep marchenko-pastur resolvent --set N=10:1000:log50 \\\n"
        "    --set P=100 --set gamma=0.001:10:log20 --out ridge.nc",
        "planaria sweep wigner resolvent --set N=20,40 --set z=2.5:6:10 --draws 5 \\\n"
        "    --workers 2 --out wigner.zarr",
    ),
    "diagrams": (
        "planaria diagrams random-features resolvent --order 2 --euler all",
        "planaria diagrams wigner 'tr(h**4)' --order 0",
        "planaria diagrams marchenko-pastur resolvent --order 2 --draw sheet.svg",
    ),
    "dual": (
        "planaria dual random-features resolvent",
        "planaria dual marchenko-pastur 'tr(x*x.T)' --symbols P=T",
        "planaria dual random-features resolvent --draw duals.svg",
    ),
    "compare": (
        "planaria compare marchenko-pastur resolvent '1/(gamma + g_P)'",
        "planaria compare random-features gram_resolvent '(P - z)/(gamma*P)' \\\n"
        "    --let 'z = sum(lambda_I/(lambda_I + Delta))'",
        "planaria compare wigner resolvent '(z - sqrt(z**2 - 4))/2' --json",
    ),
    "moment": (
        "planaria moment random-features 'tr((phi.T*phi)**2)'",
        "planaria moment wigner 'tr(h**4)/N' --planar",
        "planaria moment marchenko-pastur 'tr(x*x.T)**2' --set N=3 --latex",
    ),
}


def examples(command: str = "") -> str:
    """The end of the help of a command.

    >>> print(examples("models"))
    Examples:
    planaria models
    planaria models --json
    """
    return "\n".join(["Examples:", *EXAMPLES[command]])
