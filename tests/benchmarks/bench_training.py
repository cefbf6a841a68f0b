"""The goals of `superviz bench`, as tests: run `pytest tests/benchmarks/bench_training.py -m benchmark -s`."""

from __future__ import annotations

import pytest

from superviz.engine.bench import CASES, Case, measure


@pytest.mark.benchmark
@pytest.mark.timeout(600)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_training_speed(case: Case) -> None:
    result = measure(case)
    assert result.ratio is not None
    assert result.reference is not None
    print(f"\n{case.name}: {result.reference * 1e6:,.1f} us, {result.superviz * 1e6:,.1f} us, x{result.ratio:.1f}")
    assert result.ratio >= case.goal
