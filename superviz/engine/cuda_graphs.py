"""How work on a device's arrays is launched: as CUDA graphs with copies beside them on a GPU, directly elsewhere.

It imports torch, so it is imported where training is prepared, never before.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Protocol, TypeAlias

import torch
from torch import Tensor

Work: TypeAlias = Callable[[], None]
"""Work on arrays that stay where they are: it allocates nothing that outlives it and asks nothing of their values."""


class Launcher(Protocol):
    """Launches work on one device, in the order in which it was asked to."""

    device: torch.device

    def launching(self) -> AbstractContextManager[object]:
        """Where everything that touches the device's arrays is done."""
        ...

    def landing(self, shape: Sequence[int], dtype: torch.dtype) -> Tensor:
        """Zeros in the host's memory, to which copies are quick."""
        ...

    def capture(self, work: Work, warm_up: Work) -> Work:
        """`work`, ready to be launched at little cost. It may be done in the course of this, as `warm_up` is first."""
        ...

    def bring_over(self, pairs: Sequence[tuple[Tensor, Tensor]]) -> Callable[[], None]:
        """Copy each pair's first, on the device, into its second, once all that was launched is done.

        Returns what waits for that. What is launched meanwhile goes on beside it.
        """
        ...

    def close(self) -> None:
        """Wait for all that was launched, and let go of it."""
        ...


def launcher(device: torch.device) -> Launcher:
    """What launches work on that device."""
    return Graphs(device) if device.type == "cuda" else Direct(device)


class Direct:
    """A launcher that does everything at once: torch's CPU."""

    def __init__(self, device: torch.device) -> None:
        self.device = device

    def launching(self) -> AbstractContextManager[object]:
        return nullcontext()

    def landing(self, shape: Sequence[int], dtype: torch.dtype) -> Tensor:
        return torch.zeros(tuple(shape), dtype=dtype)

    def capture(self, work: Work, warm_up: Work) -> Work:
        return work

    def bring_over(self, pairs: Sequence[tuple[Tensor, Tensor]]) -> Callable[[], None]:
        for there, here in pairs:
            here.copy_(there)
        return lambda: None

    def close(self) -> None:
        pass


class Graphs:
    """A launcher of CUDA graphs: a step is some sixty kernels of a few microseconds, which cost more to launch one by
    one than to run.

    Everything runs on a stream of its own. torch's default stream for captures is one for the whole process, and the
    end of any graph that was captured on a stream frees the cuBLAS workspaces that the others captured there still use
    (pytorch #193402): so all graphs of a launcher are let go together.
    """

    def __init__(self, device: torch.device) -> None:
        self.device = device
        self._stream = torch.cuda.Stream(device)
        self._copies = torch.cuda.Stream(device)
        self._graphs: list[torch.cuda.CUDAGraph] = []

    def launching(self) -> AbstractContextManager[object]:
        return torch.cuda.stream(self._stream)

    def landing(self, shape: Sequence[int], dtype: torch.dtype) -> Tensor:
        # Pinned: the GPU copies straight into it while the host goes on.
        return torch.zeros(tuple(shape), dtype=dtype, pin_memory=True)

    def capture(self, work: Work, warm_up: Work) -> Work:
        with _full_precision():
            # What cuBLAS and the kernels set up at their first use must not become part of the graph.
            with self.launching():
                warm_up()
            graph = torch.cuda.CUDAGraph()
            # One pool for all: their intermediate arrays mean nothing from one launch to the next. Other threads may
            # use the GPU meanwhile, which the default error mode would take for a fault.
            pool = self._graphs[0].pool() if self._graphs else None
            with torch.cuda.graph(graph, pool=pool, stream=self._stream, capture_error_mode="thread_local"):
                work()
        self._graphs.append(graph)
        return graph.replay

    def bring_over(self, pairs: Sequence[tuple[Tensor, Tensor]]) -> Callable[[], None]:
        launched = torch.cuda.Event()
        launched.record(self._stream)
        arrived = torch.cuda.Event()
        with torch.cuda.stream(self._copies):
            self._copies.wait_event(launched)
            for there, here in pairs:
                here.copy_(there, non_blocking=True)
            arrived.record(self._copies)
        return arrived.synchronize

    def close(self) -> None:
        torch.cuda.synchronize(self.device)
        for graph in self._graphs:
            graph.reset()
        self._graphs.clear()


@contextmanager
def _full_precision() -> Generator[None]:
    """Whatever the process has chosen, float32 products in float32; a graph keeps what held when it was captured.

    TF32 rounds their factors to 10 bits: a gradient would be right to 1e-3, and the GPU train another run than the CPU.
    """
    chosen = torch.backends.cuda.matmul.fp32_precision
    torch.backends.cuda.matmul.fp32_precision = "ieee"
    try:
        yield
    finally:
        torch.backends.cuda.matmul.fp32_precision = chosen


def is_out_of_memory(error: BaseException | None) -> bool:
    """Whether `error` came of too little memory on the device: torch's own, or what CUDA's libraries make of it."""
    while error is not None:
        said = str(error)
        if isinstance(error, torch.OutOfMemoryError) or "out of memory" in said or "ALLOC_FAILED" in said:
            return True
        error = error.__context__  # that the capture was ended in vain hides why
    return False
