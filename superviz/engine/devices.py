"""Where training can run: the GPU, asked of its driver, and the installed torch, read without importing it."""

from __future__ import annotations

import ctypes
import importlib.util
import os
import re
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal, TypeAlias, get_args

from superviz.core.errors import TrainingError

Device: TypeAlias = Literal["auto", "cpu", "cuda"]
"""Where to train; "auto" is what was measured faster."""

_LIBRARIES = ("nvml.dll",) if sys.platform == "win32" else ("libnvidia-ml.so.1",)
_NAME_BYTES = 96
"""NVML's NVML_DEVICE_NAME_V2_BUFFER_SIZE."""


@dataclass(frozen=True, slots=True)
class Gpu:
    """The GPU that torch would train on."""

    name: str
    memory: int
    """Bytes in all, used ones included."""

    def __str__(self) -> str:
        return f"{self.name}, {self.memory / 2**30:.0f} GiB"


@dataclass(frozen=True, slots=True)
class TorchBuild:
    """The torch that is installed."""

    version: str
    cuda: str | None
    """The version of CUDA that it was built with, if any."""

    def __str__(self) -> str:
        return f"{self.version}, {f'CUDA {self.cuda}' if self.cuda else 'built without CUDA'}"


class _Memory(ctypes.Structure):
    """NVML's nvmlMemory_t, in bytes."""

    _fields_ = [("total", ctypes.c_ulonglong), ("free", ctypes.c_ulonglong), ("used", ctypes.c_ulonglong)]


@cache
def find_gpu() -> Gpu | None:
    """The NVIDIA GPU that CUDA would use, or None; some milliseconds the first time, and no CUDA context is made."""
    for name in _LIBRARIES:
        with suppress(OSError):
            return ask_driver(ctypes.CDLL(name), os.environ)
    return None


def ask_driver(nvml: Any, environment: Mapping[str, str]) -> Gpu | None:
    """What the driver's library `nvml` says of the first GPU that `environment` lets CUDA see. Never raises."""
    try:
        if nvml.nvmlInit_v2() != 0:
            return None
        try:
            return _describe(nvml, environment.get("CUDA_VISIBLE_DEVICES"))
        finally:
            nvml.nvmlShutdown()
    except (AttributeError, ctypes.ArgumentError, OSError):
        return None  # a library of another make, in which a function is missing


@cache
def find_torch() -> TorchBuild | None:
    """The torch that is installed, or None; not imported, which takes seconds and stalls a window."""
    with suppress(ImportError, OSError, ValueError):
        found = importlib.util.find_spec("torch")
        if found is not None and found.origin is not None:
            return read_build(Path(found.origin).with_name("version.py").read_text(encoding="utf-8"))
    return None


def read_build(text: str) -> TorchBuild | None:
    """What torch/version.py says; None where it is no such file."""
    said = dict(re.findall(r"^(__version__|cuda)\b[^=\n]*=\s*['\"]([^'\"]+)['\"]", text, re.MULTILINE))
    return TorchBuild(said["__version__"], said.get("cuda")) if "__version__" in said else None


def why_no_cuda() -> str | None:
    """Why nothing can be trained on a GPU here, in one line; None where it should be possible."""
    torch = find_torch()
    if find_gpu() is None:
        return "no NVIDIA GPU was found"
    if torch is None:
        return "torch is not installed: pip install superviz[gpu]"
    if torch.cuda is None:
        return f"torch {torch.version} was built without CUDA: install one that has it, see pytorch.org/get-started"
    return None


def require_device(device: str) -> None:
    """Raises TrainingError for a device that nothing can be trained on here."""
    if device not in get_args(Device):
        raise TrainingError(f"device {device!r}: give {', '.join(get_args(Device)[:-1])} or {get_args(Device)[-1]}")
    fault = why_no_cuda() if device == "cuda" else None
    if fault is not None:
        raise TrainingError(f"device 'cuda': {fault}; cpu and auto train on the CPU")


def _describe(nvml: Any, visible: str | None) -> Gpu | None:
    handle, memory = ctypes.c_void_p(), _Memory()
    name = ctypes.create_string_buffer(_NAME_BYTES)
    # CUDA sees the listed GPUs up to the first that is none of them; by itself it may order several otherwise.
    first = "0" if visible is None else visible.split(",")[0].strip()
    if first.isdecimal():
        found = nvml.nvmlDeviceGetHandleByIndex_v2(ctypes.c_uint(int(first)), ctypes.byref(handle))
    else:
        found = nvml.nvmlDeviceGetHandleByUUID(first.encode(), ctypes.byref(handle))
    if found != 0 or nvml.nvmlDeviceGetMemoryInfo(handle, ctypes.byref(memory)) != 0:
        return None
    if nvml.nvmlDeviceGetName(handle, name, ctypes.c_uint(_NAME_BYTES)) != 0:
        return None
    return Gpu(name.value.decode(errors="replace"), memory.total)
