"""Growing arrays keep every row, and a reader on another thread never sees half of one."""

from __future__ import annotations

import threading
import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from superviz.session.growing import Growing, last_until


@given(st.lists(st.integers(0, 40), max_size=12))
def test_rows_come_back_in_order(sizes: list[int]) -> None:
    growing = Growing((2,), np.float32)
    expected = np.empty((0, 2), dtype=np.float32)
    for size in sizes:
        rows = np.full((size, 2), len(expected)) + np.arange(size)[:, None]
        growing.extend(rows)
        expected = np.concatenate([expected, rows]).astype(np.float32)
        assert len(growing) == len(expected)
        np.testing.assert_array_equal(growing.view, expected)


def test_a_view_is_read_only_and_stays_as_it_was() -> None:
    growing = Growing((), np.int64)
    growing.extend(np.arange(10))
    view = growing.view
    with pytest.raises(ValueError, match="read-only"):
        view[0] = 5
    growing.extend(np.arange(1000))
    np.testing.assert_array_equal(view, np.arange(10))


def test_readers_never_see_half_a_row() -> None:
    growing = Growing((8,), np.int64)
    torn: list[int] = []
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            view = growing.view
            expected = np.arange(len(view))[:, None]
            if not (view == expected).all():
                torn.append(len(view))

    reader = threading.Thread(target=read)
    reader.start()
    for i in range(5000):
        growing.extend(np.full((1, 8), i))
    done.set()
    reader.join()
    assert not torn


@given(st.lists(st.integers(0, 50), unique=True).map(sorted), st.floats(-2, 60))
def test_the_last_step_until_a_position(steps: list[int], position: float) -> None:
    assert last_until(np.array(steps, np.int64), position) == sum(step <= position for step in steps) - 1


def test_finding_a_step_takes_no_memory() -> None:
    steps = np.arange(100_000)
    tracemalloc.start()
    try:
        last_until(steps, 50_000.5)
        assert tracemalloc.get_traced_memory()[1] < 10_000
    finally:
        tracemalloc.stop()
