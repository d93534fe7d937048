"""Types of text columns that hold for the whole column.

Arrow and pandas guess a type from a first block, fail or change their mind
later, and read "007" as 7. Here a column becomes numbers, true/false or dates
only if all of its values are, and whole numbers with leading zeros or too many
digits stay text, because they are names. In text only the empty field is
missing: "NA" may be Namibia.
"""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

# Values read to rule a type out before the whole column is tried.
SAMPLE_ROWS = 1_000
NO_NUMBER = pa.array(["", "na", "n/a", "#n/a", "nan", "null", "none", "-"])

_INTEGER = r"^[+-]?(0|[1-9]\d*)$"
_FLOAT = r"^[+-]?((0|[1-9]\d*)(\.\d*)?|\.\d+)([eE][+-]?\d+)?$|^[+-]?(inf|Inf|INF|infinity|Infinity)$"
# A point may then part thousands.
_COMMA_FLOAT = r"^[+-]?(0|[1-9]\d*|[1-9]\d{0,2}(\.\d{3})+)?(,\d*)?([eE][+-]?\d+)?$"
# Between 2**53 and 10**16 some whole numbers have no float of their own; above nearly none has.
_LONG_INTEGER = r"^[+-]?[1-9]\d{15,}$"
_BOOL = r"^(true|True|TRUE|false|False|FALSE)$"
_DATE = r"^\d{4}-\d{2}-\d{2}([ T]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?)?$"
_ZONED_DATE = r"^\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})$"


def typed_column(
    text: pa.ChunkedArray, *, has_decimal_commas: bool = False
) -> tuple[pa.ChunkedArray, str | None]:
    """Give a column of text the narrowest type that holds all of it, and a sentence if that is odd.

    has_decimal_commas: whether a comma can be a decimal sign, because something else parts the values.
    """
    trimmed = pc.utf8_trim_whitespace(text)
    is_number_gap = pc.is_in(pc.utf8_lower(trimmed), NO_NUMBER)
    filled = trimmed.filter(pc.invert(is_number_gap))
    if has_decimal_commas and _is_comma_column(filled):
        values = pc.if_else(is_number_gap, pa.scalar(None, text.type), _with_points(trimmed))
        return values.cast(pa.float64()), "holds decimal commas, read as decimal points"
    target, oddity = _narrowest(filled)
    if target is None or len(filled) == 0:
        return pc.if_else(pc.equal(text, ""), pa.scalar(None, text.type), text), oddity
    values = pc.if_else(is_number_gap, pa.scalar(None, text.type), trimmed)
    if target == pa.bool_():
        return pc.equal(pc.utf8_lower(values), "true"), None
    if pa.types.is_timestamp(target):
        values = pc.replace_substring(values, " ", "T")
    return values.cast(target), oddity


def dated_column(text: pa.ChunkedArray) -> pa.ChunkedArray:
    """Give a column of text as dates if all of it is; for formats that tell numbers from text."""
    filled = text.drop_null()
    target = _date_type(filled) if len(filled) else None
    return text if target is None else pc.replace_substring(text, " ", "T").cast(target)


def _narrowest(filled: pa.ChunkedArray) -> tuple[pa.DataType | None, str | None]:
    if _all_match(filled, _BOOL):
        return pa.bool_(), None
    if _all_match(filled, _INTEGER):
        # More digits than 64 bits hold are names; as floats they would lose some.
        return next((t for t in (pa.int64(), pa.uint64()) if _casts(filled, t)), None), None
    if _all_match(filled, _FLOAT):
        if _any_match(filled, _LONG_INTEGER):
            return (
                None,
                "mixes fractions with whole numbers of more than 15 digits; kept as text to lose none",
            )
        return pa.float64(), None
    return _date_type(filled), None


def _date_type(filled: pa.ChunkedArray) -> pa.DataType | None:
    for pattern, zone in ((_DATE, None), (_ZONED_DATE, "UTC")):
        if _all_match(filled, pattern):
            dates = pc.replace_substring(filled, " ", "T")
            units = (pa.timestamp(unit, zone) for unit in ("s", "ms", "us", "ns"))
            return next((t for t in units if _casts(dates, t)), None)
    return None


def _is_comma_column(filled: pa.ChunkedArray) -> bool:
    return len(filled) > 0 and _all_match(filled, _COMMA_FLOAT) and _any_match(filled, r"\d,\d|,\d|\d,")


def _with_points(values: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.replace_substring(pc.replace_substring(values, ".", ""), ",", ".")


def _all_match(values: pa.ChunkedArray, pattern: str) -> bool:
    def matches(part: pa.ChunkedArray) -> bool:
        return pc.all(pc.match_substring_regex(part, pattern), min_count=0).as_py() is not False

    return matches(values.slice(0, SAMPLE_ROWS)) and matches(values)


def _any_match(values: pa.ChunkedArray, pattern: str) -> bool:
    return bool(pc.any(pc.match_substring_regex(values, pattern), min_count=0).as_py())


def _casts(values: pa.ChunkedArray, target: pa.DataType) -> bool:
    try:
        values.cast(target)
    except pa.ArrowException:
        return False
    return True
