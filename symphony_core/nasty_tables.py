"""Small tables for tests: a plain one, and those of the kinds that break tools."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from symphony_core.dataset import Dataset
from symphony_core.sources import SourceOptions, open_source

HTML = "<img src=x onerror=window.hurt=1>"


def tiny_dataset(row_count: int = 12, **columns: object) -> Dataset:
    """Make a small dataset with labels, predictions, numbers, a split and embeddings.

    columns: more of them, or other values for those.
    """
    rng = np.random.default_rng(0)
    index = np.arange(row_count)
    frame: dict[str, object] = {
        "id": [f"row-{i:03d}" for i in index],
        "split": np.where(index % 4 == 3, "validation", "train"),
        "label": np.array(["cat", "dog", "fox"])[index % 3],
        "prediction": np.array(["cat", "dog", "fox"])[(index + (index % 5 == 0)) % 3],
        "probability": rng.uniform(0.4, 1, row_count),
        "brightness": rng.normal(100, 20, row_count).round(1),
        "is_checked": index % 2 == 0,
        "taken": pd.date_range("2026-01-01", periods=row_count, freq="D"),
        "embedding": list(rng.normal(size=(row_count, 4)).astype("float32")),
    }
    return open_source(pd.DataFrame(frame | columns), SourceOptions())


def nasty_datasets() -> Iterator[tuple[str, Dataset]]:
    """Open small tables of the kinds that break tools, each with a name for messages."""
    for row_count in (0, 1, 2):
        yield f"{row_count} rows", tiny_dataset(row_count)
    for name, frame in _nasty_frames().items():
        yield name, open_source(frame, SourceOptions())


def _nasty_frames() -> dict[str, pd.DataFrame]:
    nulls = {
        "id": ["a", "b", "c"],
        "label": pd.Series([None, None, None], dtype="str"),
        "prediction": ["x", None, "y"],
        "number": [np.nan, np.inf, -np.inf],
        "flag": pd.array([True, None, None], dtype="boolean"),
        "when": pd.array([None] * 3, dtype="datetime64[ns]"),
    }
    odd_names = {
        "id": ["ä", "名", "🙂"],
        "a b": [1, 2, 3],
        "`": [1, 2, 3],
        "index": [3, 2, 1],
        "class": ["x", "y", "z"],
        "row_id": [7, 8, 9],
        "": [1.5, 2.5, 3.5],
    }
    many_classes = {
        "label": [f"class {i % 300}" for i in range(600)],
        "prediction": [f"class {i % 299}" for i in range(600)],
    }
    huge = {"id": [1, 2, 3], "n": [2**53, 2**53 + 1, -(2**62)], "x": [1e308, -1e308, 1e-308]}
    times = {
        "id": [1, 2, 3],
        "far": np.array(["0001-01-01", "9999-12-31", "NaT"], dtype="datetime64[s]"),
        "zoned": pd.to_datetime(["2024-03-31 00:30", "", "2024-10-27 01:30"], utc=True),
        "taken": pd.to_timedelta([1, None, -3], unit="h"),
    }
    nested = {
        "id": ["a", "b", "c"],
        "tags": [["x", HTML], [], None],
        "box": [{"x": 1, "y": [1, 2]}, {"x": None, "y": None}, None],
        "data": [b"\x00\xff", b"", None],
        "embedding": [[1.0, np.nan] * 8, [0.0] * 16, None],
    }
    disagreeing = {
        "label": [0, 1, 2, 1],
        "prediction": ["0", "1", "two", None],
        "probability": [-0.5, 1.5, np.nan, 0.5],
        "split": ["train", "train", None, ""],
    }
    texts = {
        "id": ["a", "b"],
        "text": ["long " * 20_000, "\u202e\u0000 odd \ud7ff\n\ttext"],
        "label": ["", " "],
    }
    return {
        "nulls everywhere": pd.DataFrame(nulls),
        "odd names": pd.DataFrame(odd_names),
        "html": pd.DataFrame({"id": [HTML, "a<b & c"], HTML: [HTML, "b"], "label": [HTML, "a<b & c"]}),
        "many columns": pd.DataFrame({f"column_{i:04d}": [i, i + 1] for i in range(2_000)}),
        "300 classes": pd.DataFrame(many_classes),
        "all values different": pd.DataFrame(
            {"name": [f"n{i}" for i in range(100_000)], "label": ["a", "b"] * 50_000}
        ),
        "times": pd.DataFrame(times),
        "nested": pd.DataFrame(nested),
        "label and prediction of different types": pd.DataFrame(disagreeing),
        "long and odd texts": pd.DataFrame(texts),
        "no column": pd.DataFrame(index=range(3)),
        "huge numbers": pd.DataFrame(huge),
    }
