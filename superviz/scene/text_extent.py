"""How much room text takes: Inter's advance widths, so that scenes can lay out labels without Qt."""

from __future__ import annotations

from functools import lru_cache
from unicodedata import combining, east_asian_width

from superviz.scene.drawables import Text

_CHARACTERS = "".join(map(chr, range(32, 127))) + "−·’…°×′"
# Thousandths of an em with tabular figures, from Inter 4.1 at optical size 14; kerning is left out.
_REGULAR = (
    "269 288 466 633 642 982 644 300 391 391 648 648 269 648 269 360 648 648 648 648 648 648 648 648 648 648 269 "
    "269 648 648 648 511 966 690 654 730 722 601 590 746 743 269 571 672 565 903 753 765 639 765 644 642 646 744 "
    "690 985 682 679 629 391 360 391 471 456 323 562 612 571 612 583 370 613 591 242 242 549 242 876 591 600 612 "
    "612 376 528 327 591 562 818 546 562 552 391 333 391 648 648 288 261 864 456 648 223"
)
_BOLD = (
    "269 338 552 649 655 1016 672 339 391 391 646 646 269 646 269 388 646 646 646 646 646 646 646 646 646 646 269 "
    "269 646 646 646 560 1016 747 662 740 722 607 587 750 747 281 584 719 565 932 762 771 648 777 657 655 667 732 "
    "747 1038 738 731 664 391 388 391 487 476 365 581 630 588 630 596 398 632 623 271 271 580 271 913 623 613 630 "
    "630 407 560 366 623 600 850 580 602 573 391 372 391 646 646 334 311 1002 459 646 274"
)
_ADVANCES = {
    character: (int(regular) / 1000, int(bold) / 1000)
    for character, regular, bold in zip(_CHARACTERS, _REGULAR.split(), _BOLD.split(), strict=True)
}
_UNKNOWN, _WIDE, _NONE = (0.65, 0.66), (1.0, 1.0), (0.0, 0.0)
"""Of characters that are not in the table: most, those of Chinese, Japanese and Korean, and marks over others."""
_SMALLEST_OPTICAL_SIZE, _LARGEST_OPTICAL_SIZE = 14.0, 32.0
_TIGHTER_REGULAR, _TIGHTER_BOLD = 0.078, 0.048
"""How much narrower words are at the largest optical size."""
_ANCHOR = {"start": 0.0, "middle": 0.5, "end": 1.0}
_RISE = {"top": 0.0, "middle": 0.5, "bottom": 1.0}
_LINE = 1.21
"""Ascent and descent, in ems."""


@lru_cache(maxsize=4096)
def text_width(text: str, size: float, weight: int = 400) -> float:
    """The width of one line of text in logical pixels; within 3% of what is painted."""
    boldness = (weight - 400) / 300
    optical = min(max(size, _SMALLEST_OPTICAL_SIZE), _LARGEST_OPTICAL_SIZE)
    largeness = (optical - _SMALLEST_OPTICAL_SIZE) / (_LARGEST_OPTICAL_SIZE - _SMALLEST_OPTICAL_SIZE)
    tightness = 1.0 - largeness * (_TIGHTER_REGULAR + boldness * (_TIGHTER_BOLD - _TIGHTER_REGULAR))
    width = 0.0
    for character in text:
        regular, bold = _ADVANCES.get(character) or _advance_of(character)
        advance = regular + boldness * (bold - regular)
        width += advance if character.isdigit() else advance * tightness
    return width * size


def _advance_of(character: str) -> tuple[float, float]:
    if combining(character):
        return _NONE
    return _WIDE if east_asian_width(character) in "WF" else _UNKNOWN


@lru_cache(maxsize=1024)
def elided(text: str, size: float, room: float, weight: int = 400) -> str:
    """As much of one line as fits into `room` logical pixels, with "…" for what is left out."""
    if text_width(text, size, weight) <= room:
        return text
    shown = text
    while shown and text_width(shown + "…", size, weight) > room:
        shown = shown[:-1].rstrip()
    return shown + "…"


def text_height(size: float) -> float:
    """The height of one line, ascent and descent, in logical pixels."""
    return _LINE * size


@lru_cache(maxsize=512)
def break_lines(text: str, size: float, width: float, weight: int = 400) -> tuple[str, ...]:
    """`text` in lines that fit into `width`; a longer word has a line of its own."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and text_width(longer, size, weight) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return tuple(lines)


def text_extent(text: Text) -> tuple[float, float, float, float]:
    """Left, top, width and height of what `text` covers, with its box where it has one."""
    lines = text.text.split("\n")
    if text.wrap is not None:
        lines = [row for line in lines for row in break_lines(line, text.size, text.wrap, text.weight) or ("",)]
    width = max((text_width(line, text.size, text.weight) for line in lines), default=0.0)
    height = len(lines) * (text.line_height or text_height(text.size))
    left = text.x - _ANCHOR[text.anchor] * width
    top = text.y - _RISE[text.rise] * height
    if text.box is None:
        return left, top, width, height
    pad_x, pad_y = text.box.padding_x, text.box.padding_y
    return left - pad_x, top - pad_y, width + 2 * pad_x, height + 2 * pad_y
