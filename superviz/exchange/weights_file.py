"""A file of weights that anyone may have written: told by its content, opened without trust, its arrays listed."""

from __future__ import annotations

import os
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from superviz.core.errors import WeightsError
from superviz.core.paths import is_folder, is_special
from superviz.exchange import npy_file, npz_file, safetensors_file
from superviz.exchange.stored_array import StoredArray

ENDINGS = (".npy", ".npz", ".safetensors")
TORCH_ENDINGS = (".pt", ".pth", ".bin", ".ckpt")
_START = 16
"""Bytes that tell what a file is."""
_SESSION = b"SQLite format 3\x00"
_PICKLES = tuple(bytes([0x80, version]) for version in range(2, 6))
"""How a pickle begins, and with it an old torch file."""


@dataclass(frozen=True, slots=True, eq=False)
class WeightsFile:
    """What a file holds: arrays by name, whose numbers can be read while it is open, and how they lie if it says so.

    The array of an .npy file has no name of its own, and is called W.
    """

    path: Path
    arrays: Mapping[str, StoredArray]
    axes: str | None
    """The dimensions of its W in order, such as "hidden,features"; only of files that say so themselves."""


def is_weights(path: Path) -> bool:
    """Whether a file is one of weights, going by its name; those of torch, too, which opening then refuses."""
    return path.suffix.lower() in (*ENDINGS, *TORCH_ENDINGS)


@contextmanager
def reading(path: Path) -> Generator[WeightsFile]:
    """The file, open. Raises WeightsError, also for what goes wrong in the block, with the file's name before it."""
    if is_special(path):  # opening a pipe would wait for someone to write into it
        raise WeightsError(f"{path}: a device or a pipe; give a file of weights")
    try:
        with path.open("rb") as file:
            arrays, axes = _contents(path, file)
            yield WeightsFile(path, {array.name: array for array in arrays}, axes)
    except FileNotFoundError:
        raise WeightsError(f"{path}: no such file") from None
    except WeightsError as error:
        raise WeightsError(f"{path}: {error}") from error
    except MemoryError:
        raise WeightsError(f"{path}: its weights take more memory than there is") from None
    except OSError as error:
        fault = "a folder; give a file of weights" if is_folder(path) else f"can't be read: {_reason(error)}"
        raise WeightsError(f"{path}: {fault}") from error


def _contents(path: Path, file: BinaryIO) -> tuple[list[StoredArray], str | None]:
    size = os.fstat(file.fileno()).st_size
    start = file.read(_START)
    file.seek(0)
    if start.startswith(npy_file.MAGIC):
        return [npy_file.stored_array("W", file, size)], None
    if start.startswith(npz_file.MAGIC):
        archive = npz_file.open_archive(file)
        if npz_file.holds_pickle(archive):
            raise WeightsError(_how_to_convert(path))
        return npz_file.stored_arrays(archive)
    if safetensors_file.is_header(start):
        return safetensors_file.stored_arrays(file, size)
    ending = path.suffix.lower()
    if ending in TORCH_ENDINGS or start.startswith(_PICKLES):
        raise WeightsError(_how_to_convert(path))
    if start == _SESSION:
        raise WeightsError("a session and no file of weights; open it as it is")
    if not start:
        raise WeightsError("empty")
    raise WeightsError("damaged" if ending in ENDINGS else f"no weights; give a file ending in {', '.join(ENDINGS)}")


def _how_to_convert(path: Path) -> str:
    """Two statements of Python in a line, fit to be pasted. Loading a torch file can run what its maker wrote into it,
    and weights_only was found wanting before: that is for whoever knows where the file is from."""
    return (
        "a torch file, which superviz doesn't load, since that can run code; where you trust it, convert it in Python: "
        "import torch; from safetensors.torch import save_file; "
        f"save_file(torch.load({str(path)!r}, weights_only=True), {str(path.with_suffix('.safetensors'))!r})"
    )


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
