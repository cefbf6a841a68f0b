"""Preferences: what the window keeps of a person's ways from one start to the next, in one small file.

It is JSON: pydantic checks each value as it is read, where QSettings hands back whatever stands in its ini file.
"""

from __future__ import annotations

import json
import secrets
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any, Literal

import platformdirs
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from superviz.app.log import LOG
from superviz.session.display import Theme
from superviz.session.versions import OLDER_VERSIONS

FLAT_OUT = "flat out"
MOST_RECENT = 10
"""Recent files that are kept."""
_MOST_BYTES = 2**20


class Preferences(BaseModel):
    """Frozen. Looks are those of new runs: a session that is opened brings its own."""

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)

    theme: Theme = "dark"
    text_scale: Annotated[float, Field(ge=0.8, le=2.0)] = 1.0
    hidden_panels: frozenset[str] = frozenset()
    shares: dict[str, Annotated[float, Field(gt=0)]] = {}
    """Sizes of panels that were dragged, as parts of those they were drawn with."""
    place: str = ""
    """Where the window stands, how large it is and whether maximised: QWidget.saveGeometry in base 64."""
    pace: Annotated[float, Field(gt=0)] | Literal["flat out"] | None = None
    """Steps a second; None for what each recipe is best watched at."""
    folder: str = ""
    """Where a file was last opened or saved."""
    older_versions: Annotated[int, Field(ge=0, le=99)] = OLDER_VERSIONS
    """How many of the versions that saves replace are kept beside the file."""
    recent: Annotated[tuple[str, ...], Field(max_length=MOST_RECENT)] = ()
    """Paths of the files opened and saved last, the newest first."""


def preferences_path() -> Path:
    """Where this person's preferences lie."""
    return Path(platformdirs.user_config_dir("superviz", appauthor=False)) / "preferences.json"


class PreferencesFile:
    """Preferences and their file; without a `path` they are kept for as long as the window is open.

    Nothing here raises: what can't be read is as it is by default, what can't be written is forgotten at the end.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._told = False
        self.now = self._read(Preferences())
        """As they were last read or changed here."""

    def change(self, **changes: object) -> None:
        """Keep those; what another window has changed in the file meanwhile stays, where it isn't the same."""
        before = self._read(self.now)
        self.now = Preferences.model_validate({**before.model_dump(), **changes})
        if self._path is not None and self.now != before:
            self._write(self._path)

    def _read(self, otherwise: Preferences) -> Preferences:
        if self._path is None:
            return otherwise
        try:
            with self._path.open("rb") as file:
                values = json.loads(file.read(_MOST_BYTES))
        except FileNotFoundError:
            return otherwise
        except OSError as error:
            self._tell(f"can't be read: {error.strerror or error}")
            return otherwise
        except (ValueError, RecursionError):
            values = None
        if not isinstance(values, dict):
            self._tell("is damaged; the defaults are used")
            return otherwise
        return self._checked(values)

    def _checked(self, values: dict[str, Any]) -> Preferences:
        try:
            return Preferences.model_validate_json(json.dumps(values))
        except ValidationError as error:
            damaged = {str(fault["loc"][0]) for fault in error.errors(include_url=False)}
            self._tell(f"has unfit values for {', '.join(sorted(damaged))}; the defaults are used")
            return Preferences.model_validate_json(json.dumps({k: v for k, v in values.items() if k not in damaged}))

    def _write(self, path: Path) -> None:
        """Whole or not at all. Nothing waits for the disk here: the window would, and what may be lost is small."""
        part = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            part.write_text(self.now.model_dump_json(indent=2) + "\n", encoding="utf-8")
            part.replace(path)
        except OSError as error:
            with suppress(OSError):
                part.unlink(missing_ok=True)
            self._tell(f"can't be written: {error.strerror or error}")
        else:
            self._told = False

    def _tell(self, fault: str) -> None:
        """Once, and not at every change from then on."""
        if not self._told:
            self._told = True
            LOG.warning("%s %s", self._path, fault)
