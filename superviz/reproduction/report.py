"""The report: verdicts as one HTML page with its pictures inside, dark or light as the reader prefers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from urllib.parse import quote

from superviz.exchange.target import check_ending, new_file
from superviz.export.render import in_qt
from superviz.export.stills import encode_svg
from superviz.reproduction.style import style_sheet
from superviz.reproduction.verdict import Drawing, Result, Verdict
from superviz.scene.palette import LIGHT

ENDINGS = (".html", ".htm")


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What stands beside all verdicts, once."""

    hardware: str
    versions: str
    seconds: float


def write_report(verdicts: Sequence[Verdict], about: Circumstances, path: Path, *, force: bool = False) -> None:
    """Writes the page. Raises ExportError where `path` ends otherwise, exists without `force`, or can't be written."""
    check_ending(path, ENDINGS)
    with in_qt(), new_file(path, force=force) as part:
        part.write_text(page(verdicts, about), encoding="utf-8")


def page(verdicts: Sequence[Verdict], about: Circumstances) -> str:
    """The whole page. Needs a QGuiApplication with fonts for its pictures."""
    results = [result for verdict in verdicts for result in verdict.results]
    passed = sum(result.passed for result in results)
    failed = "" if passed == len(results) else ' class="failed"'
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>superviz reproduces: {passed} of {len(results)} checks pass</title>
<style>{style_sheet()}</style>
</head>
<body>
<header>
<div class="kicker">Toy models of superposition, trained anew by superviz</div>
<h1{failed}><span>{passed} of {len(results)}</span> checks pass</h1>
<p class="quiet">Models are trained as the papers describe them, and what comes out is set beside what was published, \
or follows from their formulas. All of it took {duration(about.seconds)} on {escape(about.hardware)}.</p>
</header>
<main>
<section>
<table class="summary">
<thead><tr><th>Study</th><th></th><th class="number">Checks</th><th class="number">Seeds</th>\
<th class="number">Time</th></tr></thead>
<tbody>
{"".join(map(_summary, verdicts))}</tbody>
</table>
</section>
{"".join(map(_section, verdicts))}</main>
<footer>{escape(about.versions)}. TMS is Elhage et al. 2022, “Toy Models of Superposition”. A loss is the mean over \
features unless its axis says otherwise; p is the probability that a feature is active, S = 1 − p.</footer>
</body>
</html>
"""


def duration(seconds: float) -> str:
    """A time as people say it: "0.4 s", "12 s", "3 min 20 s"."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def _summary(verdict: Verdict) -> str:
    study, passed = verdict.study, sum(result.passed for result in verdict.results)
    return (
        f'<tr><td><a href="#{study.name}">{escape(study.title)}</a></td><td>{_mark(verdict.passed)}</td>'
        f'<td class="number">{passed} of {len(verdict.results)}</td><td class="number">{study.seeds or "–"}</td>'
        f'<td class="number">{duration(verdict.seconds)}</td></tr>\n'
    )


def _section(verdict: Verdict) -> str:
    study = verdict.study
    models = sum(run.experiment.n_instances for run in study.runs)
    steps = sum(run.model_steps for run in study.runs)
    trained = f"{models:,} models, {steps:,} steps in all" if models else "nothing to train"
    return f"""<section id="{study.name}">
<h2>{escape(study.title)}</h2>
<p class="quiet"><code>{study.name}</code> · {escape(study.source)} · {trained}, {duration(verdict.seconds)}</p>
<table class="checks">
<thead><tr><th>Claim</th><th>Expected</th><th>Measured</th><th></th></tr></thead>
<tbody>
{"".join(_row(result, study.source) for result in verdict.results)}</tbody>
</table>
{"".join(map(_figure, verdict.drawings))}</section>
"""


def _row(result: Result, source: str) -> str:
    """A check; where its value comes from, if not from where the whole study does."""
    check, expected = result.check, result.check.expected
    elsewhere = f'<span class="source">{escape(check.source)}</span>' if check.source != source else ""
    tolerance = f"<small>{escape(expected.tolerance)}</small>" if expected.tolerance else ""
    return (
        f"<tr><td>{escape(check.claim)}{elsewhere}</td>"
        f'<td class="value{_length(expected.words)}" data-is="expected">{escape(expected.words)}{tolerance}</td>'
        f'<td class="value{_length(result.words)}" data-is="measured">{escape(result.words)}</td>'
        f"<td>{_mark(result.passed)}</td></tr>\n"
    )


_LONGEST = 24
"""Characters of a value that stay on one line."""


def _length(words: str) -> str:
    return " long" if len(words) > _LONGEST else ""


def _mark(passed: bool) -> str:
    return '<span class="mark">pass</span>' if passed else '<span class="mark failed">fail</span>'


def _figure(drawing: Drawing) -> str:
    caption = escape(drawing.caption)
    dark, light = drawing.scenes["dark"], drawing.scenes["light"]
    cards = ' class="cards"' if light.background == LIGHT.panel else ""
    return (
        f'<figure><picture><source media="(prefers-color-scheme: dark)" srcset="{_embedded(encode_svg(dark, ""))}">'
        f'<img{cards} src="{_embedded(encode_svg(light, ""))}" alt="{caption}" '
        f'width="{light.width:.0f}" height="{light.height:.0f}"></picture><figcaption>{caption}</figcaption></figure>\n'
    )


def _embedded(svg: bytes) -> str:
    """A drawing as an address; Qt writes twice as much as a browser needs."""
    text = svg.decode()
    for superfluous in (
        r"<\?xml[^>]*\?>|<title>[^<]*</title>|<desc>[^<]*</desc>|<defs>\s*</defs>",
        r'\s(font-[a-z]+|vector-effect)="[^"]*"',
        r' transform="matrix\(1,0,0,1,0,0\)"',
    ):
        text = re.sub(superfluous, "", text)
    text = re.sub(r'(?<= d=")[^"]*|(?<= points=")[^"]*', lambda path: _slim(path[0]), text)
    text = re.sub(r"\s+", " ", text).replace("> <", "><").replace('"', "'")
    return "data:image/svg+xml," + quote(text, safe="='/:;,()+-.")


def _slim(path: str) -> str:
    """A path to a hundredth of a pixel, without blanks: a comma does as well, and may stand in an address."""
    path = re.sub(r"-?\d+\.\d+", lambda number: f"{float(number[0]):.2f}".rstrip("0").rstrip("."), path)
    return re.sub(r"\s+", ",", re.sub(r"\s+(?=[A-Za-z])", "", path.strip()))
