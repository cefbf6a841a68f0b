"""Damage anywhere in a file is found and told in one line, and never shown as a run."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from superviz.core.errors import SessionError
from superviz.session.recording import Recording
from superviz.session.timeline import TimelineReader


def change(path: Path, sql: str, *values: object) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(sql, values)


@pytest.mark.parametrize(
    ("sql", "line"),
    [
        ("UPDATE snapshot SET W = zeroblob(120) WHERE step = 200", "snapshot at step 200 doesn't match its checksum"),
        ("UPDATE snapshot SET step = -10 WHERE step = 50", "snapshot at step -10 is not of the experiment's shape"),
        ("UPDATE snapshot SET W = zeroblob(8) WHERE step = 50", "snapshot at step 50 is not of the experiment's shape"),
        ("UPDATE checkpoint SET mean_W = zeroblob(120)", "checkpoint at step 200 doesn't match its checksum"),
        ("UPDATE loss SET width = 2", "lacks the losses that follow step 0"),
        ("UPDATE meta SET value = 'x' WHERE key = 'origin'", "says its weights were 'x', which is none of trained,"),
        ("INSERT INTO bookmark VALUES (-1, '')", "bookmark: there is no step -1; give 0 or more"),
        ("INSERT INTO bookmark VALUES (1, 'two' || char(10) || 'lines')", "bookmark: its note has line breaks"),
        ("INSERT INTO bookmark VALUES (1, hex(zeroblob(101)))", "bookmark: a note of 202 characters"),
        ("DELETE FROM meta WHERE key = 'experiment'", "what it says of itself makes no sense: 'experiment'"),
        ("UPDATE meta SET value = 'not JSON' WHERE key = 'experiment'", "what it says of itself makes no sense"),
        ("UPDATE meta SET value = '[]' WHERE key = 'experiment'", "what it says of itself makes no sense"),
        ("UPDATE meta SET value = '7' WHERE key = 'versions'", "what it says of itself makes no sense"),
        ("UPDATE meta SET value = json_set(value, '$.n_hidden', -1) WHERE key = 'experiment'", "n_hidden"),
        ("UPDATE meta SET value = json_set(value, '$.n_hidden', 3) WHERE key = 'experiment'", "step 0 is not of"),
        ("UPDATE meta SET value = json_set(value, '$.n_hidden', 9e8) WHERE key = 'experiment'", "claims weights of"),
        ("INSERT INTO edit VALUES (1, 20, 'learning_rate', '-1')", "learning_rate"),
        ("INSERT INTO edit VALUES (1, 20, '__class__', '1')", "edit at step 20 changes __class__"),
        ("INSERT INTO edit VALUES (1, 20, 'learning_rate', 'nonsense')", "makes no sense"),
        ("UPDATE meta SET value = replace(value, '\"n_hidden\":2', '\"n_hidden\":Infinity')", "makes no sense"),
    ],
)
def test_damage_is_told_in_one_line_that_names_the_file_and_what_is_wrong(session_file, sql: str, line: str) -> None:
    change(session_file, sql)
    with pytest.raises(SessionError) as caught:
        Recording.open(session_file)
    assert str(caught.value).startswith(f"{session_file}: damaged: ")
    assert line in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("sql", "line"),
    [
        ("UPDATE snapshot SET W_out = NULL WHERE step = 50", "snapshot at step 50 is not of the experiment's shape"),
        (
            "UPDATE snapshot SET W_out = zeroblob(120) WHERE step = 200",
            "snapshot at step 200 doesn't match its checksum",
        ),
        ("UPDATE checkpoint SET W_out = mean_W_out", "checkpoint at step 200 doesn't match its checksum"),
        ("UPDATE loss SET test_means = means", "loss at first bucket 0 doesn't match its checksum"),
        ("UPDATE loss SET test_means = NULL", "loss at first bucket 0 is not of the experiment's shape"),
        ("UPDATE meta SET value = replace(value, 'absolute_value', 'relu_hidden')", "snapshot at step 0 is not of"),
        ("UPDATE meta SET value = replace(value, 'absolute_value', 'transformer')", "makes no sense: model: give"),
        ("UPDATE meta SET value = json_remove(value, '$.training_set') WHERE key = 'experiment'", "loss at first"),
        ("UPDATE meta SET value = '{' WHERE key = 'candidates'", "what it says of the seeds that were tried makes no"),
    ],
)
def test_damage_to_what_an_untied_model_has_besides(untied_file, sql: str, line: str) -> None:
    change(untied_file, sql)
    with pytest.raises(SessionError) as caught:
        Recording.open(untied_file)
    assert str(caught.value).startswith(f"{untied_file}: damaged: ")
    assert line in str(caught.value)
    assert "\n" not in str(caught.value)


def test_losses_that_are_missing_in_between_are_found(create, made_up, tmp_path) -> None:
    recording = create(tmp_path / "run.superviz")
    recording.append(made_up.snapshot(0))
    for first in (0, 5, 9):
        recording.append_losses(made_up.losses(first, first + 5 - first // 5))
        recording.flush()
    recording.close()
    change(recording.path, "DELETE FROM loss WHERE first_bucket = 5")
    with pytest.raises(SessionError, match=r"damaged: lacks the losses that follow step 50$"):
        Recording.open(recording.path)


class TestOneSnapshot:
    """Damaged in the midst of a file that is otherwise sound: no reason to hide the rest of the run."""

    @pytest.fixture
    def opened(self, session_file) -> Recording:
        change(session_file, "UPDATE snapshot SET W = zeroblob(120) WHERE step = 50")
        return Recording.open(session_file)

    def test_it_is_named_where_it_is_looked_at(self, opened, session_file) -> None:
        line = rf"^{session_file}: damaged: snapshot at step 50 doesn't match its checksum$"
        for look in (lambda: opened.snapshots[5], *(partial(opened.moment, at) for at in (40.1, 50, 59.9))):
            with pytest.raises(SessionError, match=line):
                look()

    def test_all_others_show(self, opened, made_up) -> None:
        assert (opened.keyframe_count, opened.live_step) == (21, 200)
        for index in set(range(21)) - {5}:
            step = 10 * index
            assert opened.snapshots[index].W.tobytes() == made_up.weights(step).tobytes()
            assert opened.moment(step).b.tobytes() == made_up.snapshot(step).b.tobytes()

    def test_trails_and_the_timeline_go_on(self, opened) -> None:
        trail = opened.moment(200, 1).trail
        assert len(trail) == 21
        assert np.array_equal(trail[5], trail[4])
        assert not np.array_equal(trail[6], trail[4])
        timeline = TimelineReader(opened, lambda W, *_: "Here").read(1)
        assert [(epoch.start, epoch.end, epoch.name) for epoch in timeline.epochs] == [(0, 200, "Here")]
        assert len(timeline.losses) == 20

    def test_it_is_copied_as_it_is_and_trained_on(self, opened, made_up, tmp_path) -> None:
        opened.save(tmp_path / "copy.superviz")
        resumed = opened.continued()
        made_up.record(resumed, 210, 250)
        assert resumed.moment(250).position == 250
        for recording in (Recording.open(tmp_path / "copy.superviz"), resumed):
            with pytest.raises(SessionError, match="snapshot at step 50 doesn't match its checksum"):
                recording.snapshots[5]
            assert recording.snapshots[6].W.tobytes() == made_up.weights(60).tobytes()
        resumed.close()


def test_a_run_does_not_go_on_from_a_damaged_keyframe(create, made_up, tmp_path) -> None:
    """The chain of gauges goes through the last one."""
    recording = made_up.record(create(tmp_path / "run.superviz"), 0, 100)
    recording.append(made_up.snapshot(110))
    recording.close()
    change(recording.path, "UPDATE snapshot SET W = zeroblob(120) WHERE step = 100")
    opened, threads = Recording.open(recording.path), threading.active_count()
    for path, name in ((None, "the session"), (tmp_path / "more.superviz", tmp_path / "more.superviz")):
        with pytest.raises(SessionError, match=rf"^{name}: damaged: snapshot at step 100 doesn't match its checksum$"):
            opened.continued(path)
    assert threading.active_count() == threads


@pytest.mark.parametrize(
    ("sql", "fault"),
    [
        ("UPDATE snapshot SET W = zeroblob(8)", "is not of the experiment's shape"),
        ("DELETE FROM snapshot", "is gone"),
    ],
)
def test_what_was_right_when_it_was_opened_is_looked_at_again(session_file, sql: str, fault: str) -> None:
    opened = Recording.open(session_file)
    change(session_file, f"{sql} WHERE step = 50")
    with pytest.raises(SessionError, match=rf"^{session_file}: damaged: snapshot at step 50 {fault}$"):
        opened.moment(50)
    assert opened.moment(60).position == 60


def test_experiments_nested_without_end_do_not_get_through(session_file) -> None:
    change(session_file, "UPDATE meta SET value = ? WHERE key = 'experiment'", "[" * 100_000)
    with pytest.raises(SessionError, match="makes no sense"):
        Recording.open(session_file)


def test_pages_overwritten_with_noise_are_told_in_one_line(session_file) -> None:
    content = bytearray(session_file.read_bytes())
    noise = np.random.default_rng(0).integers(0, 256, len(content) - 8192, dtype=np.uint8).tobytes()
    content[8192:] = noise
    session_file.write_bytes(content)
    with pytest.raises(SessionError, match=rf"^{session_file}: (damaged|can't be read): ") as caught:
        Recording.open(session_file)
    assert "\n" not in str(caught.value)


def test_a_session_cut_short_is_told_in_one_line(session_file) -> None:
    session_file.write_bytes(session_file.read_bytes()[:9000])
    with pytest.raises(SessionError, match=rf"^{session_file}: damaged: "):
        Recording.open(session_file)


@given(st.integers(100, 20_000), st.integers(1, 255))
@settings(max_examples=60, deadline=None)
def test_no_flipped_byte_goes_unnoticed_as_other_weights(watched_and_read, scratch, place: int, flip: int) -> None:
    """Wherever it lies, either the file is refused in one line or every number in it is what was recorded."""
    original, path = watched_and_read[0], scratch / "run.superviz"
    damaged = bytearray(original.path.read_bytes())
    damaged[place % len(damaged)] ^= flip
    path.write_bytes(damaged)
    steps = {s.step: s for s in original.snapshots}
    refusals: list[str] = []
    try:
        opened = Recording.open(path)
        for index in range(len(opened.snapshots)):
            try:
                snapshot = opened.snapshots[index]
                assert snapshot.W.tobytes() == steps[snapshot.step].W.tobytes()
            except SessionError as error:
                refusals.append(str(error))
        opened.close()
    except SessionError as error:
        refusals.append(str(error))
    assert not any("\n" in refusal for refusal in refusals)


@pytest.fixture(scope="module")
def scratch(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("damage")
