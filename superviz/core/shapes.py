"""Plain names for arrangements of features, given only where every part of them is certain.

Parts lie at right angles to each other, and some are together a solid with a name of its own: three digons are an
octahedron.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from superviz.core.parts import Glyph, Part, is_certainly_mixed, parts_of

UNNAMED = "Finding directions"
"""What an arrangement is called while no plain name is certain."""

_SOLIDS: dict[tuple[Glyph, ...], str] = {
    ("digon", "digon", "digon"): "octahedron",
    ("triangle", "digon"): "triangular bipyramid",
    ("pentagon", "digon"): "pentagonal bipyramid",
}
"""Each has a digon for an axis, and its other parts around that."""
_WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


@dataclass(frozen=True, slots=True)
class Shape:
    """A named arrangement."""

    name: str
    """"Two digons and a dead feature"."""
    short: str
    """The name where room is scarce: "Two digons"."""
    glyph: Glyph
    """What all parts are, or form together, or "mixed"; "dead" where nothing lives."""
    parts: tuple[Part, ...]
    """Largest first."""
    dead: tuple[int, ...]
    """Features that the model does not represent."""

    @property
    def composition(self) -> str:
        """What it is made of: "three digons", "a pentagon and one alone"."""
        return _listed([_counted(*entry) for entry in Counter(part.name for part in self.parts).items()])

    @property
    def edges(self) -> tuple[tuple[int, int], ...]:
        """The pairs of features that are neighbours in one of its parts, or in the solid that they form."""
        # A digon's is left out: its two arrows are that line.
        own = tuple(edge for part in self.parts if part.glyph != "digon" for edge in part.edges)
        between = combinations(self.parts if self.glyph == "bipyramid" else (), 2)
        return own + tuple((one, other) for a, b in between for one in a.features for other in b.features)


def name_shape(W: NDArray[np.floating]) -> Shape | None:
    """The plain name of W's arrangement, (hidden, features); None where any part of it is not certain."""
    if is_certainly_mixed(W):
        return None
    parts, dead = parts_of(W)
    if not parts:
        return Shape("All dead", "All dead", "dead", (), dead)
    glyphs: tuple[Glyph, ...] = tuple(part.glyph for part in parts)
    if "mixed" in glyphs:
        return None
    if glyphs in _SOLIDS:
        return _whole(_SOLIDS[glyphs], "bipyramid", parts, dead)
    counts = Counter(part.name for part in parts)
    if len(counts) > 1:
        short = _capitalised(_listed([_counted(*entry) for entry in counts.items()]))
        return Shape(_with_dead(short, dead), short, "mixed", parts, dead)
    ((name, count),) = counts.items()
    if count == 1 and name != "alone":
        return _whole(name, glyphs[0], parts, dead)
    if name == "alone":
        name = f"{_capitalised(number_word(count))} orthogonal" if count > 1 else "One alone"
        return Shape(name, "Orthogonal" if count > 1 else name, "alone", parts, dead)
    short = f"{_capitalised(number_word(count))} {name}s"
    return Shape(_with_dead(short, dead), short, glyphs[0], parts, dead)


def feature_glyphs(W: NDArray[np.floating]) -> tuple[Glyph, ...]:
    """What each feature of W, (hidden, features), is part of: a certain shape, "mixed" or "dead"."""
    glyphs: list[Glyph] = ["dead"] * W.shape[-1]
    for part in parts_of(W)[0]:
        for feature in part.features:
            glyphs[feature] = part.glyph
    return tuple(glyphs)


def number_word(count: int) -> str:
    """The number as a word, "two"; in digits above twelve."""
    return _WORDS[count] if count < len(_WORDS) else f"{count:,}"


def _whole(name: str, glyph: Glyph, parts: tuple[Part, ...], dead: tuple[int, ...]) -> Shape:
    """A single thing, called that."""
    full = _with_dead(_with_article(name), dead) if dead else name
    return Shape(_capitalised(full), _capitalised(name), glyph, parts, dead)


def _counted(name: str, count: int) -> str:
    if name == "alone":
        return f"{number_word(count)} alone"
    return _with_article(name) if count == 1 else f"{number_word(count)} {name}s"


def _with_article(name: str) -> str:
    return f"{'an' if name.startswith(('a', 'e', 'i', 'o', 'u')) else 'a'} {name}"


def _with_dead(name: str, dead: tuple[int, ...]) -> str:
    if not dead:
        return name
    more = "a dead feature" if len(dead) == 1 else f"{number_word(len(dead))} dead features"
    return f"{name}, {more}" if " and " in name else f"{name} and {more}"


def _listed(entries: list[str]) -> str:
    return entries[0] if len(entries) == 1 else f"{', '.join(entries[:-1])} and {entries[-1]}"


def _capitalised(text: str) -> str:
    return text[0].upper() + text[1:]
