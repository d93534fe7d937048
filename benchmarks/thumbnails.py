"""The next page of 100 thumbnails, against decoding and encoding these 100 pictures.

    python benchmarks/thumbnails.py [--quick] [--pages N]

Ours is everything that the server does after a click on "next page": finding the
rows, their cells, their thumbnails as data addresses, and the message as JSON;
thumbnails and masks are forgotten before each page and nothing is made ahead. The
baseline opens the same pictures with Pillow, from bytes in memory, and writes them
in the format in which we hand them out:

- 64 x 64 PNGs, which we pass through: decoded and written as PNG again;
- 512 x 512 JPEGs, which must be shrunk to 64 pixels: decoded at the size that `draft`
  allows, shrunk, and written as the same WebP as ours.

"made ahead" is the same page after it was prepared while the page before it was on
show. The two take turns; each ratio is the median of the ratios of the pages.
"""

from __future__ import annotations

import io
import json
import statistics
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
from _big import parser
from _report import milliseconds, reach, seconds, show
from PIL import Image

from symphony_core import media
from symphony_core.manifest import Manifest
from symphony_core.registry import Registry
from symphony_core.session import Session
from symphony_core.sources import open_source
from symphony_core.workspace import Workspace
from symphony_panel_instances.view import InstancesView

PAGE = 100
PX = 64
LIMIT = 1.5


def small_png(rng: np.random.Generator) -> bytes:
    """A picture like an icon: a few soft shapes on transparency."""
    coarse = Image.fromarray(rng.integers(0, 255, (6, 6, 4), dtype=np.uint8), "RGBA")
    buffer = io.BytesIO()
    coarse.resize((PX, PX), Image.Resampling.BICUBIC).save(buffer, "PNG")
    return buffer.getvalue()


def photo(rng: np.random.Generator) -> bytes:
    """A picture like a photo: soft shapes with some grain."""
    coarse = Image.fromarray(rng.integers(0, 255, (24, 24, 3), dtype=np.uint8))
    pixels = np.asarray(coarse.resize((512, 512), Image.Resampling.BICUBIC), dtype=np.int16)
    grain = rng.integers(-12, 12, pixels.shape, dtype=np.int16)
    buffer = io.BytesIO()
    Image.fromarray(np.clip(pixels + grain, 0, 255).astype(np.uint8)).save(buffer, "JPEG", quality=90)
    return buffer.getvalue()


def png_again(data: bytes) -> None:
    with Image.open(io.BytesIO(data)) as image:
        image.load()
        image.save(io.BytesIO(), "PNG")


def shrunk_to_webp(data: bytes) -> None:
    with Image.open(io.BytesIO(data)) as image:
        image.draft("RGB", (PX, PX))
        image.thumbnail((PX, PX))
        image.save(io.BytesIO(), "WEBP", quality=85, method=2)


def opened(folder: Path, pictures: list[bytes], suffix: str) -> InstancesView:
    names = [f"{i:05}{suffix}" for i in range(len(pictures))]
    for name, data in zip(names, pictures, strict=True):
        (folder / name).write_bytes(data)
    frame = pd.DataFrame({"id": names, "image": names, "label": [f"c{i % 7}" for i in range(len(names))]})
    path = folder / "table.parquet"
    frame.to_parquet(path)
    session = Session(Workspace(open_source(path)), Registry(Manifest(allow=())))
    view = InstancesView(session, grid_rows=PAGE, thumbnail_px=PX)
    assert view.frame.problem == ""
    return view


def turn(view: InstancesView, number: int) -> None:
    """Turn to a page and have all its pictures, as messages; without a loop the late ones come at once."""
    component = view.frame.body
    component._handle_msg({"kind": "page", "number": number})
    late = component.late.get("made") or component.data["made"]
    assert len(late) == PAGE
    assert all("uri" in shown for _, _, shown in late)
    json.dumps([component.data, component.late])


def measure(name: str, make: Callable[[np.random.Generator], bytes], suffix: str,
            again: Callable[[bytes], None], page_count: int) -> None:  # fmt: skip
    rng = np.random.default_rng(0)
    pictures = [make(rng) for _ in range(PAGE * (page_count + 1))]
    times: dict[str, list[float]] = {"ours": [], "ahead": [], "pillow": []}
    with tempfile.TemporaryDirectory() as folder:
        view = opened(Path(folder), pictures, suffix)
        for number in range(2, page_count + 2):
            raw = pictures[(number - 1) * PAGE : number * PAGE]
            media._pictures.clear()
            times["ours"].append(seconds(lambda number=number: turn(view, number)))
            times["pillow"].append(seconds(lambda raw=raw: [again(data) for data in raw]))
            view.frame.body._handle_msg({"kind": "page", "number": 1})
            times["ahead"].append(seconds(lambda number=number: turn(view, number)))
            view.frame.body._handle_msg({"kind": "page", "number": 1})
        view.session.close()
    over = statistics.median(a / b for a, b in zip(times["ours"], times["pillow"], strict=True))
    ahead = statistics.median(a / b for a, b in zip(times["ahead"], times["pillow"], strict=True))
    show(
        f"next page of {PAGE} thumbnails of {PX} px, {name}",
        [
            ("ours", milliseconds(times["ours"])),
            ("ours, made ahead", milliseconds(times["ahead"])),
            ("Pillow, decode and encode", milliseconds(times["pillow"])),
            ("ours / Pillow", reach(over, LIMIT)),
            ("made ahead / Pillow", reach(ahead, LIMIT)),
        ],
        {
            "benchmark": "thumbnails", "pictures": name, "pages": page_count,
            **{f"{way}_s": statistics.median(samples) for way, samples in times.items()},
            "ours_over_pillow": over, "ahead_over_pillow": ahead,
        },
    )  # fmt: skip


def main() -> None:
    arguments = parser(__doc__)
    arguments.add_argument("--pages", type=int, help="how many pages are turned; 21 unless --quick")
    given = arguments.parse_args()
    page_count = given.pages or (5 if given.quick else 21)
    measure("64 x 64 PNGs passed through", small_png, ".png", png_again, page_count)
    measure("512 x 512 JPEGs shrunk", photo, ".jpg", shrunk_to_webp, page_count)


if __name__ == "__main__":
    main()
