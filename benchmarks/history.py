"""Memory of a long history, and undo against setting the same anew.

    python benchmarks/history.py [--quick] [--make-big PATH]

One hundred gestures: 40 boxes, 30 clicks on a bar, 20 sets of ticked rows of up
to 5,000, 10 lassos of 64 points. Memory is what Python and numpy hold after
them and did not before, with the mask cache emptied. Each undo is timed
together with the masks it leads to, beside a second state in which the same
value is set by hand; once with masks forgotten before each sample, once with
masks known. The two take turns in going first.
"""

from __future__ import annotations

import gc
import math
import statistics
import tracemalloc

import numpy as np
from _big import CATEGORIES, big_table, parser
from _report import milliseconds, reach, seconds, show

from symphony_core.cache import masks
from symphony_core.dataset import Dataset
from symphony_core.expr import Between, Compare, Expr, Inside, Rows
from symphony_core.sources import open_source
from symphony_core.state import State

Gesture = tuple[str, Expr]
BOXES, CLICKS, TICKS, LASSOS = 40, 30, 20, 10
MAX_TICKS = 5_000
LASSO_POINTS = 64


def main() -> None:
    given = parser(__doc__).parse_args()
    row_count = 1_000_000 if given.quick else 10_000_000
    dataset = open_source(big_table(row_count, ("id", "x", "y", "category")))
    gestures = made_gestures(dataset)
    show_masks(State(dataset), gestures[:3])  # columns are read once a process, not once a history
    megabytes = memory_of(dataset, gestures) / 1e6
    cold = undo_against_set(dataset, gestures, is_cold=True)
    warm = undo_against_set(dataset, gestures, is_cold=False)
    ratios = {name: median_ratio(*times) for name, times in (("cold", cold), ("warm", warm))}
    show(
        f"history of {len(gestures)} gestures, {row_count:,} rows",
        [
            ("memory without masks", reach(megabytes, 20, " MB")),
            ("undo, masks forgotten", milliseconds(cold[0])),
            ("set anew, masks forgotten", milliseconds(cold[1])),
            ("undo / set, masks forgotten", reach(ratios["cold"], 1.2)),
            ("undo, masks known", milliseconds(warm[0])),
            ("set anew, masks known", milliseconds(warm[1])),
            ("undo / set, masks known", reach(ratios["warm"], 1.2)),
        ],
        {
            "benchmark": "history", "rows": row_count, "gestures": len(gestures), "megabytes": megabytes,
            "undo_s": statistics.median(cold[0]), "set_s": statistics.median(cold[1]),
            "undo_over_set": ratios["cold"], "undo_over_set_warm": ratios["warm"],
        },
    )  # fmt: skip


def made_gestures(dataset: Dataset) -> list[Gesture]:
    """Make the gestures in a mixed order, each different."""
    random = np.random.default_rng(7)
    made: list[Gesture] = []
    for _ in range(BOXES):
        x, y = (np.sort(random.normal(0, 6, 2)).round(3).tolist() for _ in range(2))
        made.append(("filter", Between("x", *x) & Between("y", *y)))
    for number in range(CLICKS):
        op = "==" if number < len(CATEGORIES) else "!="
        made.append(("filter", Compare("category", op, CATEGORIES[number % len(CATEGORIES)])))
    for _ in range(TICKS):
        rows = np.sort(random.choice(len(dataset), int(random.integers(1, MAX_TICKS + 1)), replace=False))
        made.append(("selection", Rows.at(rows, fingerprint=dataset.fingerprint, row_count=len(dataset))))
    for _ in range(LASSOS):
        made.append(("filter", Inside("x", "y", lasso(random))))
    return [made[index] for index in random.permutation(len(made))]


def lasso(random: np.random.Generator) -> tuple[tuple[float, float], ...]:
    centre, radii = random.normal(0, 4, 2), random.uniform(1, 4, LASSO_POINTS)
    angles = [2 * math.pi * step / LASSO_POINTS for step in range(LASSO_POINTS)]
    return tuple(
        (round(centre[0] + r * math.cos(a), 3), round(centre[1] + r * math.sin(a), 3))
        for r, a in zip(radii.tolist(), angles, strict=True)
    )


def show_masks(state: State, gestures: list[Gesture]) -> None:
    for name, value in gestures:
        setattr(state, name, value)
        look(state)


def look(state: State) -> None:
    """Ask for the masks, as views do."""
    state.filter_mask()
    state.selection_mask()


def memory_of(dataset: Dataset, gestures: list[Gesture]) -> int:
    """Give the bytes of a state with its history; the expressions are made anew, so that they count."""
    masks.clear()
    gc.collect()
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    state = State(dataset)
    show_masks(state, made_gestures(dataset))
    masks.clear()
    gc.collect()
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert state.history.undo_count == len(gestures)
    return after - before


def undo_against_set(
    dataset: Dataset, gestures: list[Gesture], *, is_cold: bool
) -> tuple[list[float], list[float]]:
    """Time each undo, and setting what it leads to on a state beside."""
    undone, beside = State(dataset), State(dataset)
    snapshots = []
    for name, value in gestures:
        snapshots.append(undone.snapshot())
        setattr(undone, name, value)
        setattr(beside, name, value)
    times: tuple[list[float], list[float]] = ([], [])
    for step, (name, _) in enumerate(reversed(gestures)):
        earlier = snapshots.pop()
        known = State(dataset, filter=earlier["filter"], selection=earlier["selection"])

        def undo() -> None:
            undone.undo()
            look(undone)

        def set_anew(name: str = name, value: object = earlier[name]) -> None:
            setattr(beside, name, value)
            look(beside)

        calls = [(undo, times[0]), (set_anew, times[1])]
        for call, kept in calls if step % 2 else calls[::-1]:
            masks.clear()
            if not is_cold:
                look(known)
            kept.append(seconds(call))
        assert undone.filter == beside.filter and undone.selection == beside.selection
    return times


def median_ratio(first: list[float], second: list[float]) -> float:
    return statistics.median(a / b for a, b in zip(first, second, strict=True))


if __name__ == "__main__":
    main()
