"""The groups: by which columns the rows are split, and how many rows each group has."""

from __future__ import annotations

from typing import Any

from symphony_core.completion import kind_words
from symphony_core.condition_words import shortened
from symphony_core.conditions import conditions, narrowed_to, without_group
from symphony_core.errors import BadExpression
from symphony_core.expr import Expr, Or, all_of, any_of
from symphony_core.groups import Group, can_group, grouping
from symphony_core.shell.part import Acts, Part
from symphony_core.table import Table
from symphony_core.widgets import COMPONENTS, Component, Gesture, script

# The first groups are seen at a glance; the others unfold, and beyond a few screens they are only counted.
FEW_GROUPS = 12
MAX_GROUPS = 200
MAX_VALUE_CHARS = 200


class GroupBarPiece(Component):
    """The groups' part of the side bar."""

    _esm = script(COMPONENTS / "listbox.js", COMPONENTS / "group_bar.js")


class GroupBar(Part):
    """Chips of the grouping columns, and the sizes of the groups."""

    component_type = GroupBarPiece
    follows = ("filter", "group_by", "overlay")

    def __init__(self, shell: Any) -> None:
        self._groupable_of: Table | None = None
        self._groupable_names: list[list[str]] = []
        self._is_unfolded = False
        super().__init__(shell)

    def data(self) -> dict[str, Any]:
        """Describe the grouping columns, those that could be added, and the sizes."""
        return {
            "group_by": list(self.state.group_by),
            "groupable": self._groupable(),
            "is_unfolded": self._is_unfolded,
            **self._sizes(),
            "has_keys": self.session.owns_page,
        }

    @property
    def acts(self) -> Acts:
        return {
            "group": lambda gesture: setattr(self.state, "group_by", gesture.get("names") or ()),
            "group_add": lambda gesture: self._group_by((*self.state.group_by, str(gesture.get("name")))),
            "group_drop": lambda gesture: self._group_by(
                tuple(name for name in self.state.group_by if name != gesture.get("name"))
            ),
            "unfold": self._unfold,
            "narrow": lambda gesture: self._filter(narrowed_to(self.state.filter, self._group(gesture))),
            "exclude": lambda gesture: self._filter(without_group(self.state.filter, self._group(gesture))),
            "select": self._select,
        }

    def _sizes(self) -> dict[str, Any]:
        """Count the groups under the filter: the largest, and how many others there are."""
        state = self.state
        names = tuple(name for name in state.group_by if name in state.table.names)
        if not names or state.problem("filter") is not None:
            return {"rows": [], "hidden": None}
        groups = grouping(state.table, names)
        limit = MAX_GROUPS if self._is_unfolded else FEW_GROUPS
        largest, group_count = groups.largest(state.filter_mask(), limit)
        total = state.count()
        there = set(conditions(state.filter))
        rows = [
            self._row(group, total, is_kept=there >= set(conditions(groups.conditions[group.index])))
            for group in largest
        ]
        shown = sum(group.row_count for group in largest)
        hidden = {"groups": f"{group_count - len(largest):,}", "rows": f"{total - shown:,}"}
        return {"rows": rows, "hidden": hidden if group_count > len(largest) else None}

    def _row(self, group: Group, total: int, *, is_kept: bool) -> dict[str, Any]:
        return {
            "index": group.index,
            "values": [shortened(value, MAX_VALUE_CHARS) for value in group.values],
            "count": f"{group.row_count:,}",
            "share": f"{100 * group.row_count / total:.3g} %",
            "is_kept": is_kept,
        }

    # --- what gestures do --------------------------------------------------------

    def _group_by(self, names: tuple[str, ...]) -> None:
        self.state.group_by = names

    def _group(self, gesture: Gesture) -> Expr:
        """Give what a group's rows meet. Raises BadExpression when the groups are others by now."""
        names, index = gesture.get("names"), gesture.get("index")
        if list(self.state.group_by) == names and isinstance(index, int):
            found = grouping(self.state.table, tuple(names)).conditions
            if 0 <= index < len(found):
                return found[index]
        raise BadExpression("the groups have changed meanwhile; look at them and choose again.")

    def _filter(self, expr: Expr | None) -> None:
        self.state.filter = expr

    def _select(self, gesture: Gesture) -> None:
        """Mark a group's rows under the filter beside those that are marked; again lets them go."""
        group = all_of([self.state.filter, self._group(gesture)])
        assert group is not None
        marked = self.state.selection
        parts = marked.parts if isinstance(marked, Or) else () if marked is None else (marked,)
        rest = [part for part in parts if part != group]
        self.state.selection = any_of(rest if len(rest) < len(parts) else [*parts, group])

    def _unfold(self, gesture: Gesture) -> None:
        self._is_unfolded = bool(gesture.get("is_unfolded"))
        self.refresh()

    def _groupable(self) -> list[list[str]]:
        table = self.state.table
        if self._groupable_of is not table:
            self._groupable_of = table
            names = [name for name in table.names if can_group(table.column(name))]
            self._groupable_names = [[name, kind_words(table, name)] for name in names]
        return self._groupable_names
