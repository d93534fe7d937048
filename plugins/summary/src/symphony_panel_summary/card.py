"""A card as plain data: its charts, their bars and counts, and how the browser gets them.

The view only has to send a card and a test can read it. What several small
charts of one card share (labels, what the filter covers) is sent once.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from symphony_core.column import Kind
from symphony_core.expr import Expr, IsNull
from symphony_panel_summary.bins import Bars
from symphony_panel_summary.words import share, whole

# Stands for all values without a bar of their own. It is counted and not drawn: it would dwarf the others.
OTHER = -1


@dataclass(frozen=True, eq=False)
class Bar:
    """One bar: rows of all, under the filter, and selected. `level` is a value's index or OTHER."""

    label: str
    all: int
    under: int
    picked: int
    is_in: bool = False
    level: int = 0

    @property
    def counts(self) -> tuple[int, int, int]:
        return self.all, self.under, self.picked


@dataclass(frozen=True, eq=False)
class Chart:
    """Bars side by side, of all rows or of one group.

    shape: "histogram" or "levels". source: the bars of all rows that these stand for.
    counts: (bar count, 3) rows of all, under the filter, selected.
    levels: the value's index in the source of each bar, or OTHER; its position in a histogram.
    of: rows of each layer. group: values of the grouping columns, empty when it is of all rows.
    missing_under: rows of the group under the filter without a value; they have no bar.
    """

    shape: str
    source: Bars
    labels: tuple[str, ...]
    counts: np.ndarray
    is_in: np.ndarray
    levels: tuple[int, ...]
    of: tuple[int, int, int]
    axis: tuple[str, str] = ("", "")
    words: str = ""
    group: tuple[str, ...] = ()
    missing_under: int = 0

    @property
    def bars(self) -> list[Bar]:
        """The bars one by one."""
        return [
            Bar(label, all_, under, picked, is_in, level)
            for label, (all_, under, picked), is_in, level in zip(
                self.labels, self.counts.tolist(), self.is_in.tolist(), self.levels, strict=True
            )
        ]

    @property
    def shown_levels(self) -> list[int]:
        """Indexes of the values that have a bar of their own."""
        return [level for level in self.levels if level != OTHER]

    def tallest(self, in_shares: bool) -> float:
        """Give the largest count, or share of its layer's rows, among the bars that are drawn."""
        drawn = self.counts[[level != OTHER for level in self.levels]]
        of = np.maximum(np.array(self.of), 1) if in_shares else 1
        return float((drawn / of).max(initial=0)) or 1.0

    def payload(self, tallest: float, in_shares: bool, *, is_first: bool) -> dict[str, object]:
        """Give the chart as plain values; one that follows another of the same bars says only counts."""
        drawn: dict[str, object] = {
            "shape": self.shape, "counts": self.counts.tolist(), "tallest": tallest,
            "of": [max(n, 1) for n in self.of] if in_shares else [1, 1, 1],
            "group": " · ".join(self.group), "row_count": self.of[1],
            "missing": self.missing_under,
        }  # fmt: skip
        if is_first:
            drawn |= {
                "labels": list(self.labels), "levels": list(self.levels), "is_in": self.is_in.tolist(),
                "axis": list(self.axis), "words": self.words, "can_filter": self.source.can_filter,
            }  # fmt: skip
        return drawn


@dataclass(frozen=True, eq=False)
class Card:
    """One column as it is shown.

    charts: none (words only), one for all rows and perhaps another below it, or one a group.
    is_split: whether the charts are groups. more: how many groups have no chart.
    condition: what the filter says about this column.
    row_count_under: rows under the filter; None without a filter.
    """

    name: str
    kind: Kind
    row_count: int
    charts: tuple[Chart, ...] = ()
    role: str = ""
    condition: Expr | None = None
    words: str = ""
    missing_count: int = 0
    missing_under: int = 0
    row_count_under: int | None = None
    infinite_count: int = 0
    in_shares: bool = False
    is_split: bool = False
    more: str = ""

    @property
    def shape(self) -> str:
        """How its first chart is drawn; "plain" when there is none."""
        return self.charts[0].shape if self.charts else "plain"

    @property
    def bars(self) -> list[Bar]:
        """The bars of its first chart."""
        return self.charts[0].bars if self.charts else []

    def payload(self) -> dict[str, object]:
        """Give the card as plain values for the browser."""
        tallest = [chart.tallest(self.in_shares) for chart in self.charts]
        if self.is_split:
            tallest = [max(tallest, default=1.0)] * len(tallest)
        charts = [
            chart.payload(height, self.in_shares, is_first=not (self.is_split and index))
            for index, (chart, height) in enumerate(zip(self.charts, tallest, strict=True))
        ]
        return {
            "name": self.name, "role": self.role, "words": self.words, "more": self.more,
            "is_split": self.is_split, "has_condition": self.condition is not None,
            "note": f"{whole(self.infinite_count)} infinite" if self.infinite_count else "",
            "missing": self._missing_text(),
            "missing_words": _of(self.missing_under, self.missing_count),
            "missing_is_in": self.condition == IsNull(self.name),
            "charts": charts,
        }  # fmt: skip

    def _missing_text(self) -> str:
        """Say the share without a value, under the filter beside that of all rows."""
        if not self.missing_count:
            return ""
        of_all = share(self.missing_count, self.row_count)
        if self.row_count_under is None:
            return f"{of_all} missing"
        now = share(self.missing_under, self.row_count_under) if self.row_count_under else "—"
        return f"{now} missing, all {of_all}"


def _of(under: int, all_: int) -> str:
    return whole(all_) if under == all_ else f"{whole(under)} of {whole(all_)}"
