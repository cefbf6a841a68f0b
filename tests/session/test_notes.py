"""What is noted of a run, its bookmarks, title, display and origin: kept at once, or until it is saved or copied."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from superviz.core.bookmark import Bookmark
from superviz.core.errors import SessionError
from superviz.session.display import DisplaySettings
from superviz.session.recording import Recording

Save = Callable[[Recording, Path], Recording]

WAYS: dict[str, Save] = {
    "copied": lambda recording, path: closed(recording.copied(path)),
    "continued": lambda recording, path: closed(recording.continued(path)),
    "saved": lambda recording, path: recording.save(path) or Recording.open(path),
}


def closed(recording: Recording) -> Recording:
    recording.close()
    assert recording.path is not None
    return Recording.open(recording.path)


def notes(recording: Recording) -> list[tuple[int, str]]:
    return [(bookmark.step, bookmark.note) for bookmark in recording.bookmarks]


def bookmarks_in(path: Path) -> list[tuple[int, str]]:
    """As another program finds them."""
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute("SELECT step, note FROM bookmark ORDER BY step").fetchall()


def test_bookmarks_are_kept_by_step_one_at_each(create, tmp_path) -> None:
    recording = create(tmp_path / "run.superviz")
    for step, note in ((200, "later"), (0, ""), (100, "wrong"), (100, "right")):
        recording.bookmark(step, note)
    assert notes(recording) == [(0, ""), (100, "right"), (200, "later")]
    recording.remove_bookmark(0)
    recording.remove_bookmark(77)
    recording.flush()
    assert notes(recording) == bookmarks_in(recording.path) == [(100, "right"), (200, "later")]
    assert notes(closed(recording)) == [(100, "right"), (200, "later")]


@given(st.lists(st.tuples(st.integers(0, 9), st.none() | st.sampled_from("abc")), max_size=20))
def test_bookmarks_are_as_of_a_dict(made_up, commands: list[tuple[int, str | None]]) -> None:
    recording, expected = Recording.create(made_up.experiment), {}
    for step, note in commands:
        if note is None:
            recording.remove_bookmark(step)
            expected.pop(step, None)
        else:
            recording.bookmark(step, note)
            expected[step] = note
    assert notes(recording) == sorted(expected.items())
    copy = recording.copied()
    assert notes(copy) == sorted(expected.items())
    recording.close()
    copy.close()


def test_what_can_be_no_bookmark_changes_nothing(create) -> None:
    recording = create()
    recording.bookmark(5, "five")
    revision = recording.revision
    for step, note in ((-1, ""), (5, "two\nlines"), (5, "x" * 201)):
        with pytest.raises(SessionError, match=r"^bookmark: "):
            recording.bookmark(step, note)
    assert recording.bookmarks == (Bookmark(5, "five"),)
    assert recording.revision == revision


def test_all_that_is_noted_raises_the_revision(create, session_file) -> None:
    for recording in (create(), Recording.open(session_file)):
        revisions = [recording.revision]
        for note in (
            lambda recording: recording.bookmark(5, "here"),
            lambda recording: recording.remove_bookmark(5),
            lambda recording: recording.rename("Other"),
        ):
            note(recording)
            revisions.append(recording.revision)
        assert revisions == sorted(set(revisions))


def test_a_running_session_keeps_its_title_at_once(create, tmp_path) -> None:
    recording = create(tmp_path / "run.superviz", title="Before")
    recording.rename("After")
    recording.flush()
    assert recording.title == Recording.open(recording.path).title == "After"


@pytest.mark.parametrize(
    ("title", "kept"), [("two\nlines ", "two lines"), ("half a \udcff", "half a ?"), ("a" * 99, "a" * 80)]
)
def test_a_title_is_what_fits_into_one_line(create, made_up, tmp_path, title: str, kept: str) -> None:
    named = create(tmp_path / "named.superviz", title=title)
    renamed = made_up.record(create(tmp_path / "renamed.superviz"), 0, 10)
    renamed.rename(title)
    for recording in (named, renamed):
        assert recording.title == kept
        recording.close()
        assert Recording.open(recording.path).title == kept


@pytest.mark.parametrize("way", WAYS)
def test_what_is_noted_of_an_opened_session_lasts_until_it_is_saved(session_file, tmp_path, way: str) -> None:
    before = session_file.read_bytes()
    opened = Recording.open(session_file)
    assert not opened.is_writable
    opened.bookmark(50, "a turn")
    opened.bookmark(60, "gone again")
    opened.remove_bookmark(60)
    opened.rename("Renamed")
    opened.display = DisplaySettings(zoom=3.0, feature_names={1: "second"})
    again = Recording.open(session_file)
    assert (notes(again), again.title, again.display) == ([], "A run", DisplaySettings())
    saved = WAYS[way](opened, tmp_path / "saved.superviz")
    assert (notes(saved), saved.title) == ([(50, "a turn")], "Renamed")
    assert (saved.display.zoom, saved.display.feature_names) == (3.0, {1: "second"})
    assert session_file.read_bytes() == before


@pytest.mark.parametrize("way", WAYS)
def test_bookmarks_that_were_taken_out_are_not_saved(create, made_up, tmp_path, way: str) -> None:
    recording = made_up.record(create(tmp_path / "run.superviz"), 0, 100)
    for step in (10, 20):
        recording.bookmark(step, str(step))
    opened = closed(recording)
    opened.remove_bookmark(10)
    saved = WAYS[way](opened, tmp_path / "saved.superviz")
    assert notes(saved) == [(20, "20")]
    assert bookmarks_in(tmp_path / "run.superviz") == [(10, "10"), (20, "20")]


@pytest.mark.parametrize("way", WAYS)
def test_a_closed_session_can_still_be_noted_on_and_saved(create, made_up, tmp_path, way: str) -> None:
    recording = made_up.record(create(tmp_path / "run.superviz"), 0, 100)
    assert recording.is_writable
    recording.close()
    assert not recording.is_writable
    recording.bookmark(50, "late")
    recording.rename("Late")
    recording.display = DisplaySettings(zoom=2.0)
    saved = WAYS[way](recording, tmp_path / "saved.superviz")
    assert (notes(saved), saved.title, saved.display.zoom) == ([(50, "late")], "Late", 2.0)
    assert notes(Recording.open(tmp_path / "run.superviz")) == []


def test_a_copy_is_all_of_it_and_a_run_continued_goes_back_to_its_checkpoint(create, made_up, tmp_path) -> None:
    recording = made_up.record(create(tmp_path / "run.superviz"), 0, 100)
    recording.append_losses(made_up.losses(10, 11))
    recording.append(made_up.snapshot(110))
    recording.bookmark(110, "beyond the checkpoint")
    opened = closed(recording)
    for source in (recording, opened):
        copy, resumed = source.copied(), source.continued()
        assert (copy.live_step, resumed.live_step) == (110, 100)
        assert (len(copy.losses.steps), len(resumed.losses.steps)) == (11, 10)
        assert notes(copy) == notes(resumed) == [(110, "beyond the checkpoint")], "training comes there again"
        for one in (copy, resumed):
            assert one.is_writable
            one.append(made_up.snapshot(120))
            one.close()
    assert opened.live_step == 110


def test_copies_need_force_to_replace(session_file, create, made_up) -> None:
    recording = made_up.record(create(), 0, 50)
    with pytest.raises(SessionError, match="exists already"):
        recording.copied(session_file)
    copy = recording.copied(session_file, force=True)
    assert copy.live_step == 50
    copy.close()


@pytest.mark.parametrize("origin", ["streamed", "imported"])
@pytest.mark.parametrize("described", [True, False])
def test_where_weights_come_from_stays_with_them(create, made_up, tmp_path, origin, described: bool) -> None:
    recording = create(tmp_path / "run.superviz", origin=origin, described=described, title="Theirs")
    recording.append(made_up.snapshot(0))
    copy = recording.copied()
    opened = closed(recording)
    for one in (recording, copy, opened):
        assert (one.origin, one.described, one.can_train) == (origin, described, False)
        assert one.moment(0).described == described
        with pytest.raises(SessionError, match=rf"^Theirs: its weights were {origin}: training can't go on$"):
            one.continued()
    copy.close()


def test_training_can_go_on_from_a_checkpoint_of_ours_alone(create, made_up) -> None:
    recording = create()
    recording.append(made_up.snapshot(0))
    assert (recording.origin, recording.described, recording.can_train) == ("trained", True, False)
    recording.append_checkpoint(made_up.checkpoint(5))
    assert recording.can_train


def test_a_file_is_being_written_until_it_is_closed(create, made_up, tmp_path) -> None:
    recording = made_up.record(create(tmp_path / "run.superviz"), 0, 50)
    recording.flush()
    opened = Recording.open(recording.path)
    assert recording.is_being_written
    assert opened.is_being_written
    opened.close()
    recording.close()
    assert not opened.is_being_written
    assert not create().is_being_written


def test_an_opened_session_that_is_closed_holds_no_file_until_it_is_looked_at(session_file, same_recordings) -> None:
    opened = Recording.open(session_file)
    opened.close()
    moved = session_file.rename(session_file.with_name("moved.superviz"))
    with pytest.raises(SessionError, match="no such file"):
        opened.moment(45)
    moved.rename(session_file)
    same_recordings(opened, Recording.open(session_file))
