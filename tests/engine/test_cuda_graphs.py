"""Launching work: directly, and how a lack of memory is known. Graphs themselves: see test_torch_gpu."""

from __future__ import annotations

from contextlib import suppress

import pytest
import torch

from superviz.engine.cuda_graphs import Direct, _full_precision, is_out_of_memory, launcher


def test_torchs_cpu_does_everything_at_once() -> None:
    direct = launcher(torch.device("cpu"))
    assert isinstance(direct, Direct)
    there, here = torch.arange(3.0), direct.landing((3,), torch.float32)
    work = direct.capture(lambda: None, warm_up=lambda: pytest.fail("warmed up"))
    work()
    with direct.launching():
        wait = direct.bring_over([(there, here)])
        there.zero_()
        wait()
    assert here.tolist() == [0, 1, 2]
    direct.close()


def _fault(hidden: bool) -> BaseException:
    try:
        try:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 GiB")
        finally:
            if hidden:
                raise RuntimeError("CUDA error: operation failed due to a previous error during capture")
    except RuntimeError as error:
        return error


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (torch.OutOfMemoryError("any words"), True),
        (RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`"), True),
        (RuntimeError("CUDA error: out of memory"), True),
        (_fault(hidden=False), True),
        (_fault(hidden=True), True),
        (RuntimeError("CUDA error: device-side assert triggered"), False),
        (ValueError("nothing of the kind"), False),
        (None, False),
    ],
)
def test_a_lack_of_memory_is_known_by_its_names(error: BaseException | None, expected: bool) -> None:
    assert is_out_of_memory(error) is expected


def test_products_are_captured_in_full_precision_and_the_process_keeps_its_own() -> None:
    matmul, before = torch.backends.cuda.matmul, torch.backends.cuda.matmul.fp32_precision
    matmul.fp32_precision = "tf32"
    try:
        with suppress(ZeroDivisionError), _full_precision():
            assert matmul.fp32_precision == "ieee"
            raise ZeroDivisionError
        assert matmul.fp32_precision == "tf32"
    finally:
        matmul.fp32_precision = before
