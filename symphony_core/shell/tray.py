"""The selection: how many rows are marked, the first of them, and what can be done with them."""

from __future__ import annotations

from typing import Any

import numpy as np
import param

from symphony_core.errors import BadSelection, BadSetting
from symphony_core.expr import Expr, Rows, all_of
from symphony_core.row_files import Format, file_name, row_file
from symphony_core.shell.downloads import Downloads
from symphony_core.shell.part import Acts, Part
from symphony_core.shell.strip import Made, Strip, first_rows
from symphony_core.slices import checked_name, slices, with_slice
from symphony_core.table import Table
from symphony_core.view import rows_text
from symphony_core.widgets import COMPONENTS, Component, Gesture, script

# A clipboard of more lines than these freezes what it is pasted into; a file does not.
MAX_COPIED_IDS = 10_000
# An inverted expression that has grown beyond this is kept as plain rows.
MAX_INVERTED_NODES = 50
# More names than these are counted in a note, not listed.
MAX_NAMED = 5


class TrayPiece(Component):
    """The selection's part of the side bar."""

    pictures = param.Dict(
        default={}, doc="Thumbnails of the strip by position: data URI, or why there is none."
    )

    _esm = script(COMPONENTS / "download.js", COMPONENTS / "tray.js")


class Tray(Part):
    """The selected rows."""

    component_type = TrayPiece
    follows = ("selection", "filter", "overlay", "focus")

    def __init__(self, shell: Any) -> None:
        self._strip = Strip(shell.session, self._show_pictures)
        self._slice_form: dict[str, Any] = {"saved": 0, "error": "", "asks": ""}
        self._left_out_of: Table | None = None
        self._left_out: dict[str, str] = {}
        super().__init__(shell)
        self.downloads = Downloads(self.session, self.component.send)
        self._strip.turn_to(self._rows_on_strip)

    def data(self) -> dict[str, Any]:
        """Describe the selection."""
        state = self.state
        mask = self._mask()
        count = 0 if mask is None else int(np.count_nonzero(mask))
        self._rows_on_strip = [] if mask is None else first_rows(mask, self._strip.row_count)
        is_filtered = state.filter is not None and state.problem("filter") is None
        return {
            "words": self._words(mask, count),
            "has_selection": state.selection is not None,
            "rest": f"and {count - len(self._rows_on_strip):,} more"
            if count > len(self._rows_on_strip)
            else "",
            "items": self._strip.items(state.table, self._rows_on_strip),
            "has_pictures": self._strip.has_pictures,
            "focus": None if state.focus is None else str(state.focus),
            "filter_words": f"all {rows_text(state.count())} under the filter" if is_filtered else "all rows",
            "is_filter_broken": state.problem("filter") is not None,
            "slice_form": dict(self._slice_form),
            "left_out": self._left_out_words(),
            "has_embeddings": bool(state.table.embedding_names),
            "has_keys": self.session.owns_page,
        }

    @property
    def acts(self) -> Acts:
        return {
            "clear": lambda gesture: setattr(self.state, "selection", None),
            "narrow": lambda gesture: setattr(self.state, "filter", self._selection()),
            "exclude": lambda gesture: self._exclude(),
            "invert": lambda gesture: self._invert(),
            "all": lambda gesture: self._select_all(),
            "focus": self._focus,
            "ids": lambda gesture: self._copy_ids(),
            "slice": self._save_slice,
            "forget_slice": lambda gesture: self._say_slice(),
            "download": self._download,
            "chunk": lambda gesture: self.downloads.send(_token(gesture), gesture.get("number")),
            "drop": lambda gesture: self.downloads.drop(_token(gesture)),
        }

    def refresh(self) -> None:
        super().refresh()
        self._strip.turn_to(self._rows_on_strip)

    def refused(self, gesture: Gesture, words: str) -> None:
        if gesture.get("kind") == "slice":
            self._say_slice(error=words)
            return
        if gesture.get("kind") == "download":
            self.component.send({"kind": "failed", "token": _token(gesture), "words": ""})
        super().refused(gesture, words)

    def close(self) -> None:
        self._strip.stop()
        self.downloads.close()

    def _show_pictures(self, made: Made) -> None:
        self.component.pictures = {str(row): list(shown) for row, shown in made.items()}

    # --- what is said ------------------------------------------------------------------

    def _mask(self) -> np.ndarray | None:
        """Give the selection's mask; None without a selection and while it cannot be applied."""
        state = self.state
        return None if state.selection is None or state.problem("selection") else state.selection_mask()

    def _words(self, mask: np.ndarray | None, count: int) -> str:
        state = self.state
        if state.selection is None:
            return "No rows selected. Tick rows in a view, or select all under the filter."
        if mask is None:
            return str(state.problem("selection"))
        hidden = 0
        if not state.problem("filter"):
            hidden = count - int(np.count_nonzero(mask & state.filter_mask()))
        return f"{rows_text(count)} selected" + (f", {hidden:,} not under the filter." if hidden else ".")

    def _left_out_words(self) -> dict[str, str]:
        """Say of each format what it leaves out of the columns."""
        table = self.state.table
        if self._left_out_of is not table:
            none = np.empty(0, dtype=np.int64)
            self._left_out_of = table
            self._left_out = {one.value: _left_out(row_file(table, none, one).left_out) for one in Format}
        return self._left_out

    # --- which rows --------------------------------------------------------------------

    def _selection(self) -> Expr:
        selection: Expr | None = self.state.selection
        if selection is None:
            raise BadSelection("no rows are selected; select some first.")
        return selection

    def _exclude(self) -> None:
        state = self.state
        before = state.count()
        state.filter = all_of([state.filter, ~self._selection()])
        gone = rows_text(before - state.count())
        self.shell.toast(f"{gone} excluded by the filter.", can_undo=True)

    def _invert(self) -> None:
        """Select the rows under the filter that are not selected."""
        state = self.state
        inverted = all_of([state.filter, ~self._selection()])
        assert inverted is not None
        if inverted.node_count > MAX_INVERTED_NODES or _has_rows(inverted):
            inverted = self._rows_at(state.filter_mask() & ~state.selection_mask())
        state.selection = inverted

    def _select_all(self) -> None:
        state = self.state
        state.selection = self._rows_at(state.filter_mask()) if state.filter is None else state.filter

    def _rows_at(self, mask: np.ndarray) -> Rows:
        table = self.state.table
        return Rows.at(np.flatnonzero(mask), fingerprint=table.fingerprint, row_count=len(table))

    def _focus(self, gesture: Gesture) -> None:
        row = gesture.get("row")
        if type(row) is not int or not 0 <= row < len(self.state.table):
            raise BadSetting(f"the page sent row {row!r}; wanted a position in the table.")
        self.state.focus = self.state.dataset.ids_at(np.array([row])).tolist()[0]

    # --- what is taken away --------------------------------------------------------------

    def _copy_ids(self) -> None:
        table, selection = self.state.table, self._selection()
        count = table.count(selection)
        if count > MAX_COPIED_IDS:
            words = f"Copying stops at {MAX_COPIED_IDS:,} ids, and {count:,} rows are selected."
            self.component.send({"kind": "ids", "text": "", "words": words})
            return
        ids = table.dataset.ids_at(table.positions(selection)).tolist()
        words = f"{len(ids):,} id{'' if len(ids) == 1 else 's'}"
        self.component.send({"kind": "ids", "text": "\n".join(str(one) for one in ids), "words": words})

    def _download(self, gesture: Gesture) -> None:
        state, rows = self.state, gesture.get("rows")
        format = _format(gesture.get("format"))
        expr = self._selection() if rows == "selection" else state.filter
        columns = [state.dataset.id_column] if gesture.get("only_ids") else None
        file = row_file(
            state.table, state.table.positions(expr), format, columns,
            with_embeddings=bool(gesture.get("with_embeddings")) and columns is None,
        )  # fmt: skip
        what = "selection" if rows == "selection" else "all" if expr is None else "filter"
        name = file_name(state.dataset.name, what, len(file.positions), format)
        self.downloads.start(_token(gesture), file, name)

    # --- slices --------------------------------------------------------------------------

    def _save_slice(self, gesture: Gesture) -> None:
        state = self.state
        name = checked_name(state.table, str(gesture.get("name", "")))
        there = {one.name: one.row_count for one in slices(state.overlay)}
        if name in there and gesture.get("replace") is not True:
            self._say_slice(asks=f"There is a slice {name!r} of {rows_text(there[name])}. Replace it?")
            return
        overlay = with_slice(state.table, name, self._selection())
        self._slice_form["saved"] += 1
        state.overlay = overlay
        self._say_slice()
        words = f"Slice {name!r} of {rows_text(state.selected_count())} is kept as a column."
        self.shell.toast(words, can_undo=True)

    def _say_slice(self, *, error: str = "", asks: str = "") -> None:
        self._slice_form = {**self._slice_form, "error": error, "asks": asks}
        self.refresh()


def _token(gesture: Gesture) -> str:
    return str(gesture.get("token", ""))[:40]


def _format(value: object) -> Format:
    if value not in list(Format):
        raise BadSetting(f"the page asked for {value!r}; files of rows are csv, json or parquet.")
    return Format(str(value))


def _has_rows(expr: Expr) -> bool:
    return isinstance(expr, Rows) or any(_has_rows(child) for child in expr.children)


def _left_out(names: tuple[str, ...]) -> str:
    if not names:
        return ""
    more = f" and {len(names) - MAX_NAMED:,} more" if len(names) > MAX_NAMED else ""
    return f"Left out: {', '.join(names[:MAX_NAMED])}{more} (bytes and embeddings)."
