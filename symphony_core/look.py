"""Colours, type and spacing that every card shares, as style sheets.

Ink and paper come from the page that surrounds the card: the Material page, a
JupyterLab cell, or any other template. All greys are mixtures of these two, so
light and dark follow by themselves and keep their contrast.
"""

from __future__ import annotations

from collections.abc import Iterable

TOKENS = """
:host, .sy {
  --sy-ink: var(--mui-palette-text-primary, var(--jp-ui-font-color1, var(--panel-on-background-color, #1f2328)));
  --sy-paper: var(--mui-palette-background-paper, var(--jp-layout-color1, var(--panel-background-color, #ffffff)));
  --sy-muted: color-mix(in srgb, var(--sy-ink) 72%, var(--sy-paper));
  --sy-line: color-mix(in srgb, var(--sy-ink) 16%, var(--sy-paper));
  --sy-wash: color-mix(in srgb, var(--sy-ink) 6%, var(--sy-paper));
  --sy-all: color-mix(in srgb, var(--sy-ink) 22%, var(--sy-paper));
  --sy-fill: #3f87c9;
  --sy-pick: #d95f02;
  --sy-link: color-mix(in srgb, #1769b0 62%, var(--sy-ink));
  --sy-bad: color-mix(in srgb, #c62828 72%, var(--sy-ink));
  --sy-font: var(--mui-font-family, var(--jp-ui-font-family, system-ui, "Segoe UI", Roboto, sans-serif));
  --sy-mono: ui-monospace, "SFMono-Regular", Menlo, Consolas, "DejaVu Sans Mono", monospace;
  color: var(--sy-ink); font: 13px/1.4 var(--sy-font);
}
*, *::before, *::after { box-sizing: border-box; }
button, input, select { font: inherit; color: inherit; }
button { background: none; border: 1px solid var(--sy-line); border-radius: 4px; padding: 1px 8px;
  min-height: 24px; cursor: pointer; }
button:hover:not(:disabled) { background: var(--sy-wash); }
button:disabled { opacity: .55; cursor: default; }
button.plain { border-color: transparent; padding: 0 6px; }
select, input { background: var(--sy-paper); border: 1px solid var(--sy-line); border-radius: 4px;
  min-height: 24px; padding: 1px 6px; }
:focus-visible { outline: 2px solid var(--sy-link); outline-offset: 1px; }
progress { appearance: none; border: 0; border-radius: 2px; overflow: hidden; background: var(--sy-line); }
progress::-webkit-progress-bar { background: var(--sy-line); }
progress::-webkit-progress-value { background: var(--sy-fill); }
progress::-moz-progress-bar { background: var(--sy-fill); }
.mono { font-family: var(--sy-mono); }
.muted { color: var(--sy-muted); }
.num { font-variant-numeric: tabular-nums; text-align: right; }
[hidden] { display: none !important; }
.row { display: flex; gap: 8px; align-items: center; flex-wrap: wrap; }
h2.part { font-size: 11px; letter-spacing: .06em; text-transform: uppercase; color: var(--sy-muted); margin: 0 0 6px;
  font-weight: 600; display: flex; align-items: center; gap: 6px; min-height: 24px; }
h2.part .push { margin-left: auto; }
h2.part button { text-transform: none; letter-spacing: 0; font-weight: 400; }
.error { color: var(--sy-bad); margin: 4px 0 0; font-size: 12px; white-space: pre-wrap; overflow-wrap: anywhere; }
.chips { display: flex; flex-wrap: wrap; gap: 4px; }
.chip { display: inline-flex; align-items: center; border: 1px solid var(--sy-line); border-radius: 12px;
  padding-left: 8px; font-family: var(--sy-mono); font-size: 12px; max-width: 100%; }
.chip span { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.chip button { border: 0; min-height: 22px; }
.empty { padding: 24px 12px; color: var(--sy-muted); text-align: center; }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
"""

# Okabe and Ito's palette for colour-blind eyes, without its black, which is lost on a dark page, and with
# a wine red for its vermilion, which is the colour of the selection.
CATEGORIES = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#a4406e", "#b8a900")
OTHER = "#8a8a8a"


def category_colours(levels: Iterable[str]) -> dict[str, str]:
    """Give each value its colour; the same values in the same order get the same colours.

    The eighth and later values share one grey, since more hues cannot be told apart.
    """
    colours = {}
    for index, level in enumerate(levels):
        colours[level] = CATEGORIES[index] if index < len(CATEGORIES) else OTHER
    return colours
