"""Damage anywhere in a file is found and told in one line, and never shown as a run."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from superviz.core.errors import SessionError
from superviz.session.recording import Recording


def change(path: Path, sql: str, *values: object) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(sql, values)


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
        ("UPDATE snapshot SET W_out = zeroblob(120) WHERE step = 50", "snapshot at step 50 doesn't match its checksum"),
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
def scratch(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("damage")
