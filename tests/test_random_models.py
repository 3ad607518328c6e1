"""Random models: each value that is given out is that of the oracle, or the refusal is a sentence.

60 seeds; ``--random-models 2000`` takes more. A failure prints the model and its points as files.
"""

from __future__ import annotations

import json

from tests.oracles.generate import random_case
from tests.oracles.harness import BAD, run_seed


def test_a_random_model_is_right_or_refused(random_model_seed: int) -> None:
    outcome = run_seed(random_model_seed)
    bad = [one for one in outcome.verdicts if one.kind in (*BAD, "disputed")]
    case = random_case(random_model_seed)
    report = "\n".join([case.text, *map(json.dumps, case.points), *map(str, bad)])
    assert not bad, report
