"""What numba lacks for the kernel: arithmetic that stays in 32 bits, and pointers into arrays."""
# pyright: basic
# (llvmlite, whose instructions are written here, comes without types; what this module offers is typed.)

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias, cast

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic
from numpy.typing import NDArray

from superviz.core.snapshot import Array
from superviz.engine import random_numbers

Pointer: TypeAlias = Array
"""A pointer to float32; only compiled code ever holds one."""
IndexPointer: TypeAlias = Any
"""A pointer to whole numbers."""


class _Word:
    """A 32-bit word of a program being written: calling `random_numbers.mix` with these writes its machine code.

    Numba itself widens every operation on 32-bit integers to 64 bits, which takes three times as long.
    """

    def __init__(self, builder: ir.IRBuilder, value: Any) -> None:
        self.builder, self.value = builder, value

    def _write(self, operation: str, other: _Word | int) -> _Word:
        operand = other.value if isinstance(other, _Word) else ir.Constant(ir.IntType(32), other)
        return _Word(self.builder, getattr(self.builder, operation)(self.value, operand))

    def __mul__(self, other: _Word | int) -> _Word:
        return self._write("mul", other)

    def __xor__(self, other: _Word | int) -> _Word:
        return self._write("xor", other)

    def __rshift__(self, other: int) -> _Word:
        return self._write("lshr", other)


@intrinsic
def _mix(typing_context: Any, word: Any) -> Any:
    def write(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        trace = cast(Callable[[_Word], _Word], random_numbers.mix)
        return trace(_Word(builder, arguments[0])).value

    return types.uint32(types.uint32), write


@intrinsic
def _add_words(typing_context: Any, one: Any, other: Any) -> Any:
    def write(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.add(*arguments)

    return types.uint32(types.uint32, types.uint32), write


@intrinsic
def _pointer(typing_context: Any, array: Any) -> Any:
    def write(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return context.make_array(signature.args[0])(context, builder, arguments[0]).data

    return types.CPointer(array.dtype)(array), write


@intrinsic
def _offset(typing_context: Any, pointer: Any, count: Any) -> Any:
    def write(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.gep(arguments[0], [arguments[1]])

    return pointer(pointer, types.int64), write


mix = cast(Callable[[np.uint32], np.uint32], _mix)
"""`random_numbers.mix` of a single word."""
add_words = cast(Callable[[np.uint32, np.uint32], np.uint32], _add_words)
"""The sum of two words, modulo 2^32."""
pointer = cast(Callable[[NDArray[Any]], Any], _pointer)
"""Where a contiguous array's numbers begin. It counts no reference: the array must outlive it."""
offset = cast(Callable[[Pointer, int], Pointer], _offset)
"""The pointer so many numbers on."""
