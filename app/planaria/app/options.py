"""Arguments and options that several commands share: their words, their help, and what completes them.

typer reads these at run time, where Python 3.11 needs ``| None`` inside of Annotated.
"""

from __future__ import annotations

from typing import Annotated

import typer

from planaria.app.words import completion
from planaria.app.words.early import KINDS

__all__ = [
    "PAGE_WIDTH",
    "BasisOption",
    "BudgetOption",
    "ByOption",
    "CollectOption",
    "CsvDensityOption",
    "DataFileOption",
    "DrawColumnsOption",
    "DrawDensityOption",
    "DrawSelectOption",
    "DrawWidthOption",
    "EulerOption",
    "IrreducibleOption",
    "JsonOption",
    "LatexOption",
    "LimitOption",
    "MatrixOption",
    "ModelArgument",
    "NonHermitianOption",
    "NumbersOption",
    "PointsFileOption",
    "QuantitiesArgument",
    "QuantityArgument",
    "SeedOption",
    "SpectrumFileOption",
    "SpectrumOption",
    "SweepNumbersOption",
    "SymbolsOption",
    "WidthOption",
]

PAGE_WIDTH = "345pt"  # the text of LaTeX's article

BasisOption = Annotated[
    str | None,
    typer.Option(
        metavar="SUMS", help='The spectral sums of the value, such as "z = S_11, q2 = S_22" or "df1, df2".'
    ),
]
ByOption = Annotated[
    str | None,
    typer.Option(
        metavar="NAMES", help='Parameters or fields by which the value is split, such as "sigma_w, sigma_eps".'
    ),
]
CollectOption = Annotated[
    str | None,
    typer.Option(
        metavar="NAMES", help='Symbols by whose powers the value is written, such as "sigma_w, sigma_eps" or "N".'
    ),
]
ModelArgument = Annotated[
    str,
    typer.Argument(
        metavar="MODEL",
        help="A built-in model (see 'planaria models') or a model file.",
        autocompletion=completion.models,
    ),
]
QuantityArgument = Annotated[
    str,
    typer.Argument(
        metavar="QUANTITY",
        help="A quantity of the model, or an expression in its names, such as 'tr(x*x.T)**2'.",
        autocompletion=completion.quantities,
    ),
]
QuantitiesArgument = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[QUANTITY]...",
        help="Quantities of the model, or expressions in its names; all quantities by default.",
        autocompletion=completion.quantities,
    ),
]
SymbolsOption = Annotated[
    list[str] | None,
    typer.Option(metavar="NAME=NEW", help="Print another name, such as P=T.", autocompletion=completion.renamed),
]
NumbersOption = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="NAME=NUMBER",
        help="The value of a parameter or a dimension.",
        autocompletion=completion.parameters,
    ),
]
SweepNumbersOption = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="NAME=NUMBERS",
        help="The value of a parameter or a dimension, such as N=60, or complex, z=1+0.1j; or several: 60,120, or "
        "60 points from 10 to 400, 10:400:60, or in equal ratios, 10:400:log60. All combinations are evaluated.",
        autocompletion=completion.parameters,
    ),
]
SpectrumFileOption = Annotated[
    list[str] | None,
    typer.Option(metavar="[NAME=]FILE", help="Eigenvalues of a matrix, a .npy, .csv or .txt file."),
]
DataFileOption = Annotated[
    list[str] | None,
    typer.Option(metavar="[NAME=]FILE", help="Data (rows are samples) whose covariance gives the eigenvalues."),
]
MatrixOption = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="The matrix that a file without NAME= is for."),
]
NonHermitianOption = Annotated[
    bool,
    typer.Option("--nonhermitian", help="The density of complex eigenvalues, of a matrix that is not Hermitian."),
]
DrawDensityOption = Annotated[
    str | None, typer.Option(metavar="FILE", help="Draw the density over drawn matrices: .svg, .png or .pdf.")
]
PointsFileOption = Annotated[
    str | None,
    typer.Option(metavar="FILE", help="A list of points: a .csv file with names in its first line."),
]
CsvDensityOption = Annotated[
    str | None, typer.Option(metavar="FILE", help="Write the density: a .csv file, or - to print it.")
]
EulerOption = Annotated[
    str,
    typer.Option(
        metavar="2|1|...|all",
        help="Euler characteristic; 2 is planar.",
        autocompletion=completion.euler_characteristics,
    ),
]
IrreducibleOption = Annotated[
    int | None,
    typer.Option(
        metavar="1|2",
        help="List self-energy diagrams (1) or skeletons (2) with n ribbons instead.",
        autocompletion=completion.particles,
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")]
LatexOption = Annotated[bool, typer.Option("--latex", help="Print LaTeX instead of text.")]
WidthOption = Annotated[
    str,
    typer.Option(
        metavar="LENGTH",
        help="The width of the page that LaTeX is for, in pt, cm, mm or in; pt by default.",
        autocompletion=completion.lengths,
    ),
]
DrawSelectOption = Annotated[
    str | None,
    typer.Option("--select", metavar="3,5-7", help="Draw only these, by the numbers that sheets and lists show."),
]
DrawColumnsOption = Annotated[
    int | None, typer.Option("--columns", metavar="N", help="Draw so many side by side.")
]
DrawWidthOption = Annotated[
    str | None,
    typer.Option(
        "--width",
        metavar="LENGTH",
        help="Make the picture so wide, in pt (72 to an inch), cm, mm or in; pt by default.",
    ),
]
SeedOption = Annotated[int, typer.Option(min=0, metavar="S", help="The seed of everything random.")]
BudgetOption = Annotated[
    float,
    typer.Option(
        metavar="SECONDS",
        help="About how long exact algebra may take; beyond it more unknowns are kept, and it is said.",
    ),
]
LimitOption = Annotated[
    list[str] | None,
    typer.Option(
        metavar="NAME=0",
        help="Take a parameter to zero, such as gamma=0.",
        autocompletion=completion.parameters_to_zero,
    ),
]
SpectrumOption = Annotated[
    list[str] | None,
    typer.Option(
        metavar="[NAME=]KIND",
        help=f"What is known of a deterministic matrix: {', '.join(KINDS[:-1])} or {KINDS[-1]}.",
        autocompletion=completion.spectra,
    ),
]
SpectralOption = Annotated[
    str,
    typer.Option(
        metavar="NAME",
        help="The spectral parameter: z in tr(inv(z*I(N) - h))/N, gamma in tr(inv(gamma*I(N) + x*x.T))/N.",
        autocompletion=completion.spectral,
    ),
]
SchedulerOption = Annotated[
    str | None, typer.Option(metavar="ADDRESS", help="A Dask cluster that computes, in place of processes.")
]
ChunkOption = Annotated[
    int | None, typer.Option(metavar="POINTS", help="About how many points are computed at once.")
]
CertifyOption = Annotated[
    bool, typer.Option("--certify", help="Prove an interval in which the value of the matrices lies.")
]
DrawWorkersOption = Annotated[
    int,
    typer.Option(metavar="W", help="The processes that draw for --simulate; the same result on any number."),
]
