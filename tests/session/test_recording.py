"""A recording: what is appended is seen at once, kept, and comes back from its file bit for bit."""

from __future__ import annotations

import gc
import json
import platform
import sqlite3
import threading
import time
import zlib
from contextlib import closing
from importlib import metadata
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from superviz.core.errors import RecipeError, SessionError
from superviz.core.snapshot import Edit, Snapshot, SnapshotSink, frozen
from superviz.session.display import DisplaySettings
from superviz.session.recording import Recording

POSITIONS = (0, 3.3, 10, 50, 57.25, 199.9, 200)


def assert_same_moments(one: Recording, other: Recording, positions=POSITIONS) -> None:
    for position in positions:
        for instance in (0, 2):
            a, b = one.moment(position, instance), other.moment(position, instance)
            assert a.position == b.position
            assert a.experiment == b.experiment
            for name in ("W", "b", "loss", "trail"):
                assert getattr(a, name).tobytes() == getattr(b, name).tobytes(), (position, name)


def assert_same_recordings(one: Recording, other: Recording) -> None:
    assert (one.experiment, one.title, one.backend) == (other.experiment, other.title, other.backend)
    assert one.keyframe_count == other.keyframe_count
    assert one.live_step == other.live_step
    assert list(one.edits) == list(other.edits)
    np.testing.assert_array_equal(one.losses.steps, other.losses.steps)
    np.testing.assert_array_equal(one.losses.values, other.losses.values)
    assert [s.step for s in one.snapshots] == [s.step for s in other.snapshots]
    for a, b in zip(one.snapshots, other.snapshots, strict=True):
        assert a.W.tobytes() == b.W.tobytes()
        assert a.b.tobytes() == b.b.tobytes()
    assert_same_moments(one, other)


def rotations(path: Path) -> list[bytes]:
    with closing(sqlite3.connect(path)) as connection:
        return [blob for (blob,) in connection.execute("SELECT rotation FROM snapshot ORDER BY step")]


def change(path: Path, sql: str, *values: object) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(sql, values)


# What is appended is there.


def test_a_recording_is_a_sink(create) -> None:
    sink: SnapshotSink = create()
    assert isinstance(sink, Recording)


def test_a_new_recording_is_empty_and_says_so(create, made_up, tmp_path) -> None:
    recording = create(tmp_path / "run.superviz", title="A run", backend="torch")
    assert recording.experiment == made_up.experiment
    assert (recording.title, recording.backend, recording.path) == ("A run", "torch", tmp_path / "run.superviz")
    assert (recording.keyframe_count, recording.live_step, recording.revision) == (0, 0, 0)
    assert recording.last_keyframe is recording.checkpoint is None
    assert len(recording.snapshots) == len(recording.edits) == len(recording.losses.values) == 0
    with pytest.raises(SessionError, match=r"run.superviz: nothing is recorded in it yet"):
        recording.moment(0)
    recording.show_live(made_up.snapshot(5))
    assert recording.snapshots[-1].step == 5
    with pytest.raises(SessionError, match="nothing is recorded"):
        recording.moment(0)


def test_what_is_appended_is_seen_at_once(create, made_up) -> None:
    recording = create()
    recording.append(made_up.snapshot(0))
    recording.append_losses(made_up.losses(0, 2))
    recording.append(made_up.snapshot(20))
    recording.append_edit(Edit(20, "learning_rate", 0.01))
    recording.append_checkpoint(made_up.checkpoint(25))
    recording.show_live(made_up.snapshot(27))
    assert recording.keyframe_count == 2
    assert recording.last_keyframe is not None
    assert recording.last_keyframe.step == 20
    assert recording.live_step == 27
    assert [s.step for s in recording.snapshots] == [0, 20, 27]
    np.testing.assert_array_equal(recording.losses.steps, [10, 20])
    assert recording.checkpoint is not None
    assert recording.checkpoint.step == 25
    assert recording.experiment_at(19.9) == recording.experiment
    assert recording.experiment_at(20).learning_rate == 0.01


def test_the_revision_grows_with_everything_appended(create, made_up) -> None:
    recording = create()
    revisions = [recording.revision]
    for append in (
        lambda: recording.append(made_up.snapshot(0)),
        lambda: recording.append_losses(made_up.losses(0, 1)),
        lambda: recording.append_edit(Edit(10, "learning_rate", 0.01)),
        lambda: recording.append_checkpoint(made_up.checkpoint(10)),
        lambda: recording.show_live(made_up.snapshot(12)),
    ):
        append()
        revisions.append(recording.revision)
    assert revisions == sorted(set(revisions))


def test_the_live_head_never_goes_back(create, made_up) -> None:
    recording = create()
    recording.append(made_up.snapshot(0))
    recording.show_live(made_up.snapshot(30))
    recording.append(made_up.snapshot(20))
    recording.append_checkpoint(made_up.checkpoint(25))
    assert recording.live_step == 30


def test_an_edit_that_does_not_fit_is_not_recorded(create, tmp_path) -> None:
    recording = create(tmp_path / "run.superviz")
    with pytest.raises(RecipeError):
        recording.append_edit(Edit(10, "feature_probability", [0.5]))
    recording.close()
    assert not Recording.open(tmp_path / "run.superviz").edits


# Moments.


def test_a_moment_is_held_to_what_was_recorded(create, made_up) -> None:
    recording = made_up.record(create(), 50, 100)
    recording.show_live(made_up.snapshot(104))
    for asked, given_ in ((-10, 50), (0, 50), (77.5, 77.5), (104, 104), (1e12, 104)):
        moment = recording.moment(asked, 1)
        assert moment.position == given_
        assert moment.trail_instance == 1
        assert moment.W.shape == (3, 2, 5)
        assert moment.b.shape == (3, 5)
        np.testing.assert_array_equal(moment.trail[-1], moment.W[1])


def test_a_moment_shows_the_very_weights_but_for_a_rotation(create, made_up) -> None:
    recording = made_up.record(create(), 0, 100)
    for step in (0, 40, 100):
        shown, raw = recording.moment(step).W, made_up.weights(step)
        gram = np.einsum("ihf,ihg->ifg", raw, raw)
        np.testing.assert_allclose(np.einsum("ihf,ihg->ifg", shown, shown), gram, atol=1e-5)


def test_a_moment_carries_the_experiment_and_the_loss_of_its_position(create, made_up) -> None:
    recording = made_up.record(create(), 0, 100)
    recording.append_edit(Edit(100, "feature_probability", 0.5))
    assert np.isnan(recording.moment(9.9).loss).all()
    np.testing.assert_allclose(recording.moment(35).loss, made_up.losses(2, 3)[0])
    assert recording.moment(99).experiment.feature_probability == made_up.experiment.feature_probability
    assert recording.moment(100).experiment.feature_probability == 0.5


@given(st.lists(st.floats(-5, 210), min_size=2, max_size=12))
@settings(max_examples=30, deadline=None)
def test_a_moment_is_the_same_however_it_was_reached(session_parts, visits: list[float]) -> None:
    recording, fresh = session_parts
    target = visits[-1]
    for position in visits:
        moment = recording.moment(position, 1)
    expected = fresh.moment(target, 1)
    assert moment.W.tobytes() == expected.W.tobytes()
    assert moment.trail.tobytes() == expected.trail.tobytes()


@pytest.fixture(scope="module")
def session_parts(tmp_path_factory, made_up):
    """A recording that was watched while it grew, and the same read from its file."""
    path = tmp_path_factory.mktemp("parts") / "run.superviz"
    recording = Recording.create(made_up.experiment, path)
    for step in range(0, 200, 10):
        recording.append(made_up.snapshot(step))
        recording.show_live(made_up.snapshot(step + 3))
        recording.moment(step + 2)
    recording.append_checkpoint(made_up.checkpoint(204))
    recording.close()
    return recording, Recording.open(path)


# The file.


def test_a_closed_session_is_one_file_that_holds_everything(create, made_up, tmp_path) -> None:
    recording = create(tmp_path / "run.superviz", title="A run", display=DisplaySettings(theme="light"))
    made_up.record(recording, 0, 200)
    recording.append_edit(Edit(200, "importance", [1.0, 0.5, 0.5, 0.5, 0.25]))
    recording.close()
    assert list(tmp_path.iterdir()) == [tmp_path / "run.superviz"]
    opened = Recording.open(tmp_path / "run.superviz")
    assert_same_recordings(opened, recording)
    assert opened.versions == recording.versions
    assert opened.display.theme == "light"
    checkpoint = opened.checkpoint
    assert checkpoint is not None
    for name in ("step", "W", "b", "mean_W", "mean_b", "square_W", "square_b", "loss_sum"):
        np.testing.assert_array_equal(getattr(checkpoint, name), getattr(made_up.checkpoint(200), name))


def test_what_it_was_made_with_is_kept(session_file) -> None:
    versions = Recording.open(session_file).versions
    assert versions["python"] == platform.python_version()
    assert versions["numpy"] == np.__version__
    assert versions["numba"] == metadata.version("numba")


def test_another_reader_finds_the_weights(session_file, made_up) -> None:
    """With nothing but SQLite and numpy, from what the format promises."""
    with closing(sqlite3.connect(f"file:{session_file}?mode=ro", uri=True)) as connection:
        experiment = json.loads(connection.execute("SELECT value FROM meta WHERE key = 'experiment'").fetchone()[0])
        shape = experiment["n_instances"], experiment["n_hidden"], experiment["n_features"]
        rows = connection.execute("SELECT step, W, b, rotation, checksum FROM snapshot ORDER BY step").fetchall()
        losses = connection.execute("SELECT means FROM loss ORDER BY first_bucket").fetchall()
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("delete",)
    assert [row[0] for row in rows] == list(range(0, 201, 10))
    for step, W, b, rotation, checksum in rows:
        np.testing.assert_array_equal(np.frombuffer(W, "<f4").reshape(shape), made_up.weights(step))
        assert checksum == zlib.crc32(step.to_bytes(8, "little") + W + b + rotation)
    means = np.frombuffer(b"".join(blob for (blob,) in losses), "<f4").reshape(-1, shape[0])
    np.testing.assert_array_equal(means, made_up.losses(0, 20))


def test_flush_acknowledges_what_was_appended(create, made_up, tmp_path) -> None:
    recording = made_up.record(create(tmp_path / "run.superviz"), 0, 200)
    recording.flush()
    assert len(rotations(tmp_path / "run.superviz")) == 21
    assert_same_recordings(Recording.open(tmp_path / "run.superviz"), recording)


def test_an_opened_session_is_to_be_looked_at(session_file, made_up) -> None:
    opened = Recording.open(str(session_file))
    before = session_file.read_bytes()
    line = r"run.superviz: opened to be looked at; to train on, make a copy with continued\(\)$"
    with pytest.raises(SessionError, match=line):
        opened.append(made_up.snapshot(210))
    with pytest.raises(SessionError, match=line):
        opened.append_losses(made_up.losses(20, 21))
    assert opened.keyframe_count == 21
    opened.flush()
    opened.tell_of_faults(print)
    opened.close()
    assert session_file.read_bytes() == before


def test_a_closed_recording_takes_nothing_more_but_can_be_looked_at(create, made_up, tmp_path) -> None:
    recording = made_up.record(create(tmp_path / "run.superviz"), 0, 100)
    recording.close()
    recording.close()
    recording.flush()
    with pytest.raises(SessionError, match="closed; nothing more is recorded"):
        recording.append_losses(made_up.losses(10, 11))
    assert recording.moment(50).position == 50


def test_a_recording_that_is_dropped_closes_its_file(made_up, tmp_path) -> None:
    before = threading.active_count()
    recording = made_up.record(Recording.create(made_up.experiment, tmp_path / "run.superviz"), 0, 100)
    del recording
    gc.collect()
    assert threading.active_count() == before
    assert list(tmp_path.iterdir()) == [tmp_path / "run.superviz"]
    assert Recording.open(tmp_path / "run.superviz").live_step == 100


def test_faults_of_the_disk_are_told(create, made_up, tmp_path) -> None:
    recording, told = create(tmp_path / "run.superviz"), []
    recording.tell_of_faults(told.append)
    recording.append(made_up.snapshot(10))
    recording.append(made_up.snapshot(10))  # a keyframe twice is no disk's fault, but comes the same way
    with pytest.raises(SessionError, match=r"run.superviz: can't be written: UNIQUE constraint failed") as caught:
        recording.flush()
    assert told == [caught.value]
    with pytest.raises(SessionError):
        recording.close()


# Save.


def test_a_copy_is_saved_while_it_goes_on(create, made_up, tmp_path) -> None:
    for source in (create(), create(tmp_path / "run.superviz")):
        made_up.record(source, 0, 100)
        copy = tmp_path / f"copy{source.path is None}.superviz"
        source.save(str(copy))
        assert_same_recordings(Recording.open(copy), source)
        made_up.record(source, 110, 150)
        assert Recording.open(copy).live_step == 100
        source.save(copy, force=True)
        assert Recording.open(copy).live_step == 150


def test_saving_needs_force_to_replace(session_file, create, made_up) -> None:
    recording = made_up.record(create(), 0, 50)
    before = session_file.read_bytes()
    with pytest.raises(SessionError, match="exists already; give another name or --force"):
        recording.save(session_file)
    assert session_file.read_bytes() == before


def test_an_opened_and_a_closed_session_are_saved_too(session_file, create, made_up, tmp_path) -> None:
    opened = Recording.open(session_file)
    opened.save(tmp_path / "opened.superviz")
    closed = made_up.record(create(), 0, 200)
    closed.close()
    closed.save(tmp_path / "closed.superviz")
    for name in ("opened", "closed"):
        assert_same_moments(Recording.open(tmp_path / f"{name}.superviz"), opened)


def test_an_opened_session_can_be_saved_onto_itself(session_file) -> None:
    opened = Recording.open(session_file)
    opened.display = DisplaySettings(theme="light")
    opened.save(session_file, force=True)
    again = Recording.open(session_file)
    assert again.display.theme == "light"
    assert_same_recordings(again, opened)


def test_a_source_that_went_away_is_named(session_file, tmp_path) -> None:
    opened = Recording.open(session_file)
    session_file.unlink()
    with pytest.raises(SessionError, match=r"run.superviz: no such file"):
        opened.save(tmp_path / "copy.superviz")
    assert list(tmp_path.iterdir()) == []


def test_copies_taken_while_another_thread_appends_are_all_whole(create, made_up, tmp_path) -> None:
    recording = create(tmp_path / "run.superviz")
    recording.append(made_up.snapshot(0))
    stop = threading.Event()

    def append() -> None:
        step = 10
        while not stop.is_set():
            recording.append_losses(made_up.losses(step // 10 - 1, step // 10))
            recording.append(made_up.snapshot(step))
            step += 10
            time.sleep(0.0005)

    thread = threading.Thread(target=append)
    thread.start()
    try:
        counts = []
        for i in range(6):
            recording.save(tmp_path / "copy.superviz", force=i > 0)
            copy = Recording.open(tmp_path / "copy.superviz")
            assert [s.step for s in copy.snapshots] == list(range(0, 10 * len(copy.snapshots), 10))
            assert copy.losses.values.shape[0] == copy.live_step // 10
            counts.append(copy.keyframe_count)
    finally:
        stop.set()
        thread.join()
    assert counts == sorted(counts)
    assert counts[0] < counts[-1]
    recording.close()
    assert_same_recordings(Recording.open(tmp_path / "run.superviz"), recording)


def test_readers_on_other_threads_never_see_half(create, made_up) -> None:
    recording = create()
    recording.append(made_up.snapshot(0))
    faults: list[object] = []
    stop = threading.Event()

    def read() -> None:
        try:
            while not stop.is_set():
                moment = recording.moment(recording.live_step, 1)
                snapshots = recording.snapshots
                losses = recording.losses
                if snapshots[-1].step < snapshots[0].step or len(losses.steps) != len(losses.values):
                    faults.append("half")
                if not np.isfinite(moment.W).all() or not np.array_equal(moment.trail[-1], moment.W[1]):
                    faults.append(moment)
        except Exception as error:
            faults.append(error)

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    for step in range(5, 4000, 5):
        recording.append_losses(made_up.losses(step // 5 - 1, step // 5))
        recording.show_live(made_up.snapshot(step))
        if step % 10 == 0:
            recording.append(made_up.snapshot(step))
    stop.set()
    for reader in readers:
        reader.join()
    assert not faults


# Continuing.


def test_a_continued_recording_goes_on_from_the_last_checkpoint(create, made_up, tmp_path) -> None:
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
        assert_same_recordings(resumed, whole)
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


# How it is looked at.


def test_display_settings_are_kept(create, made_up, tmp_path) -> None:
    recording = made_up.record(create(tmp_path / "run.superviz"), 0, 10)
    recording.display = DisplaySettings(theme="light", instance=2, hidden_panels=frozenset({"neurons"}))
    recording.save(tmp_path / "copy.superviz")
    recording.close()
    recording.display = DisplaySettings(zoom=2.0)
    assert recording.display.zoom == 2.0
    for name in ("run", "copy"):
        display = Recording.open(tmp_path / f"{name}.superviz").display
        assert (display.theme, display.instance, display.hidden_panels) == ("light", 2, {"neurons"})
    assert Recording.open(tmp_path / "run.superviz").continued().display.instance == 2


def test_an_opened_session_keeps_display_settings_once_it_is_saved(session_file, tmp_path) -> None:
    opened = Recording.open(session_file)
    opened.display = DisplaySettings(zoom=3.0)
    assert Recording.open(session_file).display.zoom == 1.0
    opened.save(tmp_path / "copy.superviz")
    assert Recording.open(tmp_path / "copy.superviz").display.zoom == 3.0


@pytest.mark.parametrize("sql", ["UPDATE display SET settings = '{\"zoom\": 99}'", "DELETE FROM display"])
def test_display_settings_that_can_not_be_read_do_not_hide_the_run(session_file, sql: str) -> None:
    change(session_file, sql)
    opened = Recording.open(session_file)
    assert opened.display == DisplaySettings()
    assert opened.live_step == 200


# Damage.


@pytest.mark.parametrize(
    ("sql", "line"),
    [
        ("UPDATE snapshot SET W = zeroblob(120) WHERE step = 50", "snapshot at step 50 doesn't match its checksum"),
        ("UPDATE snapshot SET W = zeroblob(8) WHERE step = 50", "snapshot at step 50 is not of the experiment's shape"),
        ("UPDATE checkpoint SET mean_W = zeroblob(120)", "checkpoint at step 200 doesn't match its checksum"),
        ("DELETE FROM loss WHERE first_bucket = 5", "lacks the losses that follow step 50"),
        ("DELETE FROM meta WHERE key = 'experiment'", "what it says of itself makes no sense: 'experiment'"),
        ("UPDATE meta SET value = 'not JSON' WHERE key = 'experiment'", "what it says of itself makes no sense"),
        ("UPDATE meta SET value = '[]' WHERE key = 'experiment'", "what it says of itself makes no sense"),
        ("UPDATE meta SET value = '7' WHERE key = 'versions'", "what it says of itself makes no sense"),
        ("UPDATE meta SET value = json_set(value, '$.n_hidden', -1) WHERE key = 'experiment'", "n_hidden"),
        ("UPDATE meta SET value = json_set(value, '$.n_hidden', 3) WHERE key = 'experiment'", "snapshot at step 0 is not"),
        ("UPDATE meta SET value = json_set(value, '$.n_hidden', 9e8) WHERE key = 'experiment'", "claims weights of"),
        ("INSERT INTO edit VALUES (1, 20, 'learning_rate', '-1')", "learning_rate"),
        ("INSERT INTO edit VALUES (1, 20, '__class__', '1')", "__class__"),
    ],
)
def test_damage_is_told_in_one_line_that_names_the_file_and_what_is_wrong(session_file, sql: str, line: str) -> None:
    change(session_file, sql)
    with pytest.raises(SessionError) as caught:
        Recording.open(session_file)
    assert str(caught.value).startswith(f"{session_file}: damaged: ")
    assert line in str(caught.value)
    assert "\n" not in str(caught.value)


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
def test_no_flipped_byte_goes_unnoticed_as_other_weights(session_bytes, place: int, flip: int) -> None:
    """Wherever it lies, either the file is refused in one line or every number in it is what was recorded."""
    path, content, original = session_bytes
    damaged = bytearray(content)
    damaged[place % len(content)] ^= flip
    path.write_bytes(damaged)
    refusal, snapshots = "", []
    try:
        snapshots = list(Recording.open(path).snapshots)
    except SessionError as error:
        refusal = str(error)
    assert "\n" not in refusal
    steps = {s.step: s for s in original.snapshots}
    for snapshot in snapshots:
        assert snapshot.W.tobytes() == steps[snapshot.step].W.tobytes()


@pytest.fixture(scope="module")
def session_bytes(session_parts, tmp_path_factory):
    recording, _ = session_parts
    path = tmp_path_factory.mktemp("damage") / "run.superviz"
    return path, recording.path.read_bytes(), recording


def test_snapshots_given_to_it_are_shared_not_copied(create) -> None:
    snapshot = Snapshot(0, frozen(np.zeros((3, 2, 5))), frozen(np.zeros((3, 5))))
    recording = create()
    recording.append(snapshot)
    assert recording.snapshots[0] is snapshot
