"""From text assigned to the state to a row mask, against numpy on codes and `DataFrame.query`.

    python benchmarks/filter_state.py [--quick] [--make-big PATH]

One sample of ours is everything that happens when somebody types a filter and
a view asks for the rows: parse, bind, check, record in the history, evaluate.
Masks are forgotten and the filter is cleared before each sample; the three ways
take turns. `filter.py` measures the evaluation alone.
"""

from __future__ import annotations

import statistics

import numpy as np
import pandas as pd
from _big import big_table, parser
from _report import milliseconds, reach, seconds, show

from symphony_core.cache import masks
from symphony_core.sources import open_source
from symphony_core.state import State

TEXT = "category == 'c07' and score > 0.8 and x < 1.5"


def main() -> None:
    given = parser(__doc__).parse_args()
    row_count, sample_count = (1_000_000, 9) if given.quick else (10_000_000, 15)
    table = big_table(row_count, ("id", "category", "score", "x"))
    frame = table.select(["category", "score", "x"]).to_pandas()
    state = State(open_source(table))
    category = state.table.column("category")
    code = category.levels.index("c07")
    score, x = state.table.column("score").values, state.table.column("x").values

    def ours() -> np.ndarray:
        state.filter = TEXT
        return state.filter_mask()

    def on_codes() -> np.ndarray:
        return (category.values == code) & (score > np.float32(0.8)) & (x < np.float32(1.5))

    def by_query() -> pd.DataFrame:
        return frame.query(TEXT)

    assert (ours() == on_codes()).all() and state.count() == len(by_query())
    times: dict[str, list[float]] = {"ours": [], "numpy": [], "query": []}
    for _ in range(sample_count):
        state.filter = None
        masks.clear()
        times["ours"].append(seconds(ours))
        times["numpy"].append(seconds(on_codes))
        times["query"].append(seconds(by_query))
    ratios = {
        "numpy": statistics.median(a / b for a, b in zip(times["ours"], times["numpy"], strict=True)),
        "query": statistics.median(b / a for a, b in zip(times["ours"], times["query"], strict=True)),
    }
    show(
        f"state set -> mask, {row_count:,} rows, {TEXT}",
        [
            ("ours", milliseconds(times["ours"])),
            ("numpy on codes", milliseconds(times["numpy"])),
            ("DataFrame.query", milliseconds(times["query"])),
            ("ours / numpy", reach(ratios["numpy"], 2)),
            ("query / ours", reach(ratios["query"], 6, at_least=True)),
        ],
        {
            "benchmark": "filter_state", "rows": row_count, "samples": sample_count,
            "ours_s": statistics.median(times["ours"]), "numpy_s": statistics.median(times["numpy"]),
            "query_s": statistics.median(times["query"]),
            "ours_over_numpy": ratios["numpy"], "query_over_ours": ratios["query"],
        },
    )  # fmt: skip


if __name__ == "__main__":
    main()
