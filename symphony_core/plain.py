"""Settings of views as JSON and back, with the types that JSON does not know.

A tuple must come back as a tuple: the settings of a view check their type. What
is not one of these stays out of saved work, rather than as a text that nothing
can read again.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping

from symphony_core.errors import BadSetting

# Settings are a few numbers and names; deeper nesting comes from accidents and attacks.
MAX_DEPTH = 8

Json = object


def is_plain(value: object, depth: int = 0) -> bool:
    """Say whether `to_plain` takes the value and `from_plain` gives it back equal."""
    if depth > MAX_DEPTH:
        return False
    if type(value) in (list, tuple):
        return all(is_plain(one, depth + 1) for one in value)  # type: ignore[attr-defined]  # just checked
    if type(value) is dict:
        return all(type(name) is str and is_plain(one, depth + 1) for name, one in value.items())
    return value is None or type(value) in (bool, int, float, str, dt.date, dt.datetime)


def to_plain(value: object) -> Json:
    """Give a value that `json.dumps` takes. Raises BadSetting for one that is not plain."""
    if isinstance(value, bool | str | int) or value is None:
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else {"float": repr(value)}
    if isinstance(value, list):
        return [to_plain(one) for one in value]
    if isinstance(value, tuple):
        return {"tuple": [to_plain(one) for one in value]}
    if isinstance(value, Mapping):
        return {"dict": {str(name): to_plain(one) for name, one in value.items()}}
    if isinstance(value, dt.date):
        return {"datetime" if isinstance(value, dt.datetime) else "date": value.isoformat()}
    raise BadSetting(f"a setting is a number, text, date, list or dict, not {type(value).__name__}.")


def from_plain(value: Json, depth: int = 0) -> object:
    """Read what `to_plain` gave. Raises BadSetting if it is anything else."""
    if depth > MAX_DEPTH:
        raise BadSetting(f"a setting nests at most {MAX_DEPTH} deep.")
    match value:
        case bool() | str() | int() | float() | None:
            return value
        case list():
            return [from_plain(one, depth + 1) for one in value]
        case dict() if len(value) == 1:
            return _tagged(value, depth)
    raise _not_saved(value)


def _tagged(value: dict[str, object], depth: int) -> object:
    match value:
        case {"tuple": list(items)}:
            return tuple(from_plain(one, depth + 1) for one in items)
        case {"dict": dict(items)}:
            return {str(name): from_plain(one, depth + 1) for name, one in items.items()}
        case {"float": "nan" | "inf" | "-inf" as word}:
            return float(word)
        case {"date": str(text)}:
            return _moment(dt.date, text)
        case {"datetime": str(text)}:
            return _moment(dt.datetime, text)
    raise _not_saved(value)


def _not_saved(value: object) -> BadSetting:
    return BadSetting(f"not a saved setting: {str(value)[:80]}")


def _moment(kind: type[dt.date], text: str) -> dt.date:
    try:
        return kind.fromisoformat(text)
    except ValueError:
        raise BadSetting(f"{text[:40]!r} is no {kind.__name__}; write it as 2026-01-31.") from None
