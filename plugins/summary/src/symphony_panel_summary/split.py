"""The groups that have a chart of their own, and the counts of their bars.

The largest groups under the filter are shown; all others are counted together,
so that one pass a column gives every group and the whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from symphony_core.cache import ByteLRU
from symphony_core.groups import Group, Grouping, grouping
from symphony_core.table import Table
from symphony_panel_summary.bins import Bars
from symphony_panel_summary.card import OTHER, Chart
from symphony_panel_summary.count import Chosen, Split

# Counts of all rows by group: 40 columns of 60 bars in 200 groups take 4 MB.
_all_kept: ByteLRU[np.ndarray] = ByteLRU(32 * 2**20)
# The group of each row in one byte: six groupings of 10 million rows.
_slots_kept: ByteLRU[np.ndarray] = ByteLRU(64 * 2**20)
# Up to here all groups are counted, so that counts of all rows hold whichever groups are shown.
FEW_GROUPS = 200


@dataclass(frozen=True, eq=False)
class Groups:
    """The rows split into groups, and those of them that have a chart.

    shown: largest under the filter first. rest_count: how many other groups have rows under the filter.
    all, under, picked: the splits of all rows, of those under the filter, and of those selected; they
        hold every group when there are few, else those shown and one more for all others.
    slots: where in the splits the groups shown are.
    """

    shown: tuple[Group, ...]
    rest_count: int
    all: Split
    under: Split
    picked: Split | None
    slots: tuple[int, ...]
    key: tuple[object, ...]

    @classmethod
    def of(
        cls, table: Table, names: tuple[str, ...], under: Chosen | None, picked: Chosen | None, limit: int
    ) -> Groups:
        """Choose the groups to show: at most `limit`, the largest under the filter."""
        grouped = grouping(table, names)
        key: tuple[object, ...] = (table.fingerprint, names, tuple(table.key(name) for name in names))
        if len(grouped.values) <= FEW_GROUPS:
            whole = Split(_slots(grouped, key), len(grouped.values), len(table))
            of_filter = whole if under is None else whole.among(under)
            sized = _sorted(grouped, of_filter.sizes)
            shown = sized[:limit]
            slots = tuple(group.index for group in shown)
        else:
            sized = grouped.sizes(None if under is None else under.mask)
            shown = sized[:limit]
            indexes = sorted(group.index for group in shown)
            whole = _split(grouped, indexes)
            of_filter = whole if under is None else whole.among(under)
            slots = tuple(indexes.index(group.index) for group in shown)
            key = (*key, tuple(indexes))
        of_selection = None if picked is None else whole.among(picked)
        return cls(tuple(shown), len(sized) - len(shown), whole, of_filter, of_selection, slots, key)

    @property
    def layers(self) -> tuple[Split | None, Split, Split | None]:
        """The splits of the three layers; None for all rows, which are kept, and for no selection."""
        return self.all, self.under, self.picked

    @property
    def rest_words(self) -> str:
        """Say how many groups have no chart."""
        if not self.rest_count:
            return ""
        return f"{self.rest_count:,} more {'group' if self.rest_count == 1 else 'groups'}"

    def charts(
        self, whole: Chart, counts: np.ndarray | None, missing: np.ndarray | None
    ) -> tuple[Chart, ...]:
        """Give a chart a group, of the same bars as that of all rows.

        counts: (groups of the splits, bar count, 3). missing: (groups of the splits,) rows under the
        filter without a value; None where that is not known.
        """
        assert counts is not None
        sizes = [split.sizes if split is not None else np.zeros(len(counts), dtype=np.int64)
                 for split in self.layers]  # fmt: skip
        charts = []
        for index, group in zip(self.slots, self.shown, strict=True):
            of = (int(sizes[0][index]), int(sizes[1][index]), int(sizes[2][index]))
            drawn = named_and_rest(counts[index], whole.levels)
            gone = 0 if missing is None else int(missing[index])
            charts.append(replace(whole, counts=drawn, of=of, group=group.values, missing_under=gone))
        return tuple(charts)


def named_and_rest(counts: np.ndarray, levels: Sequence[int]) -> np.ndarray:
    """Give the rows of these levels; OTHER gets the sum of all that are not named.

    counts: (level count, 3) of all levels.
    """
    named = [level for level in levels if level != OTHER]
    drawn = counts[named]
    if len(named) == len(levels):
        return drawn
    return np.concatenate([drawn, counts.sum(axis=0, keepdims=True) - drawn.sum(axis=0, keepdims=True)])


def _slots(grouped: Grouping, key: tuple[object, ...]) -> np.ndarray:
    """Give each row's group in one byte, made once a process."""
    return _slots_kept.get(key, lambda: grouped.codes.astype(np.uint8))


def _sorted(grouped: Grouping, sizes: np.ndarray) -> list[Group]:
    groups = [Group(grouped.values[i], int(sizes[i]), int(i)) for i in np.flatnonzero(sizes)]
    return sorted(groups, key=lambda group: (-group.row_count, group.values))


def _split(grouped: Grouping, indexes: Sequence[int]) -> Split:
    """Give each row the place of its group among `indexes`; all other groups share the last."""
    places = np.full(len(grouped.values), len(indexes), dtype=np.uint8)
    places[list(indexes)] = np.arange(len(indexes))
    return Split(places[grouped.codes], len(indexes) + 1, len(grouped.codes))


def group_counts(
    table: Table, name: str, bars: Bars, bar_count: int, groups: Groups, layer: Split | None
) -> np.ndarray:
    """Count each bar in each group: (groups of the splits, bars and missing, infinite).

    layer: one of `groups.layers`; counts of all rows are kept from one filter to the next.
    """
    if layer is None:
        return np.zeros((groups.all.slot_count, bars.bar_count + 2), dtype=np.int64)
    if layer is not groups.all:
        return bars.group_counts(layer)
    key = (table.fingerprint, table.key(name), bars.unit, bar_count, groups.key)
    return _all_kept.get(key, lambda: bars.group_counts(layer))
