"""What writes a session file: saving, beginning, going on, training; for disks that fail and power that is cut."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from sessions import record, recorded

from superviz.core.experiment import Experiment
from superviz.session.recording import Recording
from superviz.session.store import writing
from superviz.session.versions import keeping_older

FILE = "run.superviz"
FIRST_STEP, LAST_STEP, LAST_STEP_OF_ALL = 40, 80, 2040
"""What is there before goes up to the first, what is written then to the second; a long journal to the third."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """Something that writes a file."""

    name: str
    prepare: Callable[[Path, Experiment], None]
    """Puts what is there before into a folder."""
    act: Callable[[Path, Experiment], Callable[[], None]]
    """Makes ready, and returns what the fault is to happen in."""
    acknowledged: bool = False
    """What is written says itself how much of it must be found again."""
    last: int = LAST_STEP
    """The step that what is written goes up to."""


def nothing(folder: Path, experiment: Experiment) -> None:
    """No file of that name."""


def closed_session(folder: Path, experiment: Experiment) -> None:
    """A session that was saved before."""
    recorded(folder / FILE, "old", FIRST_STEP, experiment).close()


def unclosed_session(folder: Path, experiment: Experiment) -> None:
    """A session whose process was killed: part of it is in its log."""
    elsewhere = folder.parent / f"{folder.name}-being-written"
    elsewhere.mkdir()
    recording = recorded(elsewhere / FILE, "old", FIRST_STEP, experiment)
    recording.flush()
    for file in elsewhere.iterdir():
        shutil.copy(file, folder)
    recording.close()
    shutil.rmtree(elsewhere)


def save(folder: Path, experiment: Experiment) -> Callable[[], None]:
    """Save a run."""
    recording = recorded(None, "new", LAST_STEP, experiment)
    return lambda: recording.save(folder / FILE, force=True)


def save_keeping_older(folder: Path, experiment: Experiment) -> Callable[[], None]:
    """Save a run as the window does, which leaves what was there under another name."""
    recording = recorded(None, "new", LAST_STEP, experiment)

    def act() -> None:
        with keeping_older(folder / FILE):
            recording.save(folder / FILE, force=True)

    return act


def create(folder: Path, experiment: Experiment) -> Callable[[], None]:
    """Begin a run under that name."""
    return lambda: Recording.create(experiment, folder / FILE, title="new", force=True).flush()


def go_on(folder: Path, experiment: Experiment) -> Callable[[], None]:
    """Train on from another file, under that name."""
    recording = recorded(None, "new", LAST_STEP, experiment)
    return lambda: recording.continued(folder / FILE, force=True).flush()


def journal(folder: Path, experiment: Experiment, last: int = LAST_STEP) -> Callable[[], None]:
    """Train: rows, each time acknowledged in a file beside the folder, and at the end the closing."""
    recording = recorded(folder / FILE, "old", FIRST_STEP, experiment)
    recording.flush()

    def act() -> None:
        for step in range(FIRST_STEP + 10, last + 1, 10):
            record(recording, step, step)
            recording.flush()
            folder.with_suffix(".acknowledged").write_text(str(step))
        recording.close()

    return act


def overwrite(folder: Path, experiment: Experiment) -> Callable[[], None]:
    """As it should not be done: the new file's bytes in place of the old one's."""
    made = folder.with_suffix(".made")
    recorded(made, "new", LAST_STEP, experiment).close()
    new = made.read_bytes()

    def act() -> None:
        with writing(folder / FILE):
            (folder / FILE).write_bytes(new)

    return act


def rename_at_once(folder: Path, experiment: Experiment) -> Callable[[], None]:
    """As it should not be done: renamed before it has reached the disk."""
    made = folder.with_suffix(".made")
    recorded(made, "new", LAST_STEP, experiment).close()
    new = made.read_bytes()

    def act() -> None:
        with writing(folder / FILE):
            (folder / ".part").write_bytes(new)
            (folder / ".part").replace(folder / FILE)

    return act


_SAVE = Scenario("save over a session", closed_session, save)
_JOURNAL = Scenario("journal", nothing, journal, acknowledged=True)
QUICK = (_SAVE, _JOURNAL)
SCENARIOS = (
    *QUICK,
    Scenario("first save", nothing, save),
    Scenario("save, keeping the older one", closed_session, save_keeping_older),
    Scenario("save over one that was killed", unclosed_session, save),
    Scenario("a new run over a session", closed_session, create),
    Scenario("going on over a session", closed_session, go_on),
)
LONG_JOURNAL = Scenario(
    "long journal", nothing, partial(journal, last=LAST_STEP_OF_ALL), acknowledged=True, last=LAST_STEP_OF_ALL
)
"""So long that SQLite folds its log into the file several times."""
CARELESS = (
    Scenario("overwriting", closed_session, overwrite),
    Scenario("renaming at once", closed_session, rename_at_once),
)
"""What the tests of these tests are to find fault with."""
