"""What a file is, told by what is in it, and every file that can't be read refused in a line."""

from __future__ import annotations

import os
import pickle
import stat
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.numpy import save_file

from superviz.core.errors import WeightsError
from superviz.exchange.weights_file import ENDINGS, is_weights, reading

W = np.random.default_rng(0).normal(size=(2, 5)).astype(np.float32)


def refusal(path: Path) -> str:
    """Why it can't be read, after its name: one line."""
    with pytest.raises(WeightsError) as caught, reading(path):
        pass
    line = str(caught.value)
    assert line.startswith(f"{path}: ")
    assert "\n" not in line
    return line.removeprefix(f"{path}: ")


@pytest.mark.parametrize("name", ["w.npy", "w.npz", "w.safetensors", "renamed.dat", "w.bin"])
@pytest.mark.parametrize("made_as", ENDINGS)
def test_content_tells_what_a_file_is(tmp_path: Path, made_as: str, name: str) -> None:
    path = tmp_path / f"made{made_as}"
    if made_as == ".npy":
        np.save(path, W)
    elif made_as == ".npz":
        np.savez(path, W=W)
    else:
        save_file({"W": W}, path)
    path = path.rename(tmp_path / name)
    with reading(path) as file:
        assert file.path == path
        assert file.axes is None
        assert list(file.arrays) == ["W"]
        np.testing.assert_array_equal(file.arrays["W"].numbers(), W)


@pytest.mark.parametrize("length", [0x80, 0x102, 0x280])
def test_a_safetensors_file_that_begins_like_a_pickle_is_none(tmp_path: Path, length: int) -> None:
    save_file({"W": W}, tmp_path / "w.safetensors")
    content = (tmp_path / "w.safetensors").read_bytes()
    header = content[8 : 8 + int.from_bytes(content[:8], "little")].ljust(length)
    (tmp_path / "w.safetensors").write_bytes(len(header).to_bytes(8, "little") + header + W.tobytes())
    with reading(tmp_path / "w.safetensors") as file:
        np.testing.assert_array_equal(file.arrays["W"].numbers(), W)


@pytest.mark.parametrize("name", ["m.pt", "m.pth", "pytorch_model.bin", "last.ckpt", "m.npz", "m"])
@pytest.mark.parametrize("zipped", [True, False])
def test_a_torch_file_is_refused_with_the_python_that_converts_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, zipped: bool
) -> None:
    monkeypatch.chdir(tmp_path)
    torch.save({"W": torch.from_numpy(W)}, name, _use_new_zipfile_serialization=zipped)
    line = refusal(Path(name))
    statements = line.partition("convert it in Python: ")[2]
    exec(statements, {})
    with reading(Path(name).with_suffix(".safetensors")) as file:
        np.testing.assert_array_equal(file.arrays["W"].numbers(), W)


def test_a_torch_file_is_known_by_its_ending_too(tmp_path: Path) -> None:
    (tmp_path / "m.pt").write_bytes(b"whatever it is")
    assert refusal(tmp_path / "m.pt").startswith("a torch file")
    (tmp_path / "m").write_bytes(pickle.dumps({"W": [[1.0]]}, protocol=4))
    assert refusal(tmp_path / "m").startswith("a torch file")


@pytest.mark.parametrize(
    ("name", "content", "line"),
    [
        ("w.npz", b"", "empty"),
        ("w.npz", b"nothing that numpy wrote", "damaged"),
        ("w.safetensors", b"\x08", "damaged"),
        ("notes.txt", b"nothing that numpy wrote", "no weights; give a file ending in .npy, .npz, .safetensors"),
        ("run.superviz", b"SQLite format 3\x00" + bytes(100), "a session and no file of weights; open it as it is"),
    ],
)
def test_what_holds_no_weights_is_refused(tmp_path: Path, name: str, content: bytes, line: str) -> None:
    (tmp_path / name).write_bytes(content)
    assert refusal(tmp_path / name) == line


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path / "nowhere.npz") == "no such file"
    assert refusal(tmp_path) == "a folder; give a file of weights"
    (tmp_path / "file").touch()
    assert refusal(tmp_path / "file" / "w.npz").startswith("can't be read: ")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes with names as POSIX has them")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "w.npz")
    assert stat.S_ISFIFO((tmp_path / "w.npz").stat().st_mode)
    assert refusal(tmp_path / "w.npz") == "a device or a pipe; give a file of weights"


def test_what_goes_wrong_in_the_block_names_the_file(tmp_path: Path) -> None:
    np.save(tmp_path / "w.npy", W)

    def read(error: Exception) -> str:
        with pytest.raises(WeightsError) as caught, reading(tmp_path / "w.npy"):
            raise error
        return str(caught.value).removeprefix(f"{tmp_path / 'w.npy'}: ")

    assert read(WeightsError("W is odd")) == "W is odd"
    assert read(MemoryError()) == "its weights take more memory than there is"
    assert read(OSError(5, "Input/output error")) == "can't be read: input/output error"
    assert read(OSError("the drive is gone")) == "can't be read: the drive is gone"


def test_a_file_cut_short_while_it_is_read_is_told(tmp_path: Path) -> None:
    path = tmp_path / "w.npy"
    np.save(path, np.zeros((400, 400)))
    with reading(path) as file:
        os.truncate(path, 500_000)
        with pytest.raises(WeightsError, match="cut short: it ends within its numbers"):
            file.arrays["W"].numbers()


def test_names_that_weights_have() -> None:
    assert all(is_weights(Path(name)) for name in ("w.npz", "W.NPY", "a.b.safetensors", "m.pt", "model.bin"))
    assert not any(is_weights(Path(name)) for name in ("run.superviz", "recipe.toml", "npz", "pentagon"))
