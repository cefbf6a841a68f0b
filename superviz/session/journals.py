"""Journals: the folder in which windows write their runs, and what those that died have left in it."""

from __future__ import annotations

import glob
import re
import secrets
import time
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from superviz.core.errors import SessionError
from superviz.session.display import DisplaySettings
from superviz.session.moment import Moment
from superviz.session.recording import Recording

BUDGET_BYTES = 2 * 2**30
"""What left journals may take of the disk together, once they have been offered back..."""
KEPT_DAYS = 30
"""...and for how long they are kept from then on. One that was never offered is never removed for its age or its size:
whatever the clock says, a run that was killed is there at the next start."""

Hold: TypeAlias = Callable[[Path], AbstractContextManager[bool]]
"""Holds a journal's lock for a while, and says whether it could: a window that lives keeps that of its own."""

_DAY = 86_400.0
_OFFERED = ".offered"
_BESIDE = ("-wal", "-shm", "-journal", _OFFERED)
_NAME = re.compile(
    r"\.?(?P<journal>.+\.superviz)(-wal|-shm|-journal|\.offered|\.lock|\.lock\.rmlock|\.[0-9a-f]{8}\.part)?"
)


@dataclass(frozen=True, eq=False, slots=True)
class LeftBehind:
    """The journal of a window that died."""

    path: Path
    title: str
    step: int
    """How far the run got."""
    age: float
    """Seconds since it was last written; 0 where the clock has been set back since."""
    display: DisplaySettings
    moment: Moment | None
    """Its last, for a picture."""
    fault: str = ""
    """Why it can't be read, in a line; then nothing else is known of it but its age."""


def new_journal(folder: Path) -> Path:
    """A name for a journal that no other has or had, whatever the clock says. Makes the folder; raises SessionError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SessionError(f"{folder}: can't be made: {error.strerror}; runs are journalled there") from None
    return folder / f"{time.strftime('%Y-%m-%d %H.%M.%S')} {secrets.token_hex(4)}.superviz"


def remove_journal(path: Path) -> None:
    """Be rid of a journal and of all that lies beside it, as far as the disk lets go of it."""
    building = path.parent.glob(f".{glob.escape(path.name)}.*.part")
    for file in (path, *(path.with_name(path.name + ending) for ending in _BESIDE), *building):
        with suppress(OSError):
            file.unlink(missing_ok=True)


def look_through(folder: Path, hold: Hold) -> list[LeftBehind]:
    """What windows that died left in `folder`, the newest first, and last what can't be read.

    Journals of windows that live are not touched.

    Removes what has not begun, what was half made, and of what has been offered before the oldest, where it is older
    than KEPT_DAYS or all together is over BUDGET_BYTES. A folder that isn't there, or can't be read, holds nothing.
    """
    found: list[LeftBehind] = []
    for path in _journals_in(folder):
        with hold(path) as held:
            if not held:
                continue
            left = _read(path) if path.exists() else None
            if left is None:
                remove_journal(path)
            else:
                found.append(left)
    found.sort(key=lambda left: left.age)
    _keep_within_budget(found, hold)
    return sorted(found, key=lambda left: bool(left.fault))


def note_offered(journals: Iterable[LeftBehind]) -> None:
    """Keep in mind that those were offered back today, where they were not before."""
    for left in journals:
        with suppress(OSError):
            left.path.with_name(left.path.name + _OFFERED).touch(exist_ok=False)


def is_work(recording: Recording) -> bool:
    """Whether it holds more than a start that was never trained from and that nothing was written on."""
    display = recording.display
    noted = recording.edits or recording.bookmarks or display.feature_names or display.feature_colors
    return bool(noted) or recording.live_step > 0 or recording.origin != "trained"


def _journals_in(folder: Path) -> list[Path]:
    """Every journal, and every one that something lies there of."""
    names: set[str] = set()
    with suppress(OSError):
        for file in folder.iterdir():
            if found := _NAME.fullmatch(file.name):
                names.add(found["journal"])
    return [folder / name for name in sorted(names)]


def _read(path: Path) -> LeftBehind | None:
    """None where it holds no work."""
    age = _seconds_since(path, path.with_name(path.name + "-wal"))
    try:
        recording = Recording.open(path)
        try:
            if recording.keyframe_count == 0 or not is_work(recording):
                return None
            display, step = recording.display, recording.live_step
            moment = recording.moment(step, display.instance)
            return LeftBehind(path, recording.title, step, age, display, moment)
        finally:
            recording.close()
    except SessionError as error:
        return LeftBehind(path, "", 0, age, DisplaySettings(), None, str(error).removeprefix(f"{path}: "))


def _keep_within_budget(found: list[LeftBehind], hold: Hold) -> None:
    """Takes out of `found`, newest first, what is removed."""
    size = sum(_size(left.path) for left in found)
    for left in reversed(found.copy()):
        offered = left.path.with_name(left.path.name + _OFFERED)
        if not offered.exists() or (size <= BUDGET_BYTES and _seconds_since(offered) <= KEPT_DAYS * _DAY):
            continue
        with hold(left.path) as held:
            if held:
                size -= _size(left.path)
                remove_journal(left.path)
                found.remove(left)


def _seconds_since(*files: Path) -> float:
    """Since the last of them was written."""
    written = [0.0]
    for file in files:
        with suppress(OSError):
            written.append(file.stat().st_mtime)
    return max(0.0, time.time() - max(written))


def _size(path: Path) -> int:
    size = 0
    for file in (path, path.with_name(path.name + "-wal")):
        with suppress(OSError):
            size += file.stat().st_size
    return size
