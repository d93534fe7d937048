"""40 columns under a new filter -> all 40 cards counted, against one pass of numpy or Arrow over them.

    python benchmarks/summary.py [--quick] [--rows N]

Ours is what the server does after each change of the filter: `cards_of` for all
40 columns and their payloads as JSON. The baseline is what a person would write
with numpy and Arrow, each column picked by the mask and passed once: numbers by
`numpy.histogram` with 20 even bars (its quick way), times the same on their int64,
categories and booleans by `numpy.bincount` or `pyarrow.compute.value_counts` on their
codes. The quickest way to pick and to count is tried out before each turn and named.
It counts the rows under the filter only, of one layer, without means or missing
values. Masks are made before the clock starts. The ways take turns, each turn has
a filter of its own; a ratio is the median of the ratios of the turns.

The second pair is the same with the rows split by two columns into 12 groups, of
which six are shown: the baseline counts group and bar as one number, one `bincount`
a column, with the bars' codes found by arithmetic.
"""

from __future__ import annotations

import json
import statistics
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from _big import parser
from _report import milliseconds, reach, seconds, show

from symphony_core.column import ColumnData, Kind
from symphony_core.groups import grouping
from symphony_core.sources import open_source
from symphony_core.table import Table
from symphony_panel_summary.cards import Look, bars_kept, cards_of

FILTERS = {
    "a tenth of the rows": "number00 > {}",
    "half of the rows": "number00 > {}",
    "nine tenths of the rows": "number00 > {}",
}
THRESHOLDS = dict(zip(FILTERS, (1.2815, 0.0, -1.2815), strict=True))
GROUP_BY = ("ok00", "category00")
BAR_COUNT = 20


def main() -> None:
    arguments = parser(__doc__)
    arguments.add_argument("--rows", type=int, help="how many rows; 10 million unless --quick")
    given = arguments.parse_args()
    row_count = given.rows or (1_000_000 if given.quick else 10_000_000)
    table = Table(open_source(forty_columns(row_count)))
    names = [name for name in table.names if name != table.dataset.id_column]
    assert len(names) == 40
    first_s = seconds(lambda: redraw(table, names, None, ()))
    print(
        f"first drawing, which finds all bars: {first_s:.2f} s; kept {bars_kept.byte_count / 2**20:,.0f} MiB"
    )
    for words, threshold in THRESHOLDS.items():
        measure(table, names, words, threshold, ())
        measure(table, names, words, threshold, GROUP_BY)


def forty_columns(row_count: int) -> pd.DataFrame:
    """Make 14 floats, 8 whole numbers, 10 categories, 4 booleans and 4 times."""
    random = np.random.default_rng(0)
    columns: dict[str, object] = {}
    for index in range(14):
        values = random.normal(size=row_count).astype(np.float32 if index % 2 else np.float64)
        if index % 5 == 4:
            values[random.random(row_count) < 0.05] = np.nan
        columns[f"number{index:02d}"] = values
    for index in range(8):
        columns[f"whole{index:02d}"] = random.integers(0, 10 ** (index + 1), row_count, dtype=np.int32)
    for index in range(10):
        levels = [f"v{level}" for level in range((6, 12, 40, 300)[index % 4])]
        codes = random.integers(-1 if index % 3 == 2 else 0, len(levels), row_count).astype(
            np.int8 if len(levels) < 128 else np.int16
        )
        columns[f"category{index:02d}"] = pd.Categorical.from_codes(codes, levels)
    for index in range(4):
        columns[f"ok{index:02d}"] = random.random(row_count) < 0.3
    first = np.datetime64("2020-01-01", "ms")
    for index in range(4):
        columns[f"time{index:02d}"] = first + random.integers(0, 10**11, row_count)
    return pd.DataFrame(columns)


def redraw(table: Table, names: Sequence[str], text: str | None, group_by: tuple[str, ...]) -> str:
    bound = None if text is None else table.bind(text)
    cards = cards_of(table, names, Look(bar_count=BAR_COUNT), filter=bound, group_by=group_by)
    return json.dumps([card.payload() for card in cards])


# --- the baseline ----------------------------------------------------------------------

Pick = Callable[[np.ndarray], np.ndarray]


def quickest(ways: Mapping[str, Callable[[], object]]) -> str:
    """Give the name of the quickest way, each tried three times."""
    return min(ways, key=lambda name: min(seconds(ways[name]) for _ in range(3)))


def picking(table: Table, mask: np.ndarray) -> tuple[str, Pick]:
    """Give the quickest way to take a column's values under the mask; positions are found once for all."""
    positions = np.flatnonzero(mask)
    ways: dict[str, Pick] = {
        "values[mask]": lambda values: values[mask],
        "compress(mask, values)": lambda values: np.compress(mask, values),
        "values.take(positions)": lambda values: values.take(positions),
    }
    values = table.column("number00").values
    name = quickest({name: lambda way=way: way(values) for name, way in ways.items()})
    return name, ways[name]


def counting_codes(table: Table, pick: Pick, mask: np.ndarray) -> tuple[str, Callable[[np.ndarray], object]]:
    """Give the quickest way to count codes under the mask: numpy's or Arrow's."""
    arrow_mask = pa.array(mask)
    ways: dict[str, Callable[[np.ndarray], object]] = {
        "bincount": lambda codes: np.bincount(pick(codes).astype(np.intp) + 1),
        "Arrow value_counts": lambda codes: pc.value_counts(pa.array(codes).filter(arrow_mask)),
        "Arrow value_counts of picked": lambda codes: pc.value_counts(pa.array(pick(codes))),
    }
    codes = table.column("category00").values
    name = quickest({name: lambda way=way: way(codes) for name, way in ways.items()})
    return name, ways[name]


def one_pass(table: Table, names: Sequence[str], mask: np.ndarray) -> tuple[str, Callable[[], object]]:
    """Give the plain way: each column picked by the mask, then counted."""
    pick_name, pick = picking(table, mask)
    count_name, count = counting_codes(table, pick, mask)
    columns = [(table.column(name), limits(table, name)) for name in names]

    def counted(column: ColumnData, range_: tuple[float, float]) -> object:
        if column.kind in (Kind.CATEGORY, Kind.BOOL):
            return count(column.values.view(np.int8) if column.kind is Kind.BOOL else column.values)
        return np.histogram(pick(plain(column)), bins=BAR_COUNT, range=range_)[0]

    return f"{pick_name}, {count_name}", lambda: [counted(*one) for one in columns]


def plain(column: ColumnData) -> np.ndarray:
    values = column.values
    return values.view(np.int64) if values.dtype.kind == "M" else values


def limits(table: Table, name: str) -> tuple[float, float]:
    """Give the ends of a histogram, known beforehand as they are after the first drawing."""
    values = plain(table.column(name))
    return float(np.nanmin(values)), float(np.nanmax(values))


def one_pass_by_group(
    table: Table, names: Sequence[str], mask: np.ndarray
) -> tuple[str, Callable[[], object]]:
    """Give the plain way by groups: group and bar as one number, counted once a column."""
    pick_name, pick = picking(table, mask)
    groups = grouping(table, GROUP_BY)
    columns = [(table.column(name), limits(table, name)) for name in names]
    group_count = len(groups.values)

    def counted(column: ColumnData, range_: tuple[float, float], of_group: np.ndarray) -> np.ndarray:
        values = pick(plain(column))
        if column.kind in (Kind.CATEGORY, Kind.BOOL):
            bar_count = max(len(column.levels), 2) + 1
            bars = values.astype(np.int32) + 1
        else:
            low, high = range_
            bar_count = BAR_COUNT + 2
            with np.errstate(invalid="ignore"):
                bars = ((values - low) * (BAR_COUNT / (high - low))).astype(np.int32)
            bars = np.clip(bars, 0, bar_count - 1, out=bars)
        return np.bincount(of_group * np.int32(bar_count) + bars, minlength=group_count * bar_count)

    def run() -> list[np.ndarray]:
        of_group = pick(groups.codes)
        return [counted(*one, of_group) for one in columns]

    return pick_name, run


# --- measuring --------------------------------------------------------------------------


def measure(
    table: Table, names: Sequence[str], words: str, threshold: float, group_by: tuple[str, ...]
) -> None:
    sample_count = 7 if len(table) > 2_000_000 else 15
    ours_s, plain_s = [], []
    for turn in range(sample_count + 1):
        text = f"number00 > {threshold + 0.001 * turn}"
        mask = table.mask(table.bind(text))
        how, run = (one_pass_by_group if group_by else one_pass)(table, names, mask)
        plain_s.append(seconds(run))
        ours_s.append(seconds(lambda text=text: redraw(table, names, text, group_by)))
    ours_s, plain_s = ours_s[1:], plain_s[1:]
    ratio = statistics.median(mine / theirs for mine, theirs in zip(ours_s, plain_s, strict=True))
    kind = "bincount of group and bar" if group_by else "numpy histograms and counts"
    rows = [
        ("ours, cards and payload", milliseconds(ours_s)),
        (f"one pass of {kind}", milliseconds(plain_s)),
        ("quickest there", how),
        ("ours / one pass", reach(ratio, 1.5)),
    ]
    show(
        f"filter -> 40 cards{', 12 groups' if group_by else ''}, {len(table):,} rows, {words}",
        rows,
        {
            "benchmark": "summary", "rows": len(table), "filter": words, "groups": len(group_by) > 0,
            "samples": sample_count, "ours_s": statistics.median(ours_s),
            "one_pass_s": statistics.median(plain_s), "ours_over_one_pass": ratio,
        },
    )  # fmt: skip


if __name__ == "__main__":
    main()
