"""Bare Material pages to measure ours against; run as servers by other benchmarks.

python benchmarks/_bare.py page --port PORT     one plot, one table of 20 rows, two inputs
python benchmarks/_bare.py swap --port PORT     a button that swaps one picture for another
"""

from __future__ import annotations

import argparse
import io

import numpy as np
import pandas as pd
import panel as pn
import panel_material_ui as pmui
from bokeh.plotting import figure
from PIL import Image, ImageDraw

# What the second of two cards takes in a window of 1400 x 900 pixels.
PICTURE_PX = (1072, 720)
MARK_COUNT = 3_000


def first_page() -> pmui.Page:
    """Give a page as small as a dashboard gets."""
    random = np.random.default_rng(0)
    plot = figure(height=300, sizing_mode="stretch_width")
    counts, edges = np.histogram(random.normal(size=10_000), 20)
    plot.quad(top=counts, bottom=0, left=edges[:-1], right=edges[1:])
    frame = pd.DataFrame(random.normal(size=(20, 8)).round(3), columns=list("abcdefgh"))
    inputs = [pmui.TextInput(label="Filter"), pmui.Select(label="Group by", options=["a", "b"])]
    table = pn.widgets.Tabulator(frame, sizing_mode="stretch_width")
    return pmui.Page(title="Bare", sidebar=inputs, main=[pn.pane.Bokeh(plot), table], theme_toggle=True)


def swap_page() -> pmui.Page:
    """Give a page whose button shows the other of two pictures."""
    pictures = [picture(seed) for seed in (1, 2)]
    width, height = PICTURE_PX
    pane = pn.pane.PNG(pictures[0], width=width, height=height)
    button = pmui.Button(label="Swap")

    def swap(*_: object) -> None:
        pane.object = pictures[pane.object is pictures[0]]

    button.on_click(swap)
    return pmui.Page(title="Bare", sidebar=[button], main=[pane], theme_toggle=True)


def picture(seed: int) -> bytes:
    """Draw marks on white, as a plot of many points looks."""
    random = np.random.default_rng(seed)
    drawn = Image.new("RGB", PICTURE_PX, "white")
    pen = ImageDraw.Draw(drawn)
    for x, y in (random.random((MARK_COUNT, 2)) * PICTURE_PX).tolist():
        pen.ellipse((x, y, x + 4, y + 4), fill=(63, 135, 201))
    file = io.BytesIO()
    drawn.save(file, "PNG")
    return file.getvalue()


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("page", choices=["page", "swap"])
    parser.add_argument("--port", type=int, required=True)
    given = parser.parse_args()
    page = {"page": first_page, "swap": swap_page}[given.page]
    if given.page == "page":
        pn.extension("tabulator")
    pn.serve({"/": page}, port=given.port, show=False, verbose=False, liveness=True)


if __name__ == "__main__":
    main()
