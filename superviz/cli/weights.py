"""`superviz weights`: the weights of a run, for other programs."""

from __future__ import annotations

import io
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from superviz.cli.source import kept_snapshot, open_run

if TYPE_CHECKING:
    from superviz.core.snapshot import Snapshot


def weights(
    run: Path = typer.Argument(..., metavar="RUN", help="A session (.superviz)."),
    output: Path = typer.Option(..., "--output", "-o", help="The file to write, .npz or .safetensors."),
    step: int | None = typer.Option(None, min=0, help="A step whose weights were kept; by default the last."),
    force: bool = typer.Option(False, "--force", help="Replace OUTPUT where it exists."),
) -> None:
    """Write the weights for other programs.

    W is (instances, hidden, features), b (instances, features), and step says when. Where the model unpacks with a
    matrix of its own, W_out is that, shaped like W.
    """
    from superviz.export.target import check_ending, check_target, new_file

    encode = _ENCODERS[check_ending(output, _ENCODERS)]
    check_target(output, force=force)
    with closing(open_run(run)) as recording:
        snapshot = kept_snapshot(recording, step)
    with new_file(output, force=force) as part:
        part.write_bytes(encode(snapshot))
    *some, last = (f"{name} {array.shape}" for name, array in _arrays(snapshot).items())
    typer.echo(f"{output}: {', '.join(some)} and {last} at step {snapshot.step:,}", err=True)


def _arrays(snapshot: Snapshot) -> dict[str, Any]:
    second = {} if snapshot.W_out is None else {"W_out": snapshot.W_out}
    return {"W": snapshot.W, **second, "b": snapshot.b}


def _as_npz(snapshot: Snapshot) -> bytes:
    import numpy as np

    buffer = io.BytesIO()
    np.savez(buffer, **_arrays(snapshot), step=np.int64(snapshot.step))
    return buffer.getvalue()


def _as_safetensors(snapshot: Snapshot) -> bytes:
    import numpy as np
    from safetensors.numpy import save

    return save({**_arrays(snapshot), "step": np.array([snapshot.step], dtype=np.int64)})


_ENCODERS = {".npz": _as_npz, ".safetensors": _as_safetensors}
