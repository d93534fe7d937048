"""What a benchmark prints: a small table for people and one JSON line for machines."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable, Mapping, Sequence


def seconds(call: Callable[[], object]) -> float:
    """Run `call` once and give the seconds it took."""
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def milliseconds(samples: Sequence[float]) -> str:
    """Word samples in seconds as their median with the range."""
    low, middle, high = min(samples) * 1000, statistics.median(samples) * 1000, max(samples) * 1000
    return f"{middle:,.1f} ms ({low:,.1f} to {high:,.1f})"


def show(title: str, rows: Sequence[tuple[str, str]], figures: Mapping[str, object]) -> None:
    """Print the table, then the figures as one line of JSON."""
    print(title)
    width = max(len(name) for name, _ in rows)
    for name, value in rows:
        print(f"  {name:<{width}}  {value}")
    print(json.dumps({key: _rounded(value) for key, value in figures.items()}), flush=True)


def reach(value: float, limit: float, unit: str = "x", *, at_least: bool = False) -> str:
    """Word a measured value beside what is wanted."""
    is_met = value >= limit if at_least else value <= limit
    wanted = "at least" if at_least else "at most"
    return f"{value:,.2f}{unit} (wanted: {wanted} {limit:g}{unit}{'' if is_met else ', MISSED'})"


def _rounded(value: object) -> object:
    if isinstance(value, float):
        return float(f"{value:.4g}")
    if isinstance(value, (list, tuple)):
        return [_rounded(one) for one in value]
    return value
