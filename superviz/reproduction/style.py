"""The report's style sheet: the palettes' own colours, dark or light as the reader's system prefers."""

from __future__ import annotations

from superviz.scene.palette import DARK, LIGHT, Palette

_COLORS = ("window", "panel", "canvas", "line", "line_strong", "text1", "text2", "text3", "accent", "accent_tint")


def style_sheet() -> str:
    """CSS for the whole page."""
    light, dark = (f":root {{ {_variables(palette)} }}" for palette in (LIGHT, DARK))
    return f"{light}\n@media (prefers-color-scheme: dark) {{ {dark} }}\n{_RULES}"


def _variables(palette: Palette) -> str:
    colors = " ".join(f"--{name.replace('_', '-')}: {getattr(palette, name)};" for name in _COLORS)
    return f"color-scheme: {palette.name}; {colors} --fail: {palette.interference_high};"


_RULES = """
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--window); color: var(--text1);
  font: 15px/1.55 Inter, system-ui, -apple-system, "Segoe UI", Roboto, sans-serif;
  font-feature-settings: "tnum"; -webkit-font-smoothing: antialiased;
}
main, header, footer { max-width: 1040px; margin: 0 auto; padding: 0 24px; }
header { padding-top: 56px; padding-bottom: 24px; }
h1 { font-size: 40px; line-height: 1.15; letter-spacing: -0.02em; margin: 6px 0 12px; }
h1 span { color: var(--accent); }
h1.failed span { color: var(--fail); }
h2 { font-size: 24px; line-height: 1.25; letter-spacing: -0.01em; margin: 0; }
p { margin: 0 0 12px; max-width: 72ch; }
a { color: inherit; text-decoration-color: var(--line-strong); text-underline-offset: 3px; }
a:hover { text-decoration-color: var(--accent); }
a:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 3px; }
.kicker, .quiet { color: var(--text2); }
.source { display: block; color: var(--text3); font-size: 13px; }
section {
  background: var(--panel); border: 1px solid var(--line); border-radius: 6px; padding: 24px; margin: 0 0 24px;
}
section > .quiet { margin: 4px 0 16px; font-size: 14px; max-width: none; }
.checks th:nth-child(2) { width: 150px; }
.checks th:nth-child(3) { width: 200px; }
.checks th:nth-child(4) { width: 64px; }
table { width: 100%; border-collapse: collapse; font-size: 14px; }
th {
  text-align: left; font-weight: 600; font-size: 12px; color: var(--text3); padding: 0 12px 8px 0; white-space: nowrap;
}
td { vertical-align: top; padding: 10px 12px 10px 0; border-top: 1px solid var(--line); }
td.value { white-space: nowrap; font-weight: 600; max-width: 240px; }
td.value.long { white-space: normal; }
td.value small { display: block; font-weight: 400; font-size: 12px; color: var(--text2); }
td.number, th.number { text-align: right; white-space: nowrap; }
tr > :last-child { padding-right: 0; }
.mark {
  display: inline-block; min-width: 46px; text-align: center; font-size: 12px; font-weight: 600; line-height: 22px;
  border-radius: 5px; padding: 0 8px; color: var(--accent); background: var(--accent-tint);
}
.mark.failed { color: var(--window); background: var(--fail); }
figure { margin: 24px 0 0; }
figure img { display: block; max-width: 100%; height: auto; border-radius: 6px; border: 1px solid var(--line); }
figure img.cards { border: none; }
figcaption { color: var(--text2); font-size: 13px; margin-top: 8px; max-width: 80ch; }
footer { color: var(--text3); font-size: 13px; padding-bottom: 56px; }
@media (max-width: 720px) {
  section { padding: 16px; }
  .summary :is(td, th):nth-child(n + 4) { display: none; }
  .checks, .checks tbody, .checks tr, .checks td { display: block; padding-right: 0; }
  .checks thead { display: none; }
  .checks tr { border-top: 1px solid var(--line); padding: 10px 0; }
  .checks td { border: none; padding: 2px 0; max-width: none; white-space: normal; }
  .checks td[data-is]::before { content: attr(data-is) " "; font-weight: 400; color: var(--text3); font-size: 12px; }
}
@media print { section { break-inside: avoid; border: none; padding: 0; } body { background: none; } }
"""
