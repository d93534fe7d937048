"""The charts that somebody built, as they are saved, and how the list of them changes.

A saved chart is a small dict among the view's settings, so it travels with the
layout, into the workspace file and through undo. Reading one checks it; a list
with a chart that cannot be read still shows the others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace

from symphony_core.errors import BadSetting

Saved = Mapping[str, object]
MAX_TITLE_CHARS = 120
MIN_BARS, MAX_BARS = 2, 60


@dataclass(frozen=True)
class BuiltChart:
    """One column, or two against each other, perhaps coloured by a third.

    id: tells the charts of a view apart. title: as the user named it, empty is named by its columns.
    x, y, colour: columns; y and colour may be empty.
    bars: about how many bars, or how many values, along each side. log: heights by their logarithm.
    """

    id: str
    x: str
    y: str = ""
    colour: str = ""
    title: str = ""
    bars: int = 20
    log: bool = False

    @classmethod
    def read(cls, saved: Saved) -> BuiltChart:
        """Read a saved chart. Raises BadSetting."""
        known = {field.name: field.type for field in fields(cls)}
        unknown = sorted(set(saved) - set(known))
        if unknown:
            raise BadSetting(f"a chart has no {unknown[0]!r}; it has {', '.join(known)}.", setting="charts")
        given = {"id": "", "x": "", **saved}
        for name, kind in known.items():
            wanted = {"str": str, "int": int, "bool": bool}[str(kind)]
            value = given.get(name, getattr(cls, name, None))
            if not isinstance(value, wanted) or (wanted is int and isinstance(value, bool)):
                raise BadSetting(f"{name!r} of a chart is {value!r}; wanted {kind}.", setting="charts")
        made = cls(**given)  # type: ignore[arg-type]  # checked just now
        if not made.id or not made.x:
            raise BadSetting("a chart needs an id and a column x.", setting="charts")
        if not MIN_BARS <= made.bars <= MAX_BARS:
            raise BadSetting(
                f"a chart of {made.bars} bars; wanted {MIN_BARS} to {MAX_BARS}.", setting="charts"
            )
        return made

    @property
    def saved(self) -> dict[str, object]:
        """Give the chart as a dict of plain values, without those that are as usual."""
        usual = asdict(BuiltChart(self.id, self.x))
        return {
            name: value for name, value in asdict(self).items() if name in ("id", "x") or value != usual[name]
        }

    @property
    def shown_title(self) -> str:
        """Its title, or its columns."""
        return self.title or " × ".join(name for name in (self.x, self.y) if name)


def without(charts: Sequence[Saved], chart_id: str) -> list[Saved]:
    """Give the charts without one."""
    return [chart for chart in charts if chart.get("id") != chart_id]


def renamed(charts: Sequence[Saved], chart_id: str, title: str) -> list[Saved]:
    """Give the charts with another title of one; blank is named by its columns again."""
    words = " ".join(title.split())[:MAX_TITLE_CHARS]
    return [
        replace(BuiltChart.read(chart), title=words).saved if chart.get("id") == chart_id else chart
        for chart in charts
    ]


def free_id(charts: Sequence[Saved]) -> str:
    """Give an id that no chart has."""
    taken = {chart.get("id") for chart in charts}
    return next(f"chart-{number}" for number in range(1, len(charts) + 2) if f"chart-{number}" not in taken)
