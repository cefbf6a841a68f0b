"""`superviz weights`: other programs read what was trained."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file

from superviz.core.experiment import Experiment
from superviz.core.snapshot import Snapshot, frozen
from superviz.session.recording import Recording


@pytest.mark.parametrize("ending", [".npz", ".safetensors"])
def test_other_readers_find_the_weights(superviz, small_session: Path, tmp_path: Path, ending: str) -> None:
    said = superviz("weights", small_session, "-o", f"w{ending}")
    assert said.status == 0
    assert said.line == f"w{ending}: W (2, 2, 5) and b (2, 5) at step 600"
    path = tmp_path / f"w{ending}"
    arrays = dict(np.load(path, allow_pickle=False)) if ending == ".npz" else load_file(path)
    last = Recording.open(small_session).snapshots[-1]
    assert set(arrays) - {"superviz_axes"} == {"W", "b", "step"}
    assert arrays["W"].shape == (2, 2, 5)
    np.testing.assert_array_equal(arrays["W"], last.W)
    np.testing.assert_array_equal(arrays["b"], last.b)
    assert int(arrays["step"].item()) == 600


@pytest.mark.parametrize("ending", [".npz", ".safetensors"])
def test_the_matrix_that_unpacks_comes_too_where_there_is_one(superviz, tmp_path: Path, ending: str) -> None:
    recording = Recording.create(Experiment(n_features=3, n_hidden=4, model="absolute_value"), tmp_path / "u.superviz")
    W, W_out = np.random.default_rng(0).normal(size=(2, 1, 4, 3))
    recording.append(Snapshot(0, frozen(W), frozen(np.zeros((1, 3))), frozen(W_out)))
    recording.close()
    said = superviz("weights", "u.superviz", "-o", f"w{ending}")
    assert said.line == f"w{ending}: W (1, 4, 3), W_out (1, 4, 3) and b (1, 3) at step 0"
    path = tmp_path / f"w{ending}"
    arrays = dict(np.load(path, allow_pickle=False)) if ending == ".npz" else load_file(path)
    assert set(arrays) - {"superviz_axes"} == {"W", "W_out", "b", "step"}
    np.testing.assert_array_equal(arrays["W"], W.astype(np.float32))
    np.testing.assert_array_equal(arrays["W_out"], W_out.astype(np.float32))


def test_torch_reads_the_safetensors(superviz, small_session: Path, tmp_path: Path) -> None:
    from safetensors.torch import load_file as load_torch

    superviz("weights", small_session, "-o", "w.safetensors", "--step", 0)
    first = Recording.open(small_session).snapshots[0]
    np.testing.assert_array_equal(load_torch(tmp_path / "w.safetensors")["W"].numpy(), first.W)


def test_an_existing_file_is_kept_without_force(superviz, small_session: Path, tmp_path: Path) -> None:
    (tmp_path / "w.npz").write_text("precious")
    said = superviz("weights", small_session, "-o", "w.npz")
    assert said.status == 2
    assert said.line.startswith("superviz: w.npz: exists already")
    assert (tmp_path / "w.npz").read_text() == "precious"
    assert superviz("weights", small_session, "-o", "w.npz", "--force").status == 0


@pytest.mark.parametrize(
    ("run", "output", "line"),
    [
        ("small.superviz", "w.pt", "w.pt: unknown ending .pt; end the name in .npz or .safetensors"),
        ("small.superviz", "w", "w: no ending; end the name in .npz or .safetensors"),
        ("small.superviz", "nowhere/w.npz", "nowhere/w.npz: no folder nowhere"),
        ("other.superviz", "w.npz", "other.superviz: no such file"),
    ],
)
def test_what_cannot_be_written_is_named(
    superviz, small_session: Path, tmp_path: Path, run: str, output: str, line: str
) -> None:
    before = sorted(tmp_path.iterdir())
    said = superviz("weights", run, "-o", output)
    assert said.status == 2
    assert said.line.startswith(f"superviz: {line}")
    assert sorted(tmp_path.iterdir()) == before
