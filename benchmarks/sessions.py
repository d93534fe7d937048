"""Memory of a session with both views drawn, and whether it comes back when pages close.

    python benchmarks/sessions.py [--quick] [--make-big PATH]

Visitors come over real websockets without a browser (`_visitor.py`): the page is
asked for, its document pulled, and the server draws all of it; that both views
were drawn in every session is checked on the server. Resident memory of the server's process
is read at 5 and at 25 live sessions. Then, on a server of its own that
ends unused sessions after a second, pages are opened and closed five at a time; resident
memory is read whenever all sessions have ended, and no collection is forced, as none is in
real use.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import urllib.request
from collections.abc import Sequence
from pathlib import Path

from _big import big_file, parser
from _browser import server
from _report import reach, show
from _visitor import Visitor

FEW, MANY = 5, 25
WAVE = 5
VIEWS_A_SESSION = 2
SETTLE_TIMEOUT_S = 60
UNUSED_MS = 1_000
READINGS = 5
# The first pages fill pools and widen the allocator's arenas; a slope means something only after them.
WARM_UP_SHARE = 0.4
# What the allocator moves up and down by itself between two readings.
FLAT_MB = 4


def main() -> None:
    given = parser(__doc__).parse_args()
    row_count, open_count = (100_000, 25) if given.quick else (1_000_000, 100)
    file = big_file(row_count, given.make_big)
    each_mb = memory_each(file)
    readings = coming_and_going(file, open_count)
    late = [(opens, megabytes) for opens, megabytes, _ in readings if opens >= open_count * WARM_UP_SHARE]
    growth = late[-1][1] - late[0][1]
    slope = statistics.linear_regression(*zip(*late, strict=True)).slope * 1000
    flat = ", ".join(f"{opens}: {megabytes:.1f}" for opens, megabytes, _ in readings)
    left = ", ".join(f"{opens}: {apps}" for opens, _, apps in readings)
    show(
        f"sessions, {row_count:,} rows, both views drawn",
        [
            (f"a session ({FEW} to {MANY})", reach(each_mb, 8, " MB")),
            ("resident MB after opens and closes", flat),
            ("apps not yet freed then", left),
            (f"growth from open {late[0][0]} to {late[-1][0]}", reach(growth, FLAT_MB, " MB")),
            ("slope there", f"{slope:.1f} kB an open"),
        ],
        {
            "benchmark": "sessions", "rows": row_count, "session_mb": each_mb, "opens": open_count,
            "resident_mb": [megabytes for _, megabytes, _ in readings],
            "growth_mb": growth, "slope_kb_an_open": slope,
        },
    )  # fmt: skip


def memory_each(file: Path) -> float:
    """Give the megabytes that one more session costs."""

    async def measure(url: str) -> float:
        await wave(url, 2)
        first = [await Visitor.come(url) for _ in range(FEW)]
        before = await settled(url, FEW)
        rest = [await Visitor.come(url) for _ in range(MANY - FEW)]
        after = await settled(url, MANY)
        for visitor in first + rest:
            await visitor.leave()
        return (after["rss_bytes"] - before["rss_bytes"]) / (MANY - FEW) / 1e6

    with server(["benchmarks/_ours.py", file, "--port", "{port}", "--unused-ms", str(UNUSED_MS)]) as (url, _):
        return asyncio.run(measure(url))


def coming_and_going(file: Path, open_count: int) -> list[tuple[int, float, int]]:
    """Give (opens so far, resident megabytes, apps not freed) whenever all pages are closed again."""

    async def measure(url: str) -> list[tuple[int, float, int]]:
        readings = [reading(0, await settled(url, 0))]
        for opens in range(WAVE, open_count + 1, WAVE):
            await wave(url, WAVE)
            if opens % (open_count // READINGS) == 0:
                readings.append(reading(opens, await settled(url, 0)))
        return readings

    with server(["benchmarks/_ours.py", file, "--port", "{port}", "--unused-ms", str(UNUSED_MS)]) as (url, _):
        return asyncio.run(measure(url))


def reading(opens: int, held: dict[str, int]) -> tuple[int, float, int]:
    return opens, held["rss_bytes"] / 1e6, held["apps"]


async def wave(url: str, count: int) -> None:
    """Open some pages, let them be drawn, close them and wait until their sessions have ended."""
    visitors: Sequence[Visitor] = [await Visitor.come(url) for _ in range(count)]
    await settled(url, count)
    for visitor in visitors:
        await visitor.leave()
    await settled(url, 0)


async def settled(url: str, session_count: int) -> dict[str, int]:
    """Wait until so many sessions live, each with its views drawn, and give what the server holds."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + SETTLE_TIMEOUT_S
    while True:
        held = await loop.run_in_executor(None, ask, f"{url}/held")
        if held["sessions"] == session_count and held["drawn_views"] >= VIEWS_A_SESSION * session_count:
            return held
        if loop.time() > deadline:
            raise TimeoutError(f"wanted {session_count} drawn sessions, the server holds {held}")
        await asyncio.sleep(0.2)


def ask(url: str) -> dict[str, int]:
    with urllib.request.urlopen(url, timeout=SETTLE_TIMEOUT_S) as answer:
        held: dict[str, int] = json.load(answer)
    return held


if __name__ == "__main__":
    main()
