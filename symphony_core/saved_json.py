"""Saved work as JSON text, and reading it back with an error that names the key.

The file may come from anyone, so nothing in it is trusted: its size is capped,
each value's type is checked, expressions are parsed by the grammar of filters,
and nothing is ever imported or run on its word.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sized
from pathlib import Path
from typing import TypeVar

from symphony_core.errors import BadSaved, SymphonyError
from symphony_core.expr import Expr
from symphony_core.expr_json import from_dict, to_dict
from symphony_core.expr_text import parse, to_text
from symphony_core.layout import PAGE_COLUMNS, Layout, Page, PageView
from symphony_core.overlay import ColumnKey
from symphony_core.plain import from_plain, to_plain
from symphony_core.saved import DataIdentity, Saved, SavedColumn, SavedSlice, params_of
from symphony_core.scalar import Scalar, tagged, untagged

FORMAT = 1
KIND = "symphony workspace"
# Ten times what an afternoon's work weighs; a page must not be made to chew on more.
MAX_BYTES = 5_000_000
# Longer filters are kept as a tree: nobody reads them, and the text has a limit of its own.
MAX_EXPR_CHARS = 2_000
MAX_PAGES, MAX_VIEWS, MAX_COLUMNS, MAX_NAMES = 100, 200, 200, 100_000

T = TypeVar("T")


# --- writing ---------------------------------------------------------------------


def to_json(saved: Saved) -> str:
    """Write saved work as JSON. Raises BadSaved when it is larger than what is read back."""
    text = json.dumps(to_data(saved), indent=1, ensure_ascii=False, allow_nan=False)
    size = len(text.encode())
    if size > MAX_BYTES:
        raise BadSaved(
            f"the workspace takes {size / 1e6:.1f} MB as JSON, and at most {MAX_BYTES / 1e6:g} MB are read "
            "back; clear a selection of very many rows, or keep it as a filter.",
            key="",
        )
    return text


def to_data(saved: Saved) -> dict[str, object]:
    """Give saved work as plain lists and dictionaries."""
    data = saved.data
    return {
        "kind": KIND,
        "format": FORMAT,
        "data": {
            "name": data.name, "source": data.source, "fingerprint": data.fingerprint,
            "row_count": data.row_count, "columns": dict(data.columns),
        },
        "filter": _expr_data(saved.filter),
        "selection": _expr_data(saved.selection),
        "group_by": list(saved.group_by),
        "compare": None if saved.compare is None else list(saved.compare),
        "focus": None if saved.focus is None else tagged(saved.focus),
        "columns": [_column_data(column) for column in saved.columns],
        "layout": [_page_data(page) for page in saved.layout],
        "page": saved.page_index,
    }  # fmt: skip


def _expr_data(expr: Expr | None) -> object:
    """Give text where it reads back as the same expression, else the tree."""
    if expr is None:
        return None
    try:
        text = to_text(expr)
        if len(text) <= MAX_EXPR_CHARS and parse(text) == expr:
            return text
    except SymphonyError:  # rows by position have no text
        pass
    return to_dict(expr)


def _column_data(column: SavedSlice | SavedColumn) -> dict[str, object]:
    key = column.key
    made = {
        "fingerprint": key.fingerprint, "inputs": list(key.inputs), "version": key.version,
        "params": params_of(key), "seed": key.seed, "digest": key.rows, "output": key.output,
    }  # fmt: skip
    rows = _expr_data(column.rows)
    if isinstance(column, SavedSlice):
        return {"slice": column.name, "text": column.text, "rows": rows, "made": made}
    return {
        "column": column.name,
        "plugin": key.plugin,
        "analysis": key.analysis,
        "rows": rows,
        "made": made,
    }


def _page_data(page: Page) -> dict[str, object]:
    return {"title": page.title, "key": page.key, "views": [_view_data(view) for view in page.views]}


def _view_data(view: PageView) -> dict[str, object]:
    settings = {name: to_plain(value) for name, value in view.settings.items()}
    return {"view": view.view, "width": view.width, "key": view.key, "settings": settings}


# --- reading ---------------------------------------------------------------------


def read_saved(source: str | os.PathLike[str] | Mapping[str, object]) -> Saved:
    """Read what `App.save` wrote. Raises BadSaved, or OSError when the file cannot be read."""
    if isinstance(source, Mapping):
        return from_json(source)
    with Path(source).open("rb") as file:
        return from_json(file.read(MAX_BYTES + 1))


def from_json(source: str | bytes | Mapping[str, object]) -> Saved:
    """Read saved work. Raises BadSaved, which names the key that is wrong."""
    return _saved(source if isinstance(source, Mapping) else _parsed(source))


def _parsed(source: str | bytes) -> object:
    if len(source) > MAX_BYTES:
        raise BadSaved(
            f"saved work has at most {MAX_BYTES / 1e6:g} MB, this has {len(source) / 1e6:.1f} MB.", key=""
        )
    try:
        text = source.decode("utf-8-sig") if isinstance(source, bytes) else source
        return json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise BadSaved(
            f"this is no saved work: it cannot be read as JSON ({str(error)[:100]}).", key=""
        ) from None


def _no_constant(word: str) -> object:
    raise ValueError(f"{word} is no JSON")


def _saved(data: object) -> Saved:
    top = _mapping(data, "")
    if top.get("kind") != KIND:
        raise _wrong("kind", f"{KIND!r}", top.get("kind"))
    if top.get("format") != FORMAT:
        raise BadSaved(
            f"saved work: 'format' is {str(top.get('format'))[:40]!r}, and this version of Symphony reads "
            f"{FORMAT}; save it again with this version, or open it with the one that wrote it.",
            key="format",
        )
    return Saved(
        data=_identity(_mapping(top.get("data"), "data")),
        filter=_expr(top.get("filter"), "filter"),
        selection=_expr(top.get("selection"), "selection"),
        group_by=tuple(_texts(top.get("group_by"), "group_by")),
        compare=_pair(top.get("compare"), "compare"),
        focus=_focus(top.get("focus")),
        columns=_columns(top.get("columns")),
        layout=_layout(top.get("layout")),
        page_index=_number(top.get("page"), "page", most=MAX_PAGES),
    )


def _identity(data: Mapping[str, object]) -> DataIdentity:
    columns = _mapping(data.get("columns"), "data.columns", most=MAX_NAMES)
    return DataIdentity(
        name=_text(data.get("name"), "data.name"),
        fingerprint=_text(data.get("fingerprint"), "data.fingerprint"),
        row_count=_number(data.get("row_count"), "data.row_count"),
        columns=tuple((name, _text(kind, f"data.columns.{name[:40]}")) for name, kind in columns.items()),
        source=_text(data.get("source"), "data.source"),
    )


def _columns(value: object) -> tuple[SavedSlice | SavedColumn, ...]:
    found = []
    for index, item in enumerate(_list(value, "columns", most=MAX_COLUMNS)):
        key = f"columns[{index}]"
        found.append(_column(_mapping(item, key), key))
    return tuple(found)


def _column(data: Mapping[str, object], key: str) -> SavedSlice | SavedColumn:
    rows = _expr(data.get("rows"), f"{key}.rows")
    if "slice" in data:
        made = _made(data, key, plugin="symphony_core", analysis="slice")
        text = _text(data.get("text"), f"{key}.text")
        return SavedSlice(_text(data.get("slice"), f"{key}.slice"), text, made, rows)
    plugin = _text(data.get("plugin"), f"{key}.plugin")
    analysis = _text(data.get("analysis"), f"{key}.analysis")
    made = _made(data, key, plugin=plugin, analysis=analysis)
    return SavedColumn(_text(data.get("column"), f"{key}.column"), made, rows)


def _made(data: Mapping[str, object], key: str, *, plugin: str, analysis: str) -> ColumnKey:
    made = _mapping(data.get("made"), f"{key}.made")
    params = _mapping(made.get("params"), f"{key}.made.params")
    return ColumnKey(
        fingerprint=_text(made.get("fingerprint"), f"{key}.made.fingerprint"),
        inputs=tuple(_texts(made.get("inputs"), f"{key}.made.inputs")),
        analysis=analysis, plugin=plugin,
        version=_text(made.get("version"), f"{key}.made.version"),
        params=json.dumps(params, sort_keys=True, default=repr),
        seed=_number(made.get("seed"), f"{key}.made.seed", least=-(2**63), most=2**64),
        rows=_text(made.get("digest"), f"{key}.made.digest"),
        output=_text(made.get("output"), f"{key}.made.output"),
    )  # fmt: skip


def _layout(value: object) -> Layout:
    pages = []
    keys: set[str] = set()
    for index, item in enumerate(_list(value, "layout", most=MAX_PAGES)):
        where = f"layout[{index}]"
        page = _mapping(item, where)
        views = tuple(
            _view(_mapping(view, f"{where}.views[{at}]"), f"{where}.views[{at}]", keys)
            for at, view in enumerate(_list(page.get("views"), f"{where}.views", most=MAX_VIEWS))
        )
        # `keyed` gives a key to a page that has none, or another page's
        key = _text(page.get("key", ""), f"{where}.key")
        pages.append(Page(_text(page.get("title"), f"{where}.title"), views, key))
    return tuple(pages)


def _view(data: Mapping[str, object], where: str, keys: set[str]) -> PageView:
    key = _text(data.get("key"), f"{where}.key")
    if key and key in keys:
        raise BadSaved(
            f"saved work: {where}.key is {key[:40]!r}, which another view has.", key=f"{where}.key"
        )
    keys.add(key)
    settings = {
        name: _checked(lambda value=value: from_plain(value), f"{where}.settings.{name[:40]}")  # type: ignore[misc]  # a default holds the loop's value
        for name, value in _mapping(data.get("settings"), f"{where}.settings").items()
    }
    width = _number(data.get("width"), f"{where}.width", least=1, most=PAGE_COLUMNS)
    return PageView(_text(data.get("view"), f"{where}.view"), width, settings, key)


def _expr(value: object, key: str) -> Expr | None:
    if value is None:
        return None
    if isinstance(value, str):
        return _checked(lambda: parse(value), key)
    return _checked(lambda: from_dict(value), key)


def _focus(value: object) -> Scalar | None:
    return None if value is None else _checked(lambda: untagged(value), "focus")


def _checked(read: Callable[[], T], key: str) -> T:
    try:
        return read()
    except BadSaved:
        raise
    except SymphonyError as error:
        raise BadSaved(f"saved work: {key} cannot be read: {error}", key=key) from None


# --- values of one type ------------------------------------------------------------


def _wrong(key: str, wanted: str, seen: object) -> BadSaved:
    what = f"{type(seen).__name__} {str(seen)[:60]!r}" if seen is not None else "missing"
    place = f"{key!r} is" if key else "it is"
    return BadSaved(f"saved work: {place} {what}; wanted {wanted}.", key=key)


def _mapping(value: object, key: str, *, most: int = 10_000) -> Mapping[str, object]:
    if not isinstance(value, Mapping) or not all(isinstance(name, str) for name in value):
        raise _wrong(key, "an object", value)
    _limit(value, key, most)
    return value


def _limit(value: Sized, key: str, most: int) -> None:
    if len(value) > most:
        raise BadSaved(f"saved work: {key!r} has {len(value):,} entries; at most {most:,} are read.", key=key)


def _list(value: object, key: str, *, most: int, length: int | None = None) -> list[object]:
    if not isinstance(value, list):
        raise _wrong(key, "a list", value)
    if length is not None and len(value) != length:
        raise _wrong(key, f"a list of {length}", value)
    _limit(value, key, most)
    return value


def _text(value: object, key: str) -> str:
    if not isinstance(value, str):
        raise _wrong(key, "text", value)
    return value


def _texts(value: object, key: str, *, length: int | None = None) -> list[str]:
    items = _list(value, key, most=MAX_NAMES, length=length)
    return [_text(item, f"{key}[{index}]") for index, item in enumerate(items)]


def _pair(value: object, key: str) -> tuple[str, str] | None:
    if value is None:
        return None
    first, second = _texts(value, key, length=2)
    return first, second


def _number(value: object, key: str, *, least: int = 0, most: int = 2**63) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise _wrong(key, f"a whole number from {least} to {most}", value)
    return value
