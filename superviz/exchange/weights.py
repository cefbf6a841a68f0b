"""Weights for other programs: npz and safetensors, with the order of their axes written beside them."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from superviz.core.snapshot import Snapshot
from superviz.exchange.orientation import MARK
from superviz.exchange.target import check_ending, new_file

AXES = "instances,hidden,features"
"""How W lies, said in the file itself under orientation's MARK, so that no reader of ours needs to ask: in the metadata
of safetensors, and as one more array of an npz."""


def write_weights(snapshot: Snapshot, path: Path, *, force: bool = False) -> None:
    """Write the weights to `path`, .npz or .safetensors: what `weight_arrays` has, and `step`.

    Raises ExportError where the ending is another, the file exists and `force` isn't set, or it can't be written.
    """
    encode = WEIGHT_FORMATS[check_ending(path, WEIGHT_FORMATS)]
    with new_file(path, force=force) as part:
        part.write_bytes(encode(snapshot))


def weight_arrays(snapshot: Snapshot) -> dict[str, NDArray[Any]]:
    """W (instances, hidden, features), W_out like it where the model unpacks with that, and b (instances, features)."""
    second = {} if snapshot.W_out is None else {"W_out": snapshot.W_out}
    return {"W": snapshot.W, **second, "b": snapshot.b}


def _as_npz(snapshot: Snapshot) -> bytes:
    buffer = io.BytesIO()
    arrays = {**weight_arrays(snapshot), "step": np.array(snapshot.step), MARK: np.array(AXES)}
    np.savez(buffer, allow_pickle=False, **arrays)
    return buffer.getvalue()


def _as_safetensors(snapshot: Snapshot) -> bytes:
    from safetensors.numpy import save  # here, since all else is read and written without it

    arrays = {**weight_arrays(snapshot), "step": np.array([snapshot.step])}
    return save(arrays, metadata={MARK: AXES})


WEIGHT_FORMATS: Mapping[str, Callable[[Snapshot], bytes]] = {".npz": _as_npz, ".safetensors": _as_safetensors}
"""What a file's ending stands for."""
