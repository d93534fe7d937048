"""Which columns say how familiar a row is: computed ones, and those that the data bring along.

The original wrote `familiarity_<layer>` (a number) and, for each attribute,
`splitFamiliarity_<layer>_byAttr_<attribute>` (a score for each of its values).
Layers go by their exact names; none is guessed from a part of one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from symphony_core.column import Kind
from symphony_core.overlay import ComputedColumn
from symphony_core.roles import Role
from symphony_core.table import Table

SPLIT = re.compile(r"splitFamiliarity_(.+)_byAttr_(.+)")
ALL_ROWS = "all rows"
# Values of a column offered as a reference, and references in all; others can be said in Python.
MAX_VALUES = 20
MAX_REFERENCES = 100
MADE_BY = ("familiarity", "split_familiarity")
RAW = "familiarity_score"


@dataclass(frozen=True)
class Layer:
    """A column of familiarity.

    is_place: its values are places among a reference, 0 to 1, so that a rate is a value as well.
    is_split: it holds a score for each value of an attribute and must be read before it can be shown.
    """

    column: str
    is_place: bool = False
    is_split: bool = False


def layers_of(table: Table) -> list[Layer]:
    """List the layers: places first, those of all rows before those by attribute, then the data's own."""
    computed, given, split = [], [], []
    for name in table.names:
        made = table.overlay.get(name)
        if SPLIT.fullmatch(name) and table.kind(name) is Kind.OTHER:
            if read_name(name) not in table.names:
                split.append(Layer(name, is_split=True))
        elif table.kind(name) is not Kind.NUMBER:
            continue
        elif made is not None:
            if made.key.analysis in MADE_BY:
                computed.append(Layer(name, _is_place(made)))
        elif name == "familiarity" or name.startswith("familiarity_"):
            given.append(Layer(name))
    computed.sort(key=lambda layer: (not layer.is_place, layer.column.count("_by_")))
    return [*computed, *given, *split]


def read_name(column: str) -> str:
    """Name the column that a split one is read into; other columns are read as they are."""
    match = SPLIT.fullmatch(column)
    return f"familiarity_{match[1]}_by_{match[2]}" if match else column


def _is_place(made: ComputedColumn) -> bool:
    return made.key.analysis == MADE_BY[0] and (made.key.output or made.name) != RAW


def references(table: Table) -> dict[str, dict[str, object]]:
    """Offer references as words -> conditions: all rows, then values of the split and of small columns."""
    split = table.dataset.roles.column(Role.SPLIT)
    names = [name for name in (split, *table.dataset.names) if name is not None]
    found: dict[str, dict[str, object]] = {ALL_ROWS: {}}
    for name in dict.fromkeys(names):
        for value in _few_values(table, name):
            found.setdefault(f"{name} == {value!r}", {name: value})
    return dict(list(found.items())[:MAX_REFERENCES])


def attributes(table: Table) -> list[str]:
    """List the columns that rows can be grouped by, the label first."""
    label = table.dataset.roles.column(Role.LABEL)
    names = [name for name in (label, *table.names) if name is not None]
    return [name for name in dict.fromkeys(names) if _few_values(table, name)]


def _few_values(table: Table, name: str) -> list[object]:
    """Give the values of a column that has from 2 to `MAX_VALUES`; of others none."""
    column = table.column(name)
    if column.kind is Kind.BOOL:
        return [False, True]
    if column.kind is Kind.CATEGORY and 2 <= len(column.levels) <= MAX_VALUES:
        return list(column.levels)
    return []
