"""From a matrix expression to words, ribbon graphs, their weights, Feynman rules, exact moments and dualities.

Models are declared in `planaria.ensembles`, whose names are here too; pictures are in `planaria.writing`.
Names are loaded when they are used, so that the command can start without sympy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from planaria.ensembles.lazy import lazy_names

if TYPE_CHECKING:
    from planaria.algebra.errors import InputError
    from planaria.diagrams.duality import Duality, dualities
    from planaria.diagrams.expansion import expand
    from planaria.diagrams.graphs.canonical import GraphClass, automorphisms, canonical_form, classes, isomorphic
    from planaria.diagrams.graphs.ribbon import RibbonGraph, diagram
    from planaria.diagrams.irreducible.cuts import (
        irreducible_parts,
        ladder_kernels,
        one_particle_irreducible,
        skeleton,
        two_particle_irreducible,
    )
    from planaria.diagrams.irreducible.dyson import dyson_check
    from planaria.diagrams.irreducible.self_energy import kernels, self_energy, skeletons
    from planaria.diagrams.moments.moment import moment
    from planaria.diagrams.networks.flags import edge_match, node_match
    from planaria.diagrams.weights.planar_sums import planar_total, weigh_planar
    from planaria.ensembles.model import Gaussian, Model
    from planaria.ensembles.spectra import Eigenvalues, Exponential, PowerLaw, TwoLevel, UnitSpectrum
    from planaria.ensembles.text.model_file import ModelFile, load_model_file

__all__ = [
    "Duality",
    "Eigenvalues",
    "Exponential",
    "Gaussian",
    "GraphClass",
    "InputError",
    "Model",
    "ModelFile",
    "PowerLaw",
    "RibbonGraph",
    "TwoLevel",
    "UnitSpectrum",
    "automorphisms",
    "canonical_form",
    "classes",
    "diagram",
    "dualities",
    "dyson_check",
    "edge_match",
    "expand",
    "irreducible_parts",
    "isomorphic",
    "kernels",
    "ladder_kernels",
    "load_model_file",
    "moment",
    "node_match",
    "one_particle_irreducible",
    "planar_total",
    "self_energy",
    "skeleton",
    "skeletons",
    "two_particle_irreducible",
    "weigh_planar",
]

_HOMES = {
    "Duality": "planaria.diagrams.duality",
    "Eigenvalues": "planaria.ensembles.spectra",
    "Exponential": "planaria.ensembles.spectra",
    "Gaussian": "planaria.ensembles.model",
    "GraphClass": "planaria.diagrams.graphs.canonical",
    "InputError": "planaria.algebra.errors",
    "Model": "planaria.ensembles.model",
    "ModelFile": "planaria.ensembles.text.model_file",
    "PowerLaw": "planaria.ensembles.spectra",
    "RibbonGraph": "planaria.diagrams.graphs.ribbon",
    "TwoLevel": "planaria.ensembles.spectra",
    "UnitSpectrum": "planaria.ensembles.spectra",
    "automorphisms": "planaria.diagrams.graphs.canonical",
    "canonical_form": "planaria.diagrams.graphs.canonical",
    "classes": "planaria.diagrams.graphs.canonical",
    "diagram": "planaria.diagrams.graphs.ribbon",
    "dualities": "planaria.diagrams.duality",
    "dyson_check": "planaria.diagrams.irreducible.dyson",
    "edge_match": "planaria.diagrams.networks.flags",
    "expand": "planaria.diagrams.expansion",
    "irreducible_parts": "planaria.diagrams.irreducible.cuts",
    "isomorphic": "planaria.diagrams.graphs.canonical",
    "kernels": "planaria.diagrams.irreducible.self_energy",
    "ladder_kernels": "planaria.diagrams.irreducible.cuts",
    "load_model_file": "planaria.ensembles.text.model_file",
    "moment": "planaria.diagrams.moments.moment",
    "node_match": "planaria.diagrams.networks.flags",
    "one_particle_irreducible": "planaria.diagrams.irreducible.cuts",
    "planar_total": "planaria.diagrams.weights.planar_sums",
    "self_energy": "planaria.diagrams.irreducible.self_energy",
    "skeleton": "planaria.diagrams.irreducible.cuts",
    "skeletons": "planaria.diagrams.irreducible.self_energy",
    "two_particle_irreducible": "planaria.diagrams.irreducible.cuts",
    "weigh_planar": "planaria.diagrams.weights.planar_sums",
}

__getattr__ = lazy_names(__name__, _HOMES)
