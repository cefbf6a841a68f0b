"""docs/session-format.md, followed to the letter by a program that has SQLite and numpy but no superviz."""

from __future__ import annotations

import json
import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from superviz.core.snapshot import Edit
from superviz.session.recording import Recording

DOCUMENT = Path(__file__).parents[2] / "docs" / "session-format.md"
ALONE = f"""
import sys
sys.path.append({str(Path(np.__file__).parents[1])!r})  # as a folder: what else is installed there stays unknown
"""
"""Run with -I and -S, which keep every other folder and every hook out."""

READER = """
import json, sqlite3, zlib
import numpy as np

session = sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True)
assert session.execute("PRAGMA application_id").fetchone()[0] == 0x5350565A
layout = session.execute("PRAGMA user_version").fetchone()[0]
meta = dict(session.execute("SELECT key, value FROM meta"))
experiment = json.loads(meta["experiment"])
I, h, n = (experiment[field] for field in ("n_instances", "n_hidden", "n_features"))
arrays = {}

def read(kind, table, key, shapes):
    columns = ", ".join(shapes)
    for at, checksum, *blobs in session.execute(f"SELECT {key}, checksum, {columns} FROM {table} ORDER BY {key}"):
        told = b"".join(blob for blob in blobs if blob is not None)
        assert zlib.crc32(told, zlib.crc32(at.to_bytes(8, "little"))) == checksum, (table, at)
        for (name, shape), blob in zip(shapes.items(), blobs):
            if blob is not None:
                dtype = "<f8" if name == "loss_sum" else "<f4"
                arrays[f"{kind} {at} {name}"] = np.frombuffer(blob, dtype).reshape(shape)
        yield at

weights = {"W": (I, h, n), "b": (I, n), "rotation": (I, h, h), "W_out": (I, h, n)}
steps = list(read("snapshot", "snapshot", "step", weights))
moments = {f"{m}{name}": weights[name] for m in ("", "mean_", "square_") for name in ("W", "b")}
moments |= {"loss_sum": (I,)} | {f"{m}W_out": (I, h, n) for m in ("", "mean_", "square_")}
checkpoints = list(read("checkpoint", "checkpoint", "step", moments))
list(read("step_loss", "step_loss", "step", {"losses": (I,)}))

ends, losses, tests, next_bucket = [], [], [], 0
widths = dict(session.execute("SELECT first_bucket, width FROM loss"))
for first in read("loss", "loss", "first_bucket", {"means": (-1, I), "test_means": (-1, I)}):
    assert first == next_bucket
    means = arrays.pop(f"loss {first} means")
    ends += [10 * (first + (j + 1) * widths[first]) for j in range(len(means))]
    losses.append(means)
    tests.append(arrays.pop(f"loss {first} test_means", np.full_like(means, np.nan)))
    next_bucket = first + len(means) * widths[first]

if losses:
    arrays |= {"loss ends": np.array(ends), "losses": np.concatenate(losses), "test losses": np.concatenate(tests)}
np.savez(sys.argv[2], **arrays)
edits = session.execute("SELECT step, field, value FROM edit ORDER BY id").fetchall()
bookmarks = session.execute("SELECT step, note FROM bookmark ORDER BY step").fetchall()
print(json.dumps({"layout": layout, "meta": meta, "steps": steps, "checkpoints": checkpoints, "edits": edits,
                  "bookmarks": bookmarks, "superviz": [m for m in sys.modules if m.startswith("superviz")]}))
"""


def run_alone(script: str, *arguments: Path, folder: Path | None = None) -> str:
    """What the script prints, run without superviz in reach."""
    command = [sys.executable, "-I", "-S", "-c", ALONE + script, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def read_alone(tmp_path: Path) -> Callable[[Path], tuple[dict[str, list], dict[str, np.ndarray]]]:
    """What another program finds in a session: its facts, and its arrays by table, key and column."""

    def read(path: Path) -> tuple[dict[str, list], dict[str, np.ndarray]]:
        facts = json.loads(run_alone(READER, path, tmp_path / "found.npz"))
        assert facts.pop("superviz") == []
        with np.load(tmp_path / "found.npz") as found:
            return facts, dict(found)

    return read


def test_superviz_is_out_of_reach() -> None:
    told = run_alone("try:\n    import superviz.session\nexcept ImportError as error:\n    print(error)")
    assert "No module named 'superviz" in told


def test_every_array_is_what_was_recorded(session_file: Path, made_up, read_alone) -> None:
    facts, arrays = read_alone(session_file)
    assert facts["layout"] == 3
    assert facts["steps"] == list(range(0, 201, 10))
    assert facts["meta"]["title"] == "A run"
    for step in facts["steps"]:
        for name in ("W", "b"):
            np.testing.assert_array_equal(arrays[f"snapshot {step} {name}"], getattr(made_up.snapshot(step), name))
        assert f"snapshot {step} W_out" not in arrays
    np.testing.assert_array_equal(arrays["loss ends"], np.arange(10, 201, 10))
    np.testing.assert_array_equal(arrays["losses"], made_up.losses(0, 20))
    assert np.isnan(arrays["test losses"]).all()


def test_the_gauge_turns_the_weights_into_what_is_shown(session_file: Path, read_alone) -> None:
    _, arrays = read_alone(session_file)
    opened = Recording.open(session_file)
    for step in (0, 100, 200):
        shown = arrays[f"snapshot {step} rotation"] @ arrays[f"snapshot {step} W"]
        np.testing.assert_allclose(shown, opened.moment(step).W, atol=1e-6)


def test_what_an_untied_model_and_a_training_set_have_besides(untied_file: Path, untied, read_alone) -> None:
    facts, arrays = read_alone(untied_file)
    for step in facts["steps"]:
        np.testing.assert_array_equal(arrays[f"snapshot {step} W_out"], untied.snapshot(step).W_out)
    np.testing.assert_array_equal(arrays["test losses"], untied.both_losses(0, 20)[1])
    (last,) = facts["checkpoints"]
    checkpoint, at_end = untied.checkpoint(last), untied.snapshot(last)
    np.testing.assert_array_equal(arrays[f"checkpoint {last} W"], at_end.W)
    np.testing.assert_array_equal(arrays[f"checkpoint {last} mean_b"], 2 * at_end.b)
    np.testing.assert_array_equal(arrays[f"checkpoint {last} square_W_out"], at_end.W_out * at_end.W_out)
    np.testing.assert_array_equal(arrays[f"checkpoint {last} loss_sum"], checkpoint.loss_sum)


def test_edits_and_bookmarks(tmp_path: Path, create, made_up, read_alone) -> None:
    recording = made_up.record(create(tmp_path / "noted.superviz"), 0, 50)
    recording.append_edit(Edit(50, "feature_probability", 0.25))
    recording.bookmark(30, "here it turns")
    recording.close()
    facts, _ = read_alone(tmp_path / "noted.superviz")
    assert [(step, field, json.loads(value)) for step, field, value in facts["edits"]] == [
        (50, "feature_probability", 0.25)
    ]
    assert facts["bookmarks"] == [[30, "here it turns"]]


def test_losses_of_a_long_run_lie_at_the_steps_that_superviz_says(tmp_path: Path, create, made_up, read_alone) -> None:
    """So many that they are kept as means over wider stretches."""
    recording = create(tmp_path / "long.superviz")
    recording.append(made_up.snapshot(0))
    for first in range(0, 40_000, 1_000):
        recording.append_losses(made_up.losses(first, first + 1_000))
    recording.append(made_up.snapshot(400_000))
    recording.append_checkpoint(made_up.checkpoint(400_000))
    recording.close()
    _, arrays = read_alone(tmp_path / "long.superviz")
    series = Recording.open(tmp_path / "long.superviz").losses
    np.testing.assert_array_equal(arrays["loss ends"], series.steps)
    np.testing.assert_array_equal(arrays["losses"], series.values)
    assert series.steps[-1] == 400_000
    widths = np.diff(series.steps, prepend=0)
    np.testing.assert_allclose(
        np.average(series.values, axis=0, weights=widths), made_up.losses(0, 40_000).mean(0), 1e-3
    )


def test_the_document_s_own_example(session_file: Path, made_up) -> None:
    (example,) = re.findall(r"```python\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)
    assert "pentagon.superviz" in example
    session_file.rename(session_file.with_name("pentagon.superviz"))
    printed = run_alone(example + "print(len(weights), weights[100].tolist())", folder=session_file.parent)
    count, _, values = printed.partition(" ")
    assert int(count) == 21
    np.testing.assert_array_equal(np.array(json.loads(values), np.float32), made_up.snapshot(100).W)


def test_the_document_names_every_column(session_file: Path) -> None:
    text = DOCUMENT.read_text(encoding="utf-8").replace("\n", " ")
    with closing(sqlite3.connect(session_file)) as session:
        tables = [name for (name,) in session.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        assert len(tables) > 6
        for table in tables:
            told = re.search(rf"\*\*{table}\*\* \((.*?)\)", text)
            assert told, f"{table} is not told of"
            columns = [row[1] for row in session.execute(f"PRAGMA table_info({table})")]
            assert re.findall(r"\w+", re.sub(r" = 1|: JSON", "", told[1])) == columns
