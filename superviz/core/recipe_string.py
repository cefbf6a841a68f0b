"""Recipe string: an experiment as one short line of text to send to someone; versioned, checksummed, hard to garble.

`superviz1-` and then, in base 58, what is told of the experiment as JSON, deflated, and a CRC-32 of that. Base 58 has
no look-alikes (0 O I l) and none of the signs that chat programs take for markup.
"""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Mapping
from typing import Any, cast

from superviz.core.errors import RecipeError

VERSION = 1
BEGINNING = f"superviz{VERSION}-"

_MOST_BYTES = 2**20
"""Of JSON. Experiments of more, with weights or probabilities for very many, are better sent as files."""
_MOST_CHARACTERS = 2**21
"""Of what is pasted: room for all that deflates badly, and for line breaks."""

_DIGITS = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_BLOCK, _LENGTHS = 8, (0, 2, 3, 5, 6, 7, 9, 10, 11)
"""Bytes that are turned into digits together, and how many digits so many bytes take: linear time, unlike one number
of all bytes."""
_CHECKSUM_BYTES = 4
_BEGINS = re.compile(r"superviz(\d{1,4})[-\u2010-\u2015\u2212]", re.IGNORECASE)
_FILE_ENDING = re.compile(r"\.[A-Za-z]+$")
_CLUTTER = re.compile(r"[^0-9A-Za-z\u2010-\u2015\u2212-]+")
"""What chat, mail and writers put around a text or into it: line breaks, spaces, quotes, markup, invisible signs."""

# What is likely in such a JSON, the likeliest last: deflate points back into it. It is part of version 1: a change
# makes every string unreadable that was sent before.
_LIKELY = (
    b'one_hot,"probability_of":"set""momentum":"starting_polygon":"polygon""noise_free":true,"best_of":"warmup":'
    b'"schedule":"cosine""linear","optimiser":"adam"sgd","weight_decay":0,"batch_size":"learning_rate":0.003,'
    b'"unit_norm":true"training_set":"signed":true,"parents":[-1,0,-1,2],"correlation":0.5,"feature_sets":[[0,1],[2,3]]'
    b'"starting_bias":"starting_scale":0.1,"starting_weights":[[0.0,1.0,-"l1_penalty":0.001,"bias":false,"model":'
    b'"absolute_value","relu_hidden","loss_over_features":"sum","distribution":"hierarchical""anticorrelated",'
    b'"correlated","n_instances":8,"feature_probability":[1.0,0.5,0.25,0.1,0.05,0.02,0.01,"steps":20000,"seed":0,'
    b'"about":{"title":" pentagon digons 5 features, 2 dimensions","instance":0,"pace":120.0}}{"n_features":20,'
    b'"importance":0.9,"n_hidden":5,{"n_features":5,"n_hidden":2,"n_instances":8,"seed":1,"about":{"title":"A "}}'
)


def is_recipe_string(text: str) -> bool:
    """Whether `text` is meant as a recipe string, of whichever version and perhaps garbled; a file's name is not."""
    return (
        len(text) <= _MOST_CHARACTERS
        and not _FILE_ENDING.search(text)
        and _BEGINS.match(_CLUTTER.sub("", text)) is not None
    )


def encode(values: Mapping[str, Any]) -> str:
    """The string that tells of `values`, JSON's own kinds. Raises RecipeError where they are too many for one."""
    text = json.dumps(values, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode(errors="replace")
    if len(text) > _MOST_BYTES:
        raise RecipeError("this experiment has too many numbers for a recipe string; save its recipe as a file instead")
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS, zdict=_LIKELY)
    packed = packer.compress(text) + packer.flush()
    return BEGINNING + _to_digits(zlib.crc32(packed).to_bytes(_CHECKSUM_BYTES) + packed)


def decode(text: str) -> dict[str, Any]:
    """What a recipe string tells, of any names and values that JSON has: they are still to be validated.

    Line breaks, spaces, quotes and invisible signs are forgiven. Raises RecipeError, whatever `text` is, and takes no
    more than some megabytes to find out.
    """
    if not is_recipe_string(text):
        raise RecipeError(f"no recipe string; one begins with {BEGINNING}")
    text = _CLUTTER.sub("", text)
    begins = cast("re.Match[str]", _BEGINS.match(text))
    version = int(begins[1])
    if version > VERSION:
        raise RecipeError(
            f"the recipe string has version {version}, from a newer superviz; this one reads version {VERSION}"
        )
    data = _from_digits(text[begins.end() :])
    checksum, packed = data[:_CHECKSUM_BYTES], data[_CHECKSUM_BYTES:]
    if version < VERSION or not packed or checksum != zlib.crc32(packed).to_bytes(_CHECKSUM_BYTES):
        raise RecipeError("the recipe string is not whole: a character was lost or changed; copy it again")
    return _unpacked(packed)


def _unpacked(packed: bytes) -> dict[str, Any]:
    """The checksum was right, so only someone's own making is refused here."""
    unpacker = zlib.decompressobj(-zlib.MAX_WBITS, zdict=_LIKELY)
    try:
        text = unpacker.decompress(packed, _MOST_BYTES)
        values: object = json.loads(text) if unpacker.eof and not unpacker.unused_data else None
        json.dumps(values, ensure_ascii=False).encode()  # half a surrogate pair is no text
    except (zlib.error, ValueError, RecursionError):
        values = None
    if not isinstance(values, dict):
        raise RecipeError("the recipe string holds no recipe that superviz wrote")
    return cast("dict[str, Any]", values)


def _to_digits(data: bytes) -> str:
    return "".join(_block_to_digits(data[at : at + _BLOCK]) for at in range(0, len(data), _BLOCK))


def _block_to_digits(block: bytes) -> str:
    number, digits = int.from_bytes(block), ""
    for _ in range(_LENGTHS[len(block)]):
        number, digit = divmod(number, 58)
        digits = _DIGITS[digit] + digits
    return digits


def _from_digits(text: str) -> bytes:
    """The bytes; none where `text` is not what `_to_digits` makes."""
    blocks: list[bytes] = []
    for at in range(0, len(text), _LENGTHS[_BLOCK]):
        digits = text[at : at + _LENGTHS[_BLOCK]]
        if len(digits) not in _LENGTHS or not set(digits) <= set(_DIGITS):
            return b""
        number, size = 0, _LENGTHS.index(len(digits))
        for digit in digits:
            number = 58 * number + _DIGITS.index(digit)
        if number >= 256**size:
            return b""
        blocks.append(number.to_bytes(size))
    return b"".join(blocks)
