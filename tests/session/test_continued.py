"""Going on from the last checkpoint: what came after it is made again."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from superviz.core.errors import SessionError
from superviz.core.snapshot import Edit
from superviz.session.recording import Recording


def rotations(path: Path) -> list[bytes]:
    with closing(sqlite3.connect(path)) as connection:
        return [blob for (blob,) in connection.execute("SELECT rotation FROM snapshot ORDER BY step")]


def test_a_continued_recording_goes_on_from_the_last_checkpoint(create, made_up, tmp_path, same_recordings) -> None:
    whole = made_up.record(create(tmp_path / "whole.superviz"), 0, 200)
    interrupted = made_up.record(create(tmp_path / "first.superviz"), 0, 100)
    for step in range(110, 150, 10):  # after the last checkpoint, and so made again
        interrupted.append_losses(made_up.losses(step // 10 - 1, step // 10))
        interrupted.append(made_up.snapshot(step))
    interrupted.append_edit(Edit(145, "learning_rate", 0.5))
    interrupted.close()
    opened = Recording.open(tmp_path / "first.superviz")
    for path in (None, tmp_path / "next.superviz"):
        resumed = opened.continued(path)
        assert resumed.path == path
        assert (resumed.live_step, resumed.keyframe_count, len(resumed.losses.values)) == (100, 11, 10)
        assert not resumed.edits
        made_up.record(resumed, 110, 200)
        resumed.close()
        same_recordings(resumed, whole)
    whole.close()
    assert rotations(tmp_path / "next.superviz") == rotations(tmp_path / "whole.superviz")
    assert opened.live_step == 140
    assert Recording.open(tmp_path / "first.superviz").live_step == 140


def test_edits_up_to_the_checkpoint_stay_in_force(create, made_up) -> None:
    recording = made_up.record(create(), 0, 100)
    recording.append_edit(Edit(100, "learning_rate", 0.01))
    recording.append_edit(Edit(101, "learning_rate", 0.02))
    resumed = recording.continued()
    assert [edit.step for edit in resumed.edits] == [100]
    assert resumed.experiment_at(100).learning_rate == 0.01
    assert resumed.experiment.learning_rate == recording.experiment.learning_rate
    resumed.close()


def test_without_a_checkpoint_it_begins_anew(create, made_up, tmp_path) -> None:
    recording = create()
    recording.append(made_up.snapshot(0))
    recording.append_losses(made_up.losses(0, 1))
    resumed = recording.continued(tmp_path / "next.superviz")
    assert (resumed.keyframe_count, len(resumed.losses.values), resumed.live_step) == (0, 0, 0)
    resumed.close()


def test_continuing_needs_force_to_replace_even_its_own_file(session_file, made_up) -> None:
    opened = Recording.open(session_file)
    with pytest.raises(SessionError, match="exists already"):
        opened.continued(session_file)
    resumed = opened.continued(session_file, force=True)
    made_up.record(resumed, 210, 250)
    resumed.close()
    assert Recording.open(session_file).live_step == 250


def test_the_live_head_of_a_killed_run_is_its_last_keyframe_or_checkpoint(create, made_up, tmp_path) -> None:
    recording = made_up.record(create(tmp_path / "run.superviz"), 0, 100)
    recording.append_losses(made_up.losses(10, 14))
    recording.show_live(made_up.snapshot(144))
    recording.flush()
    at_checkpoint = Recording.open(tmp_path / "run.superviz")
    assert at_checkpoint.live_step == 100
    assert len(at_checkpoint.losses.values) == 10, "no loss beyond the live head"
    recording.append(made_up.snapshot(140))
    recording.flush()
    at_keyframe = Recording.open(tmp_path / "run.superviz")
    assert at_keyframe.live_step == 140
    assert len(at_keyframe.losses.values) == 14
    recording.append_checkpoint(made_up.checkpoint(143))
    recording.flush()
    beyond = Recording.open(tmp_path / "run.superviz")
    assert [s.step for s in beyond.snapshots][-2:] == [140, 143]
