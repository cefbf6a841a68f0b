"""Following: keeps up with a session file that another program is writing."""

from __future__ import annotations

import time
from pathlib import Path

from superviz.session.recording import Recording
from superviz.session.versions import has_writer

_QUIET_SECONDS = 1.0
"""When nothing came for so long, it is looked whether anybody still writes; and again after as long."""


class Following:
    """A recording opened from a file that grows."""

    def __init__(self, recording: Recording, path: Path) -> None:
        self._recording, self._path = recording, path
        self._asked = time.monotonic()

    def look(self) -> str:
        """Take in what was written since; "" while the file is still being written, else a line on what became of it.

        Raises SessionError where what was written is damaged or gone.
        """
        if self._recording.refresh():
            self._asked = time.monotonic()
        elif not self._recording.is_being_written:
            return f"The writer has closed it: {self._snapshots()}"
        elif time.monotonic() - self._asked > _QUIET_SECONDS:
            self._asked = time.monotonic()
            if not has_writer(self._path):
                self._recording.refresh()
                return f"Nobody writes it any more: {self._snapshots()}"
        return ""

    def _snapshots(self) -> str:
        count = self._recording.keyframe_count
        return f"{count:,} snapshot{'' if count == 1 else 's'}"
