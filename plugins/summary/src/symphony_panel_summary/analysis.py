"""Each column in figures: how many values, how many missing, range, middle, most frequent.

All figures are over the values that are there: missing values are counted and
left out, infinite ones are counted and left out of range, mean, median and
spread, so that one overflow does not hide what the other rows say. Distinct
values are counted exactly.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields

import numpy as np
import pandas as pd
import pyarrow.compute as pc

from symphony_core.specs import AnalysisInput, Cancel, ColumnData, Kind, Progress, Result, never, silent

# As the column has them: whole numbers stay whole, times are times; None where there is no such figure.
Figure = int | float | str | pd.Timestamp | None


@dataclass(frozen=True)
class Figures:
    """One column in figures; None where a figure has no meaning or nothing is there.

    count: values that are there. infinite: how many of these are infinite.
    distinct: different values among them; None for lists, structs and bytes.
    min, max, mean, median, q1, q3, std: of finite numbers; of booleans mean is
        the share of True; of times without std; of text its length in
        characters when there are too many distinct values to count. q1 and q3
        are the quartiles: a quarter of the values lies below q1, above q3.
    std: with n - 1 in the denominator.
    top, top_count: the most frequent value of text and booleans, ties by value.
    """

    count: int
    missing: int
    infinite: int = 0
    distinct: int | None = None
    min: Figure = None
    max: Figure = None
    mean: Figure = None
    median: Figure = None
    q1: Figure = None
    q3: Figure = None
    std: float | None = None
    top: str | None = None
    top_count: int | None = None


def run(data: AnalysisInput, *, progress: Progress = silent, cancel: Cancel = never, seed: int = 0) -> Result:
    """Describe every column of the data.

    Returns a table with one row per column: `column`, `kind` and the fields of
    Figures; and a summary with `row_count`, `column_count` and `missing_cells`.
    Writes no columns. `seed` changes nothing.
    """
    rows = []
    for index, name in enumerate(data.names):
        cancel.check()
        progress(index / len(data.names), name)
        rows.append({"column": name, "kind": str(data.kind(name)), **asdict(figures_of(data.column(name)))})
    columns = ["column", "kind", *(field.name for field in fields(Figures))]
    table = pd.DataFrame(rows, columns=columns).astype({"distinct": "Int64", "top_count": "Int64"})
    for name in ("min", "max", "mean", "median", "q1", "q3"):
        # whole numbers beyond 2**53 and times keep what they are beside floats
        table[name] = pd.Series([row[name] for row in rows], dtype=object)
    return Result(
        table=table,
        summary={
            "row_count": len(data),
            "column_count": len(rows),
            "missing_cells": int(table["missing"].sum()),
        },
    )


def figures_of(column: ColumnData) -> Figures:
    """Describe one column."""
    missing = column.is_missing()
    missing_count = int(np.count_nonzero(missing))
    count = len(missing) - missing_count
    if count == 0:
        return Figures(0, missing_count, distinct=None if column.kind is Kind.OTHER else 0)
    if column.kind is Kind.NUMBER:
        return _of_numbers(_known(column.values, missing, missing_count), missing_count)
    if column.kind is Kind.TIME:
        return _of_times(_known(column.values, missing, missing_count), missing_count, column.timezone)
    if column.kind is Kind.BOOL:
        return _of_booleans(_known(column.values, missing, missing_count), missing_count)
    if column.kind is Kind.CATEGORY:
        return _of_levels(column, count, missing_count)
    if column.kind is Kind.TEXT:
        return _of_text(column, count, missing_count)
    return Figures(count, missing_count)


def _known(values: np.ndarray, missing: np.ndarray, missing_count: int) -> np.ndarray:
    return values[~missing] if missing_count else values


def _of_numbers(values: np.ndarray, missing_count: int) -> Figures:
    finite = values if values.dtype.kind != "f" else values[np.isfinite(values)]
    figures = Figures(len(values), missing_count, len(values) - len(finite), len(pd.unique(values)))
    if len(finite) == 0:
        return figures
    mean, std = mean_and_std(finite)
    q1, q3 = quartiles(finite)
    return Figures(
        figures.count, missing_count, figures.infinite, figures.distinct,
        min=finite.min().item(), max=finite.max().item(), mean=mean, median=median(finite), q1=q1, q3=q3,
        std=std,
    )  # fmt: skip


def mean_and_std(values: np.ndarray) -> tuple[float, float | None]:
    """Give mean and standard deviation of finite numbers, also where their squares overflow.

    values: at least one. The deviation of a single value is None.
    """
    wide = values.astype(np.float64)
    scale = float(np.abs(wide).max())
    if not 1e-100 < scale < 1e100:
        wide = wide / scale if scale else wide
    else:
        scale = 1.0
    mean = float(wide.mean())
    std = float(wide.std(ddof=1)) * scale if len(wide) > 1 else None
    return mean * scale, std


def median(values: np.ndarray) -> int | float:
    """Give the middle value; between two middle ones their mean, whole where it is whole.

    values: at least one, finite.
    """
    at = [(len(values) - 1) // 2, len(values) // 2]
    low, high = (value.item() for value in np.partition(values, at)[at])
    if low == high:
        return low
    if isinstance(low, int):
        return (low + high) // 2 if (low + high) % 2 == 0 else (low + high) / 2
    return low / 2 + high / 2


def quartiles(values: np.ndarray) -> tuple[int | float, int | float]:
    """Give the first and third quartile, between two values the one in proportion, as `numpy.quantile`.

    values: at least one, finite. Whole numbers between equal ones stay whole, beyond 2**53 too.
    """
    return _at_share(values, 1), _at_share(values, 3)


def _at_share(values: np.ndarray, quarters: int) -> int | float:
    place, rest = divmod(quarters * (len(values) - 1), 4)
    at = [place, min(place + 1, len(values) - 1)]
    low, high = (value.item() for value in np.partition(values, at)[at])
    if rest == 0 or low == high:
        return low
    if isinstance(low, int):
        parts = (4 - rest) * low + rest * high
        return parts // 4 if parts % 4 == 0 else parts / 4
    return low * (1 - rest / 4) + high * (rest / 4)


def _of_times(values: np.ndarray, missing_count: int, timezone: str | None) -> Figures:
    ticks = values.view(np.int64)
    # sums of ticks since 1970 do not fit 64 bits; offsets from the first do so in float
    first = int(ticks.min())
    mean = first + int((ticks - first).mean())
    middle = int(np.floor(median(ticks)))
    q1, q3 = (int(np.floor(value)) for value in quartiles(ticks))

    def moment(tick: int) -> pd.Timestamp:
        plain = pd.Timestamp(np.array([tick]).view(values.dtype)[0])
        return plain if timezone is None else plain.tz_localize("UTC").tz_convert(timezone)

    return Figures(
        len(values), missing_count, distinct=len(pd.unique(ticks)),
        min=moment(first), max=moment(int(ticks.max())), mean=moment(mean), median=moment(middle),
        q1=moment(q1), q3=moment(q3),
    )  # fmt: skip


def _of_booleans(values: np.ndarray, missing_count: int) -> Figures:
    true_count = int(np.count_nonzero(values))
    counts = {"False": len(values) - true_count, "True": true_count}
    top = max(counts, key=lambda name: (counts[name], name == "False"))
    return Figures(
        len(values), missing_count, distinct=sum(n > 0 for n in counts.values()),
        mean=true_count / len(values), top=top, top_count=counts[top],
    )  # fmt: skip


def _of_levels(column: ColumnData, count: int, missing_count: int) -> Figures:
    counts = np.bincount(column.values[column.values >= 0], minlength=len(column.levels))
    best = int(counts.max())
    top = min(column.levels[index] for index in np.flatnonzero(counts == best))
    return Figures(
        count, missing_count, distinct=int(np.count_nonzero(counts)), top=top, top_count=best
    )  # fmt: skip


def _of_text(column: ColumnData, count: int, missing_count: int) -> Figures:
    assert column.text is not None
    lengths = np.asarray(pc.utf8_length(column.text.drop_null()))
    mean, std = mean_and_std(lengths)
    q1, q3 = quartiles(lengths)
    counted = pc.value_counts(column.text.drop_null())
    counts = counted.field("counts")
    best = pc.max(counts)
    top = pc.min(counted.field("values").filter(pc.equal(counts, best)))
    return Figures(
        count, missing_count, distinct=len(counted),
        min=int(lengths.min()), max=int(lengths.max()), mean=mean, median=median(lengths), q1=q1, q3=q3,
        std=std, top=top.as_py(), top_count=best.as_py(),
    )  # fmt: skip
