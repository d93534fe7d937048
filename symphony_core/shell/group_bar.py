"""The groups: by which columns the rows are split, and how many rows each group has."""

from __future__ import annotations

from typing import Any

from symphony_core.groups import Group, can_group, group_sizes
from symphony_core.shell.part import Acts, Part
from symphony_core.table import Table
from symphony_core.widgets import COMPONENTS, Component, script

# More groups than these are counted, not listed; the table beside the plots is where they are read.
MAX_SIZES = 12


class GroupBarPiece(Component):
    """The groups' part of the side bar."""

    _esm = script(COMPONENTS / "group_bar.js")


class GroupBar(Part):
    """Chips of the grouping columns, and the sizes of the groups."""

    component_type = GroupBarPiece
    follows = ("filter", "group_by", "overlay")

    def __init__(self, shell: Any) -> None:
        self._groupable_of: Table | None = None
        self._groupable_names: list[str] = []
        super().__init__(shell)

    def data(self) -> dict[str, Any]:
        """Describe the grouping columns, those that could be added, and the sizes."""
        state = self.state
        is_countable = state.problem("filter") is None
        sizes = group_sizes(state.table, state.group_by, state.filter_mask()) if is_countable else []
        return {
            "group_by": list(state.group_by),
            "groupable": self._groupable(),
            "sizes": _size_rows(sizes),
            "has_keys": self.session.owns_page,
        }

    @property
    def acts(self) -> Acts:
        return {"group": lambda gesture: setattr(self.state, "group_by", gesture.get("names") or ())}

    def _groupable(self) -> list[str]:
        table = self.state.table
        if self._groupable_of is not table:
            self._groupable_of = table
            self._groupable_names = [name for name in table.names if can_group(table.column(name))]
        return self._groupable_names


def _size_rows(sizes: list[Group]) -> list[list[str]]:
    rows = [[" · ".join(group.values), f"{group.row_count:,}"] for group in sizes[:MAX_SIZES]]
    rest = sizes[MAX_SIZES:]
    if rest:
        rows.append([f"{len(rest):,} more groups", f"{sum(group.row_count for group in rest):,}"])
    return rows
