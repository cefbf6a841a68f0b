"""Zips of arrays: numpy's are read, and what claims more than it has is refused before it is unpacked."""

from __future__ import annotations

import io
import zipfile

import numpy as np
import pytest

from superviz.core.errors import WeightsError
from superviz.exchange.npz_file import FREELY_UNPACKED, MOST_UNPACKED, holds_pickle, open_archive, stored_arrays
from superviz.exchange.stored_array import StoredArray


def npy(values: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, values)
    return buffer.getvalue()


def zipped(*members: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytearray:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return bytearray(buffer.getvalue())


def read(content: bytes | bytearray) -> dict[str, StoredArray]:
    arrays, _ = stored_arrays(open_archive(io.BytesIO(content)))
    return {array.name: array for array in arrays}


W = np.random.default_rng(0).normal(size=(2, 5)).astype(np.float32)


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_what_numpy_saves_is_read_back(save) -> None:
    buffer = io.BytesIO()
    given = {
        "W": W,
        "of the end": np.asfortranarray(W.astype(">f8")),
        "step": np.arange(3),
        "large": np.ones((500, 400)),
    }
    save(buffer, **given)
    found = read(buffer.getvalue())
    assert list(found) == list(given)
    for name, values in given.items():
        np.testing.assert_array_equal(found[name].numbers(), values.astype(np.float32))


def test_a_mark_says_how_the_weights_lie() -> None:
    buffer = io.BytesIO()
    np.savez(buffer, W=W, superviz_axes=np.array("hidden,features"))
    arrays, mark = stored_arrays(open_archive(buffer))
    assert ([array.name for array in arrays], mark) == (["W"], "hidden,features")
    other_way = npy(np.array("hidden,features").astype(">U15"))
    assert stored_arrays(open_archive(io.BytesIO(zipped(("superviz_axes.npy", other_way)))))[1] == "hidden,features"


@pytest.mark.parametrize("value", [np.array(["hidden"]), np.array(1.5), np.array("x" * 200), np.array(b"hidden")])
def test_a_mark_that_is_no_short_text_is_refused(value: np.ndarray) -> None:
    with pytest.raises(WeightsError, match="superviz_axes is no short text"):
        read(zipped(("superviz_axes.npy", npy(value))))


def test_letters_that_are_none_are_damage() -> None:
    content = npy(np.array("hidden"))
    with pytest.raises(WeightsError, match=r"^damaged: "):
        read(zipped(("superviz_axes.npy", content[:-4] + b"\xff\xff\xff\xff")))


def test_what_torch_saves_is_known() -> None:
    assert holds_pickle(open_archive(io.BytesIO(zipped(("model/data.pkl", b"")))))
    assert holds_pickle(open_archive(io.BytesIO(zipped(("data.pkl", b"")))))
    assert not holds_pickle(open_archive(io.BytesIO(zipped(("W.npy", b"")))))


def test_a_zip_without_arrays_is_none() -> None:
    with pytest.raises(WeightsError, match="a zip without arrays"):
        read(zipped(("readme.txt", b"hello")))


def test_two_arrays_of_one_name_are_refused() -> None:
    with pytest.warns(UserWarning, match="Duplicate name"):
        content = zipped(("W.npy", npy(W)), ("W.npy", npy(2 * W)))
    with pytest.raises(WeightsError, match="two arrays called W"):
        read(content)


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_other_ways_to_pack_are_refused(method: int) -> None:
    """zipfile unpacks those as far as they go, whatever was asked for."""
    with pytest.raises(WeightsError, match="packed in an unusual way"):
        read(zipped(("W.npy", npy(W)), method=method))


def test_an_encrypted_array_is_refused() -> None:
    content = zipped(("W.npy", npy(W)))
    content[content.index(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(WeightsError, match="W is encrypted"):
        read(content)


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    large = np.zeros((2, FREELY_UNPACKED // 8), np.float32)
    with pytest.raises(WeightsError, match=r"^refused: W claims to unpack from .* to 16,777,344 bytes; save it with"):
        read(zipped(("W.npy", npy(large))))
    np.testing.assert_array_equal(read(zipped(("W.npy", npy(large)), method=zipfile.ZIP_STORED))["W"].numbers(), large)


def test_a_bomb_as_likely_as_weights_is_refused_by_its_size() -> None:
    content = zipped(("W.npy", npy(W)))
    entry = content.index(b"PK\x01\x02")
    content[entry + 20 : entry + 28] = (2**29).to_bytes(4, "little") + (MOST_UNPACKED + 1).to_bytes(4, "little")
    with pytest.raises(WeightsError, match=r"^refused: W claims to unpack from 536,870,912 to 1,073,741,825 bytes"):
        read(content)


def test_zeros_of_a_moderate_size_are_believed_however_well_they_pack() -> None:
    zeros = np.zeros((100, 10_000), np.float32)
    np.testing.assert_array_equal(read(zipped(("W.npy", npy(zeros))))["W"].numbers(), zeros)


def test_sizes_that_differ_are_damage() -> None:
    content = zipped(("W.npy", npy(W)), method=zipfile.ZIP_STORED)
    content[content.index(b"PK\x01\x02") + 24] -= 4
    with pytest.raises(WeightsError, match=r"^damaged: W claims 164 bytes, but has 168$"):
        read(content)


def test_numbers_that_do_not_match_their_checksum_are_damage() -> None:
    content = zipped(("W.npy", npy(W)), method=zipfile.ZIP_STORED)
    content[content.index(W.tobytes()) + 1] ^= 1
    with pytest.raises(WeightsError, match=r"^damaged: Bad CRC-32"):
        read(content)["W"].numbers()


def test_a_list_of_contents_without_end_is_not_read() -> None:
    content = zipped(*((f"{i:0200}.npy", b"") for i in range(4500)), method=zipfile.ZIP_STORED)
    with pytest.raises(WeightsError, match="its list of contents is too long"):
        read(content)


@pytest.mark.parametrize("content", [b"PK\x03\x04", b"PK\x03\x04" + bytes(200_000)])
def test_the_beginning_of_a_zip_is_none(content: bytes) -> None:
    with pytest.raises(WeightsError, match=r"^damaged: File is not a zip file"):
        read(content)


def test_a_fault_without_words_is_put_in_some() -> None:
    content = zipped(("W.npy", npy(W)))
    content[content.index(b"PK\x01\x02") + 8] |= 0x20
    with pytest.raises(WeightsError, match=r"^damaged: compressed patched data"):
        read(content)
