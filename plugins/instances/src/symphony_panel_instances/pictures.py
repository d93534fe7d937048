"""Thumbnails and large pictures of the rows on a page, made a few at a time.

Small images are ready at once; large ones take tens of milliseconds each. So
pictures are made until a time is used up: those that are quick come with the
page and never flash, the others follow in batches from a worker.
"""

from __future__ import annotations

import base64
import time
from collections.abc import Iterable
from dataclasses import dataclass

from symphony_core.errors import BadMedia
from symphony_core.media import Media

# What a page waits for before it is shown without its pictures.
QUICK_S = 0.02
# One batch from the worker: soon enough to see the page fill, seldom enough not to flood it.
BATCH_S = 0.15


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture as a data URI, or why there is none."""

    uri: str = ""
    problem: str = ""


def thumbnails(media: Media, column: str, px: int, positions: Iterable[int], within_s: float) -> dict[int, Shown]:
    """Make thumbnails in the order asked until the time is used up; always at least one."""
    made: dict[int, Shown] = {}
    end_s = time.perf_counter() + within_s
    for position in positions:
        made[position] = _shown(media, column, position, px, is_small=True)
        if time.perf_counter() >= end_s:
            break
    return made


def large_picture(media: Media, column: str, position: int, px: int) -> Shown:
    """Make the picture of one row for the detail panel."""
    return _shown(media, column, position, px, is_small=False)


def _shown(media: Media, column: str, position: int, px: int, *, is_small: bool) -> Shown:
    try:
        picture = (media.thumbnail if is_small else media.picture)(position, column, px)
    except BadMedia as error:
        return Shown(problem=str(error.values.get("reason") or error))
    return Shown(uri=f"data:{picture.mime};base64,{base64.b64encode(picture.data).decode()}")
