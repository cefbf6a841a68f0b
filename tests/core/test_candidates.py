"""What became of the seeds that were tried, in words."""

from __future__ import annotations

import math

from superviz.core.candidates import Candidate, what_became

PENTAGON, DIGONS = "Pentagon", "Two digons and a dead feature"


def test_the_others_are_counted_by_their_shape_the_most_common_first() -> None:
    tried = [Candidate(0, 0.02, DIGONS), Candidate(1, 0.013, PENTAGON), Candidate(2, math.inf, "")]
    tried += [Candidate(3, 0.01234567, PENTAGON), Candidate(4, 0.014, PENTAGON), Candidate(5, 0.03, "")]
    assert what_became(tried) == (
        "kept seed 3, the best of 6 (loss 0.01235, Pentagon); the others: 2 Pentagon, 1 Two digons and a dead feature, "
        "1 diverged, 1 no shape with a name"
    )


def test_one_without_others_or_a_name() -> None:
    assert what_became([Candidate(7, 1e-6, "")]) == "kept seed 7, the best of 1 (loss 1e-06, no shape with a name)"
