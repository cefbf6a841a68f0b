"""Weights in other programs' files: numpy, safetensors and torch read them, and the files say how W lies."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import numpy as np
import pytest
from safetensors import safe_open

from superviz.core.errors import ExportError
from superviz.core.snapshot import Snapshot, frozen
from superviz.exchange.weights import write_weights

W, W_OUT = np.random.default_rng(0).normal(size=(2, 3, 4, 5)).astype(np.float32)
b = np.arange(15, dtype=np.float32).reshape(3, 5)
TIED, UNTIED = Snapshot(1_200, frozen(W), frozen(b)), Snapshot(0, frozen(W), frozen(b), frozen(W_OUT))


@pytest.mark.parametrize("snapshot", [TIED, UNTIED])
def test_numpy_reads_the_npz_without_pickle(tmp_path: Path, snapshot: Snapshot) -> None:
    path = tmp_path / "w.npz"
    write_weights(snapshot, path)
    with np.load(path, allow_pickle=False) as arrays:
        untied = set() if snapshot.W_out is None else {"W_out"}
        assert set(arrays) == {"W", "b", "step", "superviz_axes", *untied}
        np.testing.assert_array_equal(arrays["W"], W)
        np.testing.assert_array_equal(arrays["b"], b)
        if untied:
            np.testing.assert_array_equal(arrays["W_out"], W_OUT)
        assert (arrays["W"].dtype, arrays["step"].shape) == (np.float32, ())
        assert arrays["step"].item() == snapshot.step
        assert arrays["superviz_axes"].item() == "instances,hidden,features"


@pytest.mark.parametrize("snapshot", [TIED, UNTIED])
def test_safetensors_and_torch_read_the_other(tmp_path: Path, snapshot: Snapshot) -> None:
    path = tmp_path / "w.SafeTensors"
    write_weights(snapshot, path)
    with safe_open(path, "torch") as file:
        assert file.metadata() == {"superviz_axes": "instances,hidden,features"}
        assert set(file.keys()) == {"W", "b", "step", *(set() if snapshot.W_out is None else {"W_out"})}
        np.testing.assert_array_equal(file.get_tensor("W").numpy(), W)
        assert file.get_tensor("step").item() == snapshot.step


@pytest.mark.parametrize("ending", [".npz", ".safetensors"])
def test_our_own_importer_asks_nothing(tmp_path: Path, ending: str) -> None:
    from superviz.exchange.importing import import_weights

    path = tmp_path / f"w{ending}"
    write_weights(TIED, path)
    recording = import_weights(path)
    np.testing.assert_array_equal(recording.snapshots[-1].W, W)
    np.testing.assert_array_equal(recording.snapshots[-1].b, b)
    recording.close()


def test_an_existing_file_is_kept_unless_forced(tmp_path: Path) -> None:
    path = tmp_path / "w.npz"
    path.write_text("precious")
    with pytest.raises(ExportError, match="exists already"):
        write_weights(TIED, path)
    assert path.read_text() == "precious"
    write_weights(TIED, path, force=True)
    assert np.load(path)["step"].item() == 1_200
    with pytest.raises(ExportError, match=r"unknown ending \.pt; end the name in \.npz or \.safetensors"):
        write_weights(TIED, tmp_path / "w.pt")


@pytest.mark.parametrize("call", ["write_bytes", "open", "replace"])
def test_a_full_disk_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    path = tmp_path / "w.npz"
    path.write_text("precious")

    def refuse(*given: object, **options: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(Path, call, refuse)
        with pytest.raises(ExportError, match=r"w\.npz: can't be written: No space left on device"):
            write_weights(TIED, path, force=True)
    assert path.read_text() == "precious"
    assert list(tmp_path.iterdir()) == [path]
