"""What a step of someone's own training loop pays for superviz.record: 20 features in 5 dimensions, bias and loss.

Prints a table: one append after another, and one after each training step of a small PyTorch model, whose parameters
are handed over as they are. Run it on a machine at rest: python tests/benchmarks/bench_append.py [--appends 5000]
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

import numpy as np
import torch

import superviz


def one_after_another(path: Path, appends: int) -> list[float]:
    """Microseconds of each."""
    W, b, took = np.random.default_rng(0).normal(size=(5, 20)).astype(np.float32), np.zeros(20, np.float32), []
    with superviz.record(path) as recording:
        for step in range(appends):
            W[:, step % 20] += 0.01
            begun = time.perf_counter()
            recording.append(step, W, b, 0.5)
            took.append(1e6 * (time.perf_counter() - begun))
    return took


def beside_training(path: Path, appends: int) -> list[float]:
    """Microseconds of each, after a step of PyTorch's own of some half a millisecond."""
    torch.set_num_threads(1)
    W, b = torch.nn.Parameter(torch.randn(5, 20) / 5), torch.nn.Parameter(torch.zeros(20))
    optimizer, took = torch.optim.AdamW([W, b], lr=1e-3), []
    with superviz.record(path) as recording:
        for step in range(appends):
            x = torch.rand(256, 20) * (torch.rand(256, 20) < 0.1)
            loss = ((torch.relu(x @ W.T @ W + b) - x) ** 2).mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            begun = time.perf_counter()
            recording.append(step, W, b, loss)
            took.append(1e6 * (time.perf_counter() - begun))
    return took


def main() -> None:
    """Without the first append, which makes the file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--appends", type=int, default=5000)
    wanted = parser.parse_args()
    print(f"{'an append, us':32}{'mean':>8}{'median':>8}{'p99':>8}")
    for name, measure in (("one after another", one_after_another), ("after each PyTorch step", beside_training)):
        with tempfile.TemporaryDirectory() as folder:
            took = measure(Path(folder) / "streamed.superviz", wanted.appends)[1:]
        median, p99 = np.percentile(took, [50, 99])
        print(f"{name:32}{np.mean(took):8.0f}{median:8.0f}{p99:8.0f}")


if __name__ == "__main__":
    main()
