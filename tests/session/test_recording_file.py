"""A recording's file: everything comes back bit for bit, to superviz and to others; copies are whole."""

from __future__ import annotations

import gc
import json
import os
import platform
import shutil
import sqlite3
import threading
import time
import zlib
from contextlib import closing
from importlib import metadata
from pathlib import Path

import numpy as np
import pytest

from superviz.core.errors import SessionError
from superviz.core.snapshot import Edit
from superviz.session.display import DisplaySettings
from superviz.session.recording import Recording

needs_posix = pytest.mark.skipif(os.name == "nt", reason="a file that is open can't be replaced or removed there")


def rotations(path: Path) -> list[bytes]:
    with closing(sqlite3.connect(path)) as connection:
        return [blob for (blob,) in connection.execute("SELECT rotation FROM snapshot ORDER BY step")]


def change(path: Path, sql: str, *values: object) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(sql, values)


def test_a_closed_session_is_one_file_that_holds_everything(create, made_up, tmp_path, same_recordings) -> None:
    recording = create(tmp_path / "run.superviz", title="A run", display=DisplaySettings(theme="light"))
    made_up.record(recording, 0, 200)
    recording.append_edit(Edit(200, "importance", [1.0, 0.5, 0.5, 0.5, 0.25]))
    recording.close()
    assert list(tmp_path.iterdir()) == [tmp_path / "run.superviz"]
    opened = Recording.open(tmp_path / "run.superviz")
    same_recordings(opened, recording)
    assert opened.versions == recording.versions
    assert opened.display.theme == "light"
    checkpoint = opened.checkpoint
    assert checkpoint is not None
    for name in ("step", "parameters", "mean", "square", "loss_sum"):
        np.testing.assert_array_equal(getattr(checkpoint, name), getattr(made_up.checkpoint(200), name))


@pytest.mark.parametrize("look", [False, True])
def test_so_is_one_that_nothing_was_appended_to(create, tmp_path, look: bool) -> None:
    recording = create(tmp_path / "run.superviz")
    if look:
        Recording.open(recording.path).close()
    recording.close()
    assert list(tmp_path.iterdir()) == [tmp_path / "run.superviz"]
    assert not recording.is_being_written


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


def test_flush_acknowledges_what_was_appended(create, made_up, tmp_path, same_recordings) -> None:
    recording = made_up.record(create(tmp_path / "run.superviz"), 0, 200)
    recording.flush()
    assert len(rotations(tmp_path / "run.superviz")) == 21
    same_recordings(Recording.open(tmp_path / "run.superviz"), recording)


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
    before = set(threading.enumerate())
    recording = made_up.record(Recording.create(made_up.experiment, tmp_path / "run.superviz"), 0, 100)
    del recording
    gc.collect()
    assert not set(threading.enumerate()) - before  # others' may end meanwhile
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


def test_a_copy_is_saved_while_it_goes_on(create, made_up, tmp_path, same_recordings) -> None:
    for source in (create(), create(tmp_path / "run.superviz")):
        made_up.record(source, 0, 100)
        copy = tmp_path / f"copy{source.path is None}.superviz"
        source.save(str(copy))
        same_recordings(Recording.open(copy), source)
        made_up.record(source, 110, 150)
        assert Recording.open(copy).live_step == 100
        source.save(copy, force=True)
        assert Recording.open(copy).live_step == 150


def test_saving_needs_force_to_replace(session_file, create, made_up) -> None:
    recording = made_up.record(create(), 0, 50)
    before = session_file.read_bytes()
    with pytest.raises(SessionError, match="exists already; give another name, or replace it with --force"):
        recording.save(session_file)
    assert session_file.read_bytes() == before


def test_an_opened_and_a_closed_session_are_saved_too(session_file, create, made_up, tmp_path, same_recordings) -> None:
    opened = Recording.open(session_file)
    opened.save(tmp_path / "opened.superviz")
    closed = made_up.record(create(title="A run"), 0, 200)
    closed.close()
    closed.save(tmp_path / "closed.superviz")
    for name in ("opened", "closed"):
        same_recordings(Recording.open(tmp_path / f"{name}.superviz"), opened)


def test_an_opened_session_can_be_saved_onto_itself(session_file, same_recordings) -> None:
    opened = Recording.open(session_file)
    opened.display = DisplaySettings(theme="light")
    opened.save(session_file, force=True)
    again = Recording.open(session_file)
    assert again.display.theme == "light"
    same_recordings(again, opened)


@pytest.mark.parametrize("opened", [False, True])
def test_a_disk_that_is_full_is_that_of_the_copy(session_file, create, made_up, tmp_path, opened: bool) -> None:
    resource = pytest.importorskip("resource", reason="files can't be kept small here")
    source = Recording.open(session_file) if opened else made_up.record(create(), 0, 200)
    source.flush()
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (8192, before[1]))
    try:
        with pytest.raises(SessionError, match=rf"^{tmp_path / 'copy.superviz'}: can't be written: "):
            source.save(tmp_path / "copy.superviz")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert list(tmp_path.iterdir()) == [session_file]


def test_a_run_that_has_yet_to_begin_is_not_saved(create, tmp_path) -> None:
    with pytest.raises(SessionError, match=r"copy.superviz: not written: nothing is recorded yet$"):
        create().save(tmp_path / "copy.superviz")
    assert not (tmp_path / "copy.superviz").exists()


class TestReplaced:
    """Another program puts another run of the same shape where the one that is looked at lay."""

    @pytest.fixture(params=[pytest.param("moved there", marks=needs_posix), "written over it"])
    def opened(self, request: pytest.FixtureRequest, session_file: Path, create, made_up, tmp_path) -> Recording:
        opened = Recording.open(session_file)
        opened.moment(55)
        other = made_up.record(create(tmp_path / "other.superviz"), 0, 90)
        other.close()
        if request.param == "moved there":
            other.path.replace(session_file)
        else:
            shutil.copyfile(other.path, session_file)
        return opened

    def test_nothing_of_it_is_taken_for_what_was_opened(self, opened: Recording, tmp_path) -> None:
        ways = (
            lambda: opened.snapshots[15],
            lambda: opened.moment(155),
            opened.refresh,
            opened.copied,
            opened.continued,
            lambda: opened.save(tmp_path / "saved.superviz"),
            lambda: opened.copied(tmp_path / "copied.superviz"),
        )
        for way in ways:
            with pytest.raises(SessionError, match=r"run.superviz: holds another run by now: another program has repl"):
                way()
        assert not list(tmp_path.glob("*ed.superviz"))

    def test_it_is_seen_once_it_is_opened_again(self, opened: Recording) -> None:
        assert opened.path is not None
        assert Recording.open(opened.path).live_step == 90


@needs_posix
def test_a_longer_copy_of_the_same_run_may_take_its_place(create, made_up, tmp_path) -> None:
    running = made_up.record(create(), 0, 50)
    running.save(tmp_path / "run.superviz")
    opened = Recording.open(tmp_path / "run.superviz")
    made_up.record(running, 60, 200)
    running.save(tmp_path / "run.superviz", force=True)
    assert opened.refresh()
    assert opened.snapshots[15].W.tobytes() == made_up.weights(150).tobytes()


@needs_posix
def test_a_file_that_is_gone_can_be_looked_at_until_it_is_closed(session_file, made_up) -> None:
    opened = Recording.open(session_file)
    session_file.unlink()
    assert opened.snapshots[3].W.tobytes() == made_up.weights(30).tobytes()
    opened.close()
    with pytest.raises(SessionError, match="no such file"):
        opened.moment(25)


def test_a_source_that_went_away_is_named(session_file, tmp_path) -> None:
    opened = Recording.open(session_file)
    opened.close()
    session_file.unlink()
    with pytest.raises(SessionError, match=rf"^{session_file}: no such file$"):
        opened.save(tmp_path / "copy.superviz")
    with pytest.raises(SessionError, match=rf"^{session_file}: no such file$"):
        opened.moment(55)
    assert list(tmp_path.iterdir()) == []


def test_copies_taken_while_another_thread_appends_are_all_whole(create, made_up, tmp_path, same_recordings) -> None:
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
    same_recordings(Recording.open(tmp_path / "run.superviz"), recording)


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


def test_display_settings_are_made_to_fit_the_experiment(create) -> None:
    """As they are carried from a run with more instances and features."""
    carried = create(display=DisplaySettings(instance=7, pinned_feature=19, theme="light")).display
    assert (carried.instance, carried.pinned_feature, carried.theme) == (2, None, "light")
    kept = create(display=DisplaySettings(instance=1, pinned_feature=4)).display
    assert (kept.instance, kept.pinned_feature) == (1, 4)


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
