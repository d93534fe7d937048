"""Dates and times in filters: text to nanoseconds since 1970 in UTC.

Year first only. Without that, `'12:30'` would mean today and `'01/02/2024'`
either of two days, and the same filter would find other rows tomorrow.
"""

from __future__ import annotations

import re

from symphony_core.errors import BadExpression

NS_PER_UNIT = {"s": 1_000_000_000, "ms": 1_000_000, "us": 1_000, "ns": 1}

_YEAR_FIRST = re.compile(r"\d{4}(-\d{1,2}(-\d{1,2}([T ].+)?)?)?|\d{8}(T.+)?")


def instant_ns(text: str, timezone: str | None, *, column: str) -> int:
    """Read a date or time exactly.

    timezone: where text without an offset is at home; None = UTC.
    column: named in the error. Raises BadExpression.
    """
    import pandas as pd  # slow to import, and only times need it

    try:
        if not _YEAR_FIRST.fullmatch(text.strip()):
            raise ValueError("the year comes first")
        stamp = pd.Timestamp(text.strip())
        if stamp.tz is None and timezone is not None:
            stamp = stamp.tz_localize(timezone)
        if stamp.tz is not None:
            stamp = stamp.tz_convert("UTC").tz_localize(None)
    except (ValueError, OverflowError) as error:
        raise BadExpression(
            f"cannot read {text!r} as a time for column {column!r}: {error}. "
            "Write '2024-01-31', '2024-01-31 12:30' or '2024-01-31T12:30+01:00'.",
            column=column,
            value=text,
        ) from error
    moment = stamp.to_datetime64()
    return int(moment.astype("int64")) * NS_PER_UNIT[str(stamp.unit)]
