"""Random models: each value that is given out is that of the oracle, or the refusal is a sentence.

The first 60 seeds have short words and are quick; ``--random-models 2000`` adds others. A failure prints the model
and its points as files.
"""

from __future__ import annotations

import json

from tests.oracles.generate import random_case
from tests.oracles.harness import BAD, run_seed

LIGHT, LETTERS = 60, 4  # seeds whose quantities have so many letters at most


def test_a_random_model_is_right_or_refused(random_model_seed: int) -> None:
    letters = LETTERS if random_model_seed < LIGHT else None
    outcome = run_seed(random_model_seed, most_letters=letters)
    bad = [one for one in outcome.verdicts if one.kind in (*BAD, "disputed")]
    case = random_case(random_model_seed, most_letters=letters)
    report = "\n".join([case.text, *map(json.dumps, case.points), *map(str, bad)])
    assert not bad, report
