"""A disk that can't keep up: fewer keyframes are kept, memory stays bounded, and how many were left out is known."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from superviz.session import journal as journal_module
from superviz.session import rows
from superviz.session.recording import Recording

KEYFRAME = 2 * 4 * 3 * 2 * 5 + 4 * 3 * 2 * 2
"""Bytes that a keyframe of the made-up run is taken for."""
WAITING = 10
"""Keyframes that may wait in these tests before any is left out."""


@pytest.fixture(autouse=True)
def small_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal_module, "WAITING_BYTES", WAITING * KEYFRAME)


def thinned_in(path: Path) -> list[tuple[str]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute("SELECT value FROM meta WHERE key = 'thinned'").fetchall()


def test_a_disk_that_keeps_up_is_given_every_keyframe(create, made_up, tmp_path) -> None:
    recording = create(tmp_path / "run.superviz")
    for step in range(0, 1_000, 10):
        recording.append(made_up.snapshot(step))
        recording.flush()
    assert (recording.thinned, recording.keyframe_count) == (0, 100)


def test_one_that_does_not_is_given_ever_fewer(create, made_up, tmp_path, stuck_disk) -> None:
    recording = create(tmp_path / "run.superviz")
    recording.append(made_up.snapshot(0))
    recording.flush()
    with stuck_disk(recording):
        for step in range(10, 10_010, 10):
            recording.append(made_up.snapshot(step))
        kept = recording.keyframe_steps
        # 10 each of every one, every second, fourth, ... 64th: 1,270 appends.
        assert 60 <= len(kept) <= 72
        gaps = np.diff(kept) // 10
        assert gaps.tolist() == sorted(gaps)
        assert set(gaps[10:-1]) <= {1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96}
        assert recording.thinned == 1_001 - len(kept)
        assert recording.live_step == 10_000, "what is not kept is shown all the same"
        assert recording.snapshots[-1].step == 10_000
        assert recording.moment(10_000).position == 10_000
    recording.flush()
    recording.append(made_up.snapshot(10_010))
    recording.append(made_up.snapshot(10_020))
    assert recording.keyframe_steps[-2:].tolist() == [10_010, 10_020], "once it has caught up, all are kept again"
    recording.close()
    assert Recording.open(recording.path).keyframe_steps.tolist() == recording.keyframe_steps.tolist()


def test_losses_and_edits_are_never_left_out(create, made_up, tmp_path, stuck_disk) -> None:
    recording = create(tmp_path / "run.superviz")
    with stuck_disk(recording):
        made_up.record(recording, 0, 2_000)
    recording.close()
    opened = Recording.open(recording.path)
    assert opened.keyframe_count < 60
    np.testing.assert_array_equal(opened.losses.values, made_up.losses(0, 200))


def test_how_many_were_left_out_is_kept_and_added_to(create, made_up, tmp_path, stuck_disk) -> None:
    recording = create(tmp_path / "run.superviz")
    with stuck_disk(recording):
        made_up.record(recording, 0, 500)
    first = recording.thinned
    assert first > 0
    recording.close()
    opened = Recording.open(recording.path)
    assert opened.thinned == first
    assert thinned_in(recording.path) == [(str(first),)]
    resumed = opened.continued(tmp_path / "more.superviz")
    assert resumed.thinned == first
    with stuck_disk(resumed):
        made_up.record(resumed, 510, 1_000)
    assert resumed.thinned > first
    resumed.close()
    assert Recording.open(tmp_path / "more.superviz").thinned == resumed.thinned


def test_what_is_shown_goes_through_those_that_were_kept(create, made_up, tmp_path, stuck_disk) -> None:
    recording = create(tmp_path / "run.superviz")
    with stuck_disk(recording):
        made_up.record(recording, 0, 1_000)
        watched = [recording.moment(position, 1) for position in np.linspace(0, 1_000, 21)]
    recording.close()
    opened = Recording.open(recording.path)
    for moment in watched:
        found = opened.moment(moment.position, 1)
        assert found.W.tobytes() == moment.W.tobytes()
        assert found.trail.tobytes() == moment.trail.tobytes()


def test_of_what_can_never_be_written_some_are_kept_all_the_same(create, stuck_disk, monkeypatch) -> None:
    """Not one in 2^63, which no counter would come to."""
    monkeypatch.setattr(journal_module, "_SPARSEST", 10)
    recording = create()
    with stuck_disk(recording):
        journal = recording._journal
        journal.put(lambda: rows.meta_row("large", ""), size=10**6 * WAITING * KEYFRAME)
        assert sum(journal.takes_keyframe() for _ in range(4 * 2**10)) == 4
        assert recording.thinned == 4 * 2**10 - 4
