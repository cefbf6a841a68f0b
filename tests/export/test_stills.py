"""The gate of the one painter: other programs rasterise our svg and pdf, and see what our png shows."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path as FilePath
from xml.etree import ElementTree

import numpy as np
import pymupdf
import pypdfium2
import pytest
import resvg_py
from numpy.typing import NDArray
from PySide6.QtGui import QImage

from superviz.core.errors import ExportError
from superviz.export.shot import Shot
from superviz.export.stills import STILL_FORMATS, encode_pdf, encode_png, encode_svg, write_still
from superviz.scene.drawables import Path, Rect, Scene, Text
from superviz.scene.frames import FRAMES
from superviz.session.recording import Recording

Picture = NDArray[np.int64]


@dataclass(frozen=True)
class Tolerance:
    """How far two pictures of one scene may be apart; levels run from 0 to 255, a pixel's is its worst channel's."""

    mean: float = 1.0
    """Of all pixels."""
    shifted: float = 0.001
    """Share of pixels more than 64 levels apart: programs differ in how they smooth an edge, but never by that much."""
    region: float = 9.0
    """Mean in the worst square of 20 pixels: a lost label is small in the whole, but not there."""


TOLERANCE = Tolerance()


def from_png(content: bytes) -> Picture:
    image = QImage.fromData(content).convertToFormat(QImage.Format.Format_RGB32)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.width(), 4)
    return rows[..., 2::-1].astype(np.int64)


def differences(one: Picture, other: Picture) -> Tolerance:
    """How far the two are apart, in the terms of a tolerance."""
    assert one.shape == other.shape
    worst = np.abs(one - other).max(axis=-1)
    height, width = (side - side % 20 for side in worst.shape)
    squares = worst[:height, :width].reshape(height // 20, 20, width // 20, 20).mean(axis=(1, 3))
    return Tolerance(float(worst.mean()), float((worst > 64).mean()), float(squares.max()))


def same_picture(one: Picture, other: Picture) -> bool:
    found = differences(one, other)
    return found.mean <= TOLERANCE.mean and found.shifted <= TOLERANCE.shifted and found.region <= TOLERANCE.region


def by_resvg(scene: Scene) -> Picture:
    return from_png(bytes(resvg_py.svg_to_bytes(svg_string=encode_svg(scene, "").decode())))


def by_mupdf(content: bytes, kind: str) -> Picture:
    with pymupdf.open(stream=content, filetype=kind) as document:
        pixmap = document[0].get_pixmap()
        return np.frombuffer(pixmap.samples, np.uint8).reshape(pixmap.height, pixmap.width, 3).astype(np.int64)


def svg_by_mupdf(scene: Scene) -> Picture:
    return by_mupdf(encode_svg(scene, ""), "svg")


def pdf_by_mupdf(scene: Scene) -> Picture:
    return by_mupdf(encode_pdf(scene, ""), "pdf")


def pdf_by_pdfium(scene: Scene) -> Picture:
    document = pypdfium2.PdfDocument(encode_pdf(scene, ""))
    picture = document[0].render(scale=1, rev_byteorder=True).to_numpy()[..., :3].astype(np.int64)
    document.close()
    return picture


Reader = Callable[[Scene], Picture]
READERS: list[Reader] = [by_resvg, svg_by_mupdf, pdf_by_mupdf, pdf_by_pdfium]


def our_png(scene: Scene) -> Picture:
    return from_png(encode_png(scene, ""))


def undashed(scene: Scene) -> Scene:
    """MuPDF draws dashed lines of an svg, and only of an svg, unbroken."""
    return replace(
        scene,
        drawables=tuple(
            replace(drawable, stroke=replace(drawable.stroke, dashes=()))
            if isinstance(drawable, Path) and drawable.stroke is not None
            else drawable
            for drawable in scene.drawables
        ),
    )


@pytest.mark.parametrize("read", READERS, ids=lambda read: read.__name__)
def test_another_program_sees_our_png(rich_scene: Scene, read: Reader) -> None:
    scene = undashed(rich_scene) if read is svg_by_mupdf else rich_scene
    found = differences(our_png(scene), read(scene))
    assert found.mean <= TOLERANCE.mean, found
    assert found.shifted <= TOLERANCE.shifted, found
    assert found.region <= TOLERANCE.region, found


@pytest.mark.parametrize("read", READERS, ids=lambda read: read.__name__)
@pytest.mark.parametrize("view", FRAMES)
def test_another_program_sees_our_png_of_a_run(run: Recording, view: str, read: Reader) -> None:
    """The frames that people export, with trails, heatmap, bars and loss."""
    scene = Shot(run, view=view, size=(1280, 720), theme="dark").scene(620)
    scene = undashed(scene) if read is svg_by_mupdf else scene
    found = differences(our_png(scene), read(scene))
    assert found.mean <= TOLERANCE.mean, found
    assert found.shifted <= TOLERANCE.shifted, found
    assert found.region <= TOLERANCE.region, found


def moved(scene: Scene, by: float) -> Scene:
    """Only what is drawn with points and rects, so that the comparison must notice a part."""
    return replace(
        scene,
        drawables=tuple(
            replace(drawable, points=drawable.points + np.array([by, 0])) if isinstance(drawable, Path) else drawable
            for drawable in scene.drawables
        ),
    )


def without_text(scene: Scene, text: str) -> Scene:
    kept = tuple(d for d in scene.drawables if not (isinstance(d, Text) and d.text == text))
    assert len(kept) == len(scene.drawables) - 1
    return replace(scene, drawables=kept)


def recoloured(scene: Scene) -> Scene:
    """One cell of the heatmap a little brighter."""
    cells = [d for d in scene.drawables if isinstance(d, Rect) and d.fill is not None]
    cell = cells[5]
    assert cell.fill is not None
    other = replace(cell, fill=replace(cell.fill, opacity=cell.fill.opacity + 0.2))
    return replace(scene, drawables=tuple(other if d is cell else d for d in scene.drawables))


SPOILT: dict[str, Callable[[Scene], Scene]] = {
    "shifted by a pixel": lambda scene: moved(scene, 1.0),
    "shifted by half a pixel": lambda scene: moved(scene, 0.5),
    "a cell of another shade": recoloured,
    "a label gone": lambda scene: without_text(scene, "+0.39"),
    "text of another weight": lambda scene: replace(
        scene, drawables=tuple(replace(d, weight=400) if isinstance(d, Text) else d for d in scene.drawables)
    ),
}


@pytest.mark.parametrize("spoil", SPOILT.values(), ids=SPOILT.keys())
def test_the_comparison_notices(rich_scene: Scene, spoil: Callable[[Scene], Scene]) -> None:
    assert not same_picture(our_png(rich_scene), our_png(spoil(rich_scene)))
    assert not same_picture(our_png(rich_scene), by_resvg(spoil(rich_scene)))


def test_svg_is_vectors_alone(rich_scene: Scene) -> None:
    content = encode_svg(rich_scene, "Five features & two dimensions")
    root = ElementTree.fromstring(content)
    kinds = {element.tag.rpartition("}")[2] for element in root.iter()}
    assert kinds <= {
        "svg",
        "title",
        "desc",
        "defs",
        "g",
        "path",
        "rect",
        "circle",
        "ellipse",
        "polygon",
        "polyline",
        "line",
    }
    assert (root.get("width"), root.get("height"), root.get("viewBox")) == ("640", "360", "0 0 640 360")
    assert root.findtext("{*}title") == "Five features & two dimensions"
    assert b"non-scaling-stroke" not in content


def test_pdf_is_vectors_alone_on_a_page_of_the_scenes_size(rich_scene: Scene) -> None:
    content = encode_pdf(rich_scene, "Five features")
    with pymupdf.open(stream=content, filetype="pdf") as document:
        assert len(document) == 1
        assert tuple(document[0].rect) == (0, 0, 640, 360)
        assert document[0].get_images(full=True) == []
        objects = [document.xref_object(xref) for xref in range(1, document.xref_length())]
        assert not [one for one in objects if re.search(r"/Subtype\s*/Image", one)]
        assert document.metadata is not None
        assert document.metadata["title"] == "Five features"


def test_text_needs_no_font(rich_scene: Scene) -> None:
    """The label's glyphs are paths in both, so they look right where Inter isn't installed."""
    with pymupdf.open(stream=encode_pdf(rich_scene, ""), filetype="pdf") as document:
        assert document[0].get_fonts() == []
    paths = encode_svg(rich_scene, "").count(b"<path")
    assert paths - encode_svg(without_text(rich_scene, "Pentagon"), "").count(b"<path") == len("Pentagon")


def test_a_scene_of_fractions_gets_whole_pixels() -> None:
    scene = Scene(99.2, 40.5, "#0B0E12", ())
    assert our_png(scene).shape == (41, 100, 3)
    assert by_resvg(scene).shape == (41, 100, 3)
    assert pdf_by_pdfium(scene).shape == (41, 100, 3)


def test_a_scene_too_large_for_memory_is_refused() -> None:
    with pytest.raises(ExportError, match="doesn't fit into memory"):
        encode_png(Scene(200_000, 200_000, "#000000", ()), "")


@pytest.mark.parametrize(
    ("ending", "starts"), [(".png", b"\x89PNG"), (".svg", b"<?xml"), (".pdf", b"%PDF"), (".PNG", b"\x89PNG")]
)
def test_the_ending_chooses_the_format(rich_scene: Scene, tmp_path: FilePath, ending: str, starts: bytes) -> None:
    path = tmp_path / f"still{ending}"
    write_still(rich_scene, path, title="Five features")
    assert path.read_bytes().startswith(starts)
    assert list(tmp_path.iterdir()) == [path]


def test_the_png_carries_its_title(rich_scene: Scene) -> None:
    assert b"tEXtTitle\0Five features" in encode_png(rich_scene, "Five features")


def test_refusals_come_before_any_painting(
    rich_scene: Scene, tmp_path: FilePath, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(scene: Scene, title: str) -> bytes:
        pytest.fail("it was painted")

    monkeypatch.setitem(STILL_FORMATS, ".png", replace(STILL_FORMATS[".png"], encode=refuse))
    (tmp_path / "there.png").write_bytes(b"old")
    for name in ("there.png", "still.gif", "nowhere/still.png"):
        with pytest.raises(ExportError):
            write_still(rich_scene, tmp_path / name)
    assert [path.name for path in tmp_path.iterdir()] == ["there.png"]
