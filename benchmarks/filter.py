"""An expression evaluated to a mask, against numpy on codes and `DataFrame.query`.

    python benchmarks/filter.py [--quick] [--rows N]

Only `evaluate.evaluate` is measured, on columns in memory; `filter_state.py`
measures all that happens between typing a filter and having its mask. The three
ways take turns; each ratio is the median of the ratios of the turns.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable

import numpy as np
import pandas as pd
from _big import big_table, parser
from _report import milliseconds, reach, seconds, show

from symphony_core.column import ColumnData
from symphony_core.evaluate import evaluate
from symphony_core.expr import Expr
from symphony_core.expr_text import parse
from symphony_core.sources import open_source

NAMES = ("category", "score", "x")
# The promised one comes first; the others show what other tests cost.
TEXTS = (
    "category == 'c07' and score > 0.8 and x < 1.5",
    "category in ['c01', 'c05', 'c09'] and not score > 0.8",
    "x between -1 and 1 or score between 0.4 and 0.6",
)
Columns = dict[str, ColumnData]


def on_codes(columns: Columns) -> list[Callable[[], np.ndarray]]:
    """Give the same filters as a person would write them in numpy."""
    category, score, x = (columns[name].values for name in NAMES)
    code = {level: index for index, level in enumerate(columns["category"].levels)}
    low, high = np.float32(0.4), np.float32(0.6)
    return [
        lambda: (category == code["c07"]) & (score > np.float32(0.8)) & (x < np.float32(1.5)),
        lambda: np.isin(category, [code["c01"], code["c05"], code["c09"]]) & ~(score > np.float32(0.8)),
        lambda: ((x >= np.float32(-1)) & (x <= np.float32(1))) | ((score >= low) & (score <= high)),
    ]


def query_of(text: str) -> str:
    """Word the filter as pandas reads it, which has no `between`."""
    return text.replace("x between -1 and 1", "-1 <= x <= 1").replace(
        "score between 0.4 and 0.6", "0.4 <= score <= 0.6"
    )


def main() -> None:
    arguments = parser(__doc__)
    arguments.add_argument("--rows", type=int, help="how many rows; 10 million unless --quick")
    given = arguments.parse_args()
    row_count = given.rows or (1_000_000 if given.quick else 10_000_000)
    table = big_table(row_count, ("id", *NAMES))
    frame = table.select(list(NAMES)).to_pandas()
    dataset = open_source(table)
    columns = {name: dataset.column(name) for name in NAMES}
    for text, numpy_way in zip(TEXTS, on_codes(columns), strict=True):
        expr = parse(text)

        def ours(expr: Expr = expr) -> np.ndarray:
            return evaluate(expr, dataset)

        def by_query(query: str = query_of(text)) -> pd.DataFrame:
            return frame.query(query)

        mask = ours()
        assert (mask == numpy_way()).all()
        assert mask.sum() == len(by_query())
        measure(text, row_count, ours, numpy_way, by_query)


def measure(
    text: str,
    row_count: int,
    ours: Callable[[], object],
    numpy_way: Callable[[], object],
    by_query: Callable[[], object],
) -> None:
    ways = {"ours": ours, "numpy": numpy_way, "query": by_query}
    times: dict[str, list[float]] = {name: [] for name in ways}
    sample_count = 15 if row_count >= 1_000_000 else 51
    for _ in range(sample_count):
        for name, way in ways.items():
            times[name].append(seconds(way))
    pairs = list(zip(times["ours"], times["numpy"], times["query"], strict=True))
    over_numpy = statistics.median(mine / theirs for mine, theirs, _ in pairs)
    faster_than_query = statistics.median(theirs / mine for mine, _, theirs in pairs)
    show(
        f"expression -> mask, {row_count:,} rows, {text}",
        [
            ("ours", milliseconds(times["ours"])),
            ("numpy on codes", milliseconds(times["numpy"])),
            ("DataFrame.query", milliseconds(times["query"])),
            ("ours / numpy", reach(over_numpy, 2)),
            ("query / ours", reach(faster_than_query, 6, at_least=True)),
        ],
        {
            "benchmark": "filter", "filter": text, "rows": row_count, "samples": sample_count,
            **{f"{name}_s": statistics.median(samples) for name, samples in times.items()},
            "ours_over_numpy": over_numpy, "query_over_ours": faster_than_query,
        },
    )  # fmt: skip


if __name__ == "__main__":
    main()
