"""The folder of journals: what is offered back, what is cleaned up and when, whatever the clock says."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from superviz.core.errors import SessionError
from superviz.core.experiment import Experiment
from superviz.core.recipe import presets
from superviz.core.snapshot import Edit, Snapshot, frozen
from superviz.session import journals
from superviz.session.journals import (
    BUDGET_BYTES,
    KEPT_DAYS,
    LeftBehind,
    look_through,
    new_journal,
    note_offered,
    remove_journal,
)
from superviz.session.recording import Recording

DAY = 86_400.0


@contextmanager
def nobody(_path: Path) -> Generator[bool]:
    """Every window is dead."""
    yield True


def held(*living: Path) -> Callable[[Path], object]:
    @contextmanager
    def hold(path: Path) -> Generator[bool]:
        yield path not in living

    return hold


def make(folder: Path, experiment: Experiment, *, steps: int = 50, title: str = "mine", name: str = "") -> Path:
    """A journal as a killed window leaves it, less its log: two keyframes."""
    path = folder / f"{name or title}.superviz"
    recording = Recording.create(experiment, path, title=title)
    rng = np.random.default_rng(0)
    for step in sorted({0, steps}):
        W = frozen(rng.normal(size=(experiment.n_instances, experiment.n_hidden, experiment.n_features)))
        recording.append(Snapshot(step, W, frozen(np.zeros((experiment.n_instances, experiment.n_features)))))
    recording.close()
    return path


def written(path: Path, days_ago: float) -> Path:
    moment = time.time() - days_ago * DAY
    os.utime(path, (moment, moment))
    return path


def offered(path: Path, days_ago: float) -> None:
    mark = path.with_name(f"{path.name}.offered")
    mark.touch()
    written(mark, days_ago)


def names(found: list[LeftBehind]) -> list[str]:
    return [left.path.stem for left in found]


@pytest.fixture
def small() -> Experiment:
    return Experiment(n_features=3, n_hidden=2, seed=99)


def test_what_is_left_behind_is_told_with_all_that_a_card_shows(tmp_path: Path, small: Experiment) -> None:
    written(make(tmp_path, small, steps=8_200, title="pentagon"), 0.125)
    (left,) = look_through(tmp_path, nobody)
    assert (left.title, left.step, left.fault) == ("pentagon", 8_200, "")
    assert left.age == pytest.approx(3 * 3600, abs=60)
    assert left.moment is not None
    assert left.moment.W.shape == (1, 2, 3)
    assert left.moment.position == 8_200


def test_the_newest_comes_first_and_what_can_not_be_read_last(tmp_path: Path, small: Experiment) -> None:
    for name, days in (("old", 3.0), ("new", 0.0), ("middle", 1.0)):
        written(make(tmp_path, small, name=name), days)
    (tmp_path / "damaged.superviz").write_bytes(b"SQLite format 3\0 and then nothing")
    found = look_through(tmp_path, nobody)
    assert names(found) == ["new", "middle", "old", "damaged"]
    assert found[-1].fault == "no superviz session", "a card needs no path"
    assert (tmp_path / "damaged.superviz").exists()


def test_a_living_windows_journal_is_neither_offered_nor_touched(tmp_path: Path, small: Experiment) -> None:
    mine, theirs = make(tmp_path, small, name="mine"), make(tmp_path, small, steps=0, name="theirs")
    half = tmp_path / ".theirs.superviz.01234567.part"
    half.touch()
    assert names(look_through(tmp_path, held(theirs))) == ["mine"]  # type: ignore[arg-type]
    assert theirs.exists()
    assert half.exists(), "it is being made right now"
    assert look_through(tmp_path, held(mine, theirs)) == []  # type: ignore[arg-type]


def test_an_untouched_preset_is_offered_as_any_run_is(tmp_path: Path) -> None:
    recipe = presets()[0]
    make(tmp_path, recipe.experiment, title=recipe.title, name="trained")
    make(tmp_path, recipe.experiment, title=recipe.title, steps=0, name="at rest")
    assert names(look_through(tmp_path, nobody)) == ["trained"]
    assert not (tmp_path / "at rest.superviz").exists(), "nothing was lost with it"


def _edit(recording: Recording) -> None:
    recording.append_edit(Edit(10, "learning_rate", 0.002))


def _bookmark(recording: Recording) -> None:
    recording.bookmark(5, "here")


def _name(recording: Recording) -> None:
    recording.display = recording.display.model_copy(update={"feature_names": {0: "cats"}})


def _color(recording: Recording) -> None:
    recording.display = recording.display.model_copy(update={"feature_colors": {0: "#ff0000"}})


@pytest.mark.parametrize("change", [_edit, _bookmark, _name, _color])
def test_so_is_what_something_was_written_on_before_it_had_begun(
    tmp_path: Path, small: Experiment, change: Callable[[Recording], None]
) -> None:
    untouched = Recording.open(make(tmp_path, small, steps=0))
    copy = untouched.copied(tmp_path / "changed.superviz")
    change(copy)
    copy.close()
    assert names(look_through(tmp_path, nobody)) == ["changed"]


def test_weights_from_elsewhere_are_work(tmp_path: Path, small: Experiment) -> None:
    recording = Recording.create(small, tmp_path / "s.superviz", origin="streamed", described=False)
    recording.append(Snapshot(0, frozen(np.ones((1, 2, 3))), frozen(np.zeros((1, 3)))))
    recording.close()
    Recording.create(small, tmp_path / "empty.superviz", origin="streamed", described=False).close()
    assert names(look_through(tmp_path, nobody)) == ["s"]


def test_what_was_never_offered_is_never_removed(
    tmp_path: Path, small: Experiment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journals, "BUDGET_BYTES", 1)
    written(make(tmp_path, small, name="ancient"), 400.0)
    assert names(look_through(tmp_path, nobody)) == ["ancient"]


def test_what_was_offered_long_ago_goes(tmp_path: Path, small: Experiment) -> None:
    for name, days in (("old", KEPT_DAYS + 1.0), ("young", KEPT_DAYS - 1.0)):
        offered(make(tmp_path, small, name=name), days)
    assert names(look_through(tmp_path, nobody)) == ["young"]
    assert sorted(file.name for file in tmp_path.iterdir()) == ["young.superviz", "young.superviz.offered"]


def test_over_the_budget_the_oldest_that_were_offered_go(
    tmp_path: Path, small: Experiment, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = [written(make(tmp_path, small, name=name), days) for name, days in (("a", 3), ("b", 2), ("c", 1))]
    size = sum(path.stat().st_size for path in paths)
    for path in paths:
        offered(path, 0.5)
    monkeypatch.setattr(journals, "BUDGET_BYTES", size - 1)
    assert names(look_through(tmp_path, nobody)) == ["c", "b"]
    assert BUDGET_BYTES == 2 * 2**30


def test_one_that_a_window_takes_meanwhile_stays(
    tmp_path: Path, small: Experiment, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = make(tmp_path, small)
    offered(path, KEPT_DAYS + 1.0)
    asked: list[Path] = []

    @contextmanager
    def once(asked_of: Path) -> Generator[bool]:
        asked.append(asked_of)
        yield len(asked) == 1

    assert names(look_through(tmp_path, once)) == ["mine"]
    assert path.exists()


def test_a_clock_that_was_set_back_does_no_harm(tmp_path: Path, small: Experiment) -> None:
    path = written(make(tmp_path, small), -500.0)
    offered(path, -500.0)
    (left,) = look_through(tmp_path, nobody)
    assert left.age == 0.0
    assert path.exists()


def test_offering_is_noted_once(tmp_path: Path, small: Experiment) -> None:
    path = make(tmp_path, small)
    found = look_through(tmp_path, nobody)
    note_offered(found)
    mark = tmp_path / "mine.superviz.offered"
    written(mark, 5.0)
    before = mark.stat().st_mtime
    note_offered(found)
    assert mark.stat().st_mtime == before, "or it would be kept for ever"
    remove_journal(path)
    assert not list(tmp_path.iterdir())


def test_what_nobody_owns_is_swept_up(tmp_path: Path, small: Experiment) -> None:
    for name in (".gone.superviz.89abcdef.part", "gone.superviz-wal", "gone.superviz.offered", "gone.superviz-shm"):
        (tmp_path / name).touch()
    other = tmp_path / "notes.txt"
    other.touch()
    assert look_through(tmp_path, nobody) == []
    assert list(tmp_path.iterdir()) == [other]


def test_a_folder_that_is_not_there_holds_nothing(tmp_path: Path) -> None:
    assert look_through(tmp_path / "none", nobody) == []


def test_names_never_collide(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "strftime", lambda _: "1980-01-01 00.00.00")
    assert len({new_journal(tmp_path / "made") for _ in range(100)}) == 100
    assert (tmp_path / "made").is_dir()


def test_a_folder_that_can_not_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SessionError, match=r"can't be made: .*runs are journalled there"):
        new_journal(tmp_path / "file" / "journals")


def test_what_can_not_be_removed_is_left(tmp_path: Path, small: Experiment, monkeypatch: pytest.MonkeyPatch) -> None:
    path = make(tmp_path, small)

    def busy(_path: Path, missing_ok: bool = False) -> None:
        raise PermissionError("another program has it open")

    monkeypatch.setattr(Path, "unlink", busy)
    remove_journal(path)
    assert path.exists()
