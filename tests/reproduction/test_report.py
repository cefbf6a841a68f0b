"""The report: one whole page that says what happened, safe against odd words, with its pictures inside."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote
from xml.etree import ElementTree

import numpy as np
import pytest

from superviz.core.errors import ExportError
from superviz.reproduction.chart import Axis, Curve, chart
from superviz.reproduction.expected import near
from superviz.reproduction.report import Circumstances, duration, page, write_report
from superviz.reproduction.run import probabilities, sweep
from superviz.reproduction.study import Check, Study
from superviz.reproduction.style import style_sheet
from superviz.reproduction.verdict import Drawing, Result, Verdict
from superviz.scene.palette import DARK, LIGHT, PALETTES

ABOUT = Circumstances("A <fast> processor, 2 cores", "superviz 1, numpy 2", 83.0)
RUN = sweep(probabilities(0.5), seeds=2, n_features=3, n_hidden=2, steps=1000)


def verdict(*, passed: bool = True, source: str = "a paper", drawings: tuple[Drawing, ...] = ()) -> Verdict:
    check = Check("lengths", "Lengths are < 2 & equal.", source, near([1, 1], 0.05), lambda models: [1.0, 1.0])
    study = Study("some", "Some “study”", "a paper", (RUN,), (check,))
    return Verdict(study, (Result(check, (1.001, 0.5 if not passed else 0.99), passed),), drawings, 3.2)


def picture() -> Drawing:
    x = np.linspace(0, 1, 30)
    curves = [Curve(x, x**2, "square", 4)]
    axes = Axis("across", 0, 1), Axis("up", 0, 1)
    return Drawing("A <curve>.", {theme: chart(curves, *axes, palette) for theme, palette in PALETTES.items()})


VOID = {"meta", "img", "source", "br"}


class Tags(HTMLParser):
    """Fails where tags don't close in their order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def tags(text: str) -> list[tuple[str, dict[str, str | None]]]:
    parser = Tags()
    parser.feed(text)
    assert parser.open == []
    return parser.seen


def test_the_page_says_what_was_checked() -> None:
    text = page([verdict(), verdict(passed=False)], ABOUT)
    tags(text)
    plain = re.sub(r"<[^>]+>", " ", text)
    assert "1 of 2  checks pass" in plain
    assert "Lengths are &lt; 2 &amp; equal." in text
    assert "1.001, 0.500" in plain
    assert "± 0.05" in plain
    assert "2 models, 2,000 steps in all, 3.2 s" in plain
    assert plain.count("A &lt;fast&gt; processor, 2 cores") == 1
    assert "1 min 23 s" in plain


def test_failing_is_told_in_words_too() -> None:
    text = page([verdict(passed=False)], ABOUT)
    assert '<span class="mark failed">fail</span>' in text
    assert '<h1 class="failed">' in text
    assert "failed" not in page([verdict()], ABOUT).partition("</style>")[2]


def test_a_source_of_its_own_stands_beside_its_check() -> None:
    assert '<span class="source">' not in page([verdict()], ABOUT)
    assert '<span class="source">measured for this project</span>' in page(
        [verdict(source="measured for this project")], ABOUT
    )


def test_nothing_is_fetched_from_elsewhere_and_nothing_runs(in_qt_with_fonts: None) -> None:
    text = page([verdict(drawings=(picture(),))], ABOUT)
    seen = tags(text)
    assert not {"script", "link", "iframe"} & {tag for tag, _ in seen}
    addresses = [
        value for _, attributes in seen for name, value in attributes.items() if name in ("src", "srcset", "href")
    ]
    assert addresses
    assert all(address and address.startswith(("data:", "#")) for address in addresses)
    assert "url(" not in text
    assert "@import" not in text


def test_pictures_are_whole_drawings_in_both_themes(in_qt_with_fonts: None) -> None:
    seen = tags(page([verdict(drawings=(picture(),))], ABOUT))
    ((_, dark),) = [entry for entry in seen if entry[0] == "source"]
    ((_, light),) = [entry for entry in seen if entry[0] == "img"]
    assert dark["media"] == "(prefers-color-scheme: dark)"
    assert light["alt"] == "A <curve>."
    for address, palette in ((dark["srcset"], DARK), (light["src"], LIGHT)):
        assert address is not None
        assert not re.search(r"\s", address), "an address in srcset ends at a blank"
        kind, _, drawing = address.partition(",")
        assert kind == "data:image/svg+xml"
        text = unquote(drawing)
        root = ElementTree.fromstring(text)
        assert (root.get("width"), root.get("height")) == ("960", "310")
        assert palette.few_features[4].lower() in text
        paths = [path.get("d") or "" for path in root.iter("{http://www.w3.org/2000/svg}path")]
        assert paths
        assert all(re.fullmatch(r"[MLCQZz0-9.,\-e]+", path) for path in paths)


def test_a_drawing_loses_nothing_that_shows(in_qt_with_fonts: None) -> None:
    """Rendered by another program, the drawing on the page is the exporter's own, to the last shade or two."""
    import resvg_py

    from superviz.export.stills import encode_svg
    from superviz.reproduction.report import _embedded

    svg = encode_svg(picture().scenes["dark"], "")
    slim = unquote(_embedded(svg).partition(",")[2])
    assert len(slim) < 0.7 * len(svg)
    before, after = (_pixels(resvg_py.svg_to_bytes(svg_string=text)) for text in (svg.decode(), slim))
    # Lines are drawn in sixteen shades: a hundredth of a pixel may take one to the next.
    assert np.abs(before - after).max() <= 20
    assert before.std() > 5


def _pixels(png: bytes) -> np.ndarray:
    from PySide6.QtGui import QImage

    image = QImage.fromData(bytes(png)).convertToFormat(QImage.Format.Format_RGB32)
    return np.frombuffer(image.constBits(), dtype=np.uint8).astype(int)


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.04, "0.0 s"), (9.94, "9.9 s"), (59.4, "59 s"), (59.6, "1 min 0 s"), (754, "12 min 34 s")]
)
def test_durations(seconds: float, words: str) -> None:
    assert duration(seconds) == words


def test_it_is_written_once(tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    write_report([verdict(drawings=(picture(),))], ABOUT, path)
    assert path.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert list(tmp_path.iterdir()) == [path]
    with pytest.raises(ExportError, match="exists already"):
        write_report([verdict()], ABOUT, path)
    write_report([verdict()], ABOUT, path, force=True)
    assert "<figure>" not in path.read_text(encoding="utf-8")


def test_another_ending_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match=r"unknown ending .pdf; end the name in .htm or .html"):
        write_report([verdict()], ABOUT, tmp_path / "report.pdf")


def test_the_style_has_both_palettes() -> None:
    style = style_sheet()
    light, _, dark = style.partition("@media (prefers-color-scheme: dark)")
    assert f"--window: {LIGHT.window};" in light
    assert f"--window: {DARK.window};" in dark.partition("\n")[0]
    used = set(re.findall(r"var\(--([a-z0-9-]+)\)", style))
    defined = set(re.findall(r"--([a-z0-9-]+):", light))
    assert used <= defined
