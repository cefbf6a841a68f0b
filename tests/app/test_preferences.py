"""Preferences: kept whole between starts; a damaged or unwritable file costs a default and a line in the log."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from superviz.app.log import LOG
from superviz.app.preferences import Preferences, PreferencesFile, preferences_path


class Lines(logging.Handler):
    """What is logged."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.said.append(record.getMessage())


@pytest.fixture
def logged() -> Iterator[list[str]]:
    handler = Lines()
    LOG.addHandler(handler)
    yield handler.said
    LOG.removeHandler(handler)


def test_they_are_there_at_the_next_start(tmp_path: Path) -> None:
    path = tmp_path / "new folder" / "preferences.json"
    kept = {
        "theme": "light",
        "text_scale": 1.3,
        "hidden_panels": frozenset({"strip"}),
        "shares": {"recipe": 1.25},
        "pace": 2000.0,
        "older_versions": 5,
        "recent": ("/a.superviz", "/b.toml"),
    }
    PreferencesFile(path).change(**kept)
    assert {name: getattr(PreferencesFile(path).now, name) for name in kept} == kept
    assert [file.name for file in path.parent.iterdir()] == ["preferences.json"], "nothing half-written is left"


def test_without_a_file_they_last_as_long_as_the_window(hermetic_folders: Path) -> None:
    preferences = PreferencesFile()
    preferences.change(theme="light")
    assert preferences.now.theme == "light"
    assert PreferencesFile().now == Preferences()
    assert list(hermetic_folders.iterdir()) == []


def test_they_lie_in_the_users_own_folder(hermetic_folders: Path) -> None:
    assert preferences_path().is_relative_to(hermetic_folders)


@pytest.mark.parametrize("text", ["", "{", "[1]", '"light"', "\x00\xff", "[" * 100_000, '{"theme": "li'])
def test_a_damaged_file_gives_the_defaults_and_one_line(tmp_path: Path, logged: list[str], text: str) -> None:
    path = tmp_path / "preferences.json"
    path.write_text(text, encoding="latin-1")
    preferences = PreferencesFile(path)
    assert preferences.now == Preferences()
    assert len(logged) == 1
    assert "preferences.json is damaged" in logged[0]
    preferences.change(theme="light")
    assert PreferencesFile(path).now.theme == "light", "it is mended by the next change"


def test_one_unfit_value_costs_only_itself(tmp_path: Path, logged: list[str]) -> None:
    path = tmp_path / "preferences.json"
    values = {"theme": "purple", "text_scale": 1e9, "pace": "fast", "shares": {"recipe": "wide"}, "older_versions": 7}
    path.write_text(json.dumps(values), encoding="utf-8")
    assert PreferencesFile(path).now == Preferences(older_versions=7)
    assert len(logged) == 1
    assert all(name in logged[0] for name in ("theme", "text_scale", "pace", "shares"))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@given(st.dictionaries(st.sampled_from([*Preferences.model_fields, "of a newer version"]), json_values))
def test_whatever_stands_in_the_file_is_survived(
    tmp_path_factory: pytest.TempPathFactory, values: dict[str, object]
) -> None:
    path = tmp_path_factory.mktemp("config") / "preferences.json"
    path.write_text(json.dumps(values), encoding="utf-8")
    preferences = PreferencesFile(path)
    preferences.change(older_versions=3)
    assert PreferencesFile(path).now == preferences.now


def test_what_another_window_has_changed_stays(tmp_path: Path) -> None:
    path = tmp_path / "preferences.json"
    one, other = PreferencesFile(path), PreferencesFile(path)
    one.change(theme="light")
    other.change(older_versions=9)
    one.change(text_scale=1.5)
    now = PreferencesFile(path).now
    assert (now.theme, now.older_versions, now.text_scale) == ("light", 9, 1.5)


def test_where_nothing_can_be_written_they_last_and_the_log_says_so_once(tmp_path: Path, logged: list[str]) -> None:
    (tmp_path / "in the way").write_text("a file, where a folder is wanted")
    preferences = PreferencesFile(tmp_path / "in the way" / "preferences.json")
    for scale in (1.1, 1.2, 1.3):
        preferences.change(text_scale=scale)
    assert preferences.now.text_scale == 1.3
    assert len(logged) == 1


def test_a_change_that_is_cut_short_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "preferences.json"
    PreferencesFile(path).change(theme="light")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", full)
        PreferencesFile(path).change(theme="dark")
    assert PreferencesFile(path).now.theme == "light"
    assert [file.name for file in tmp_path.iterdir()] == ["preferences.json"]


@pytest.mark.skipif(sys.platform == "win32", reason="such a name can't be had there")
def test_nothing_is_written_where_nothing_has_changed(tmp_path: Path) -> None:
    path = tmp_path / "preferences.json"
    preferences = PreferencesFile(path)
    preferences.change(theme="light")
    before = path.stat().st_ino
    preferences.change(theme="light")
    assert path.stat().st_ino == before
