"""Saved work applied to a session, on data that may have changed since.

What fits is set in one gesture; what does not is said in full sentences and
left out whole. A filter without one of its conditions would show other rows
than the person saved, so no expression is ever applied in part; rows that are
named by id and gone are the one exception, and are counted. Computed columns
that nobody in the process holds any more are computed again in the background,
one after the other since one may read another, and what needs them follows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

from param.parameterized import batch_call_watchers

from symphony_core.errors import SymphonyError
from symphony_core.expr import Expr, Rows, columns_of
from symphony_core.expr_text import parse, to_text
from symphony_core.jobs import Job
from symphony_core.layout import Layout, PageView
from symphony_core.overlay import ColumnKey, ComputedColumn, ComputedLayer, Overlay, known_column, known_layer
from symphony_core.saved import (
    Saved,
    SavedColumn,
    SavedSlice,
    differences,
    identity,
    named,
    params_of,
    present_rows,
)
from symphony_core.session import Session, reason
from symphony_core.slices import with_slice
from symphony_core.workspace import Workspace

MAX_TEXT_CHARS = 300

Tell = Callable[[list[str]], None]


def restore(session: Session, saved: Saved, *, tell: Tell) -> list[str]:
    """Set the session's workspace to a saved one, in one step, and say what could not be applied.

    Columns of analyses that have to be computed again are named in the answer; what then could not be
    applied, `tell` says when the last of them is there. A second call gives up what a first one waits for.
    """
    if session.stop_restoring is not None:
        session.stop_restoring()
    work = _Restoring(session, saved, tell)
    session.stop_restoring = work.stop
    return work.begin()


@dataclass
class _Run:
    """One run of an analysis, and the names its columns had."""

    first: SavedColumn
    names: dict[str, str] = field(default_factory=dict)

    @property
    def given(self) -> list[str]:
        return list(self.names.values())

    @property
    def identity(self) -> object:
        return _run_identity(self.first)


class _Restoring:
    """One restore, until its last computed column came or failed."""

    def __init__(self, session: Session, saved: Saved, tell: Tell) -> None:
        self.session = session
        self.state: Workspace = session.state
        self.saved = saved
        self._tell = tell
        self._said: list[str] = []
        self._is_begun = False
        self._to_make: list[_Run | SavedSlice] = []
        self._waiting: dict[str, Any] = {}
        self._job: Job[Any] | None = None

    # --- at once ---------------------------------------------------------------

    def begin(self) -> list[str]:
        """Set what can be set now; give what is missing."""
        self._said = differences(self.saved.data, identity(self.state.dataset))
        with self.state.gesture(), batch_call_watchers(self.state):
            self._take_columns()
            self.state.layout = self._layout(self.saved.layout)
            for name in ("filter", "selection", "group_by", "compare"):
                self._take(name, getattr(self.saved, name))
            self._take_focus()
        self._next()
        said, self._said, self._is_begun = self._said, [], True
        return said

    def stop(self) -> None:
        """Wait for nothing any more."""
        self._to_make.clear()
        self._waiting.clear()
        job, self._job = self._job, None
        if job is not None:
            job.cancel()

    def _say(self, words: str) -> None:
        self._said.append(words)

    def _take_columns(self) -> None:
        """Take up columns that the process holds, make slices, and list the analyses to run."""
        self.state.overlay = Overlay()
        unknown: set[str] = set()
        for column in self.saved.columns:
            held = _held(column.key, column.name)
            if held is not None and column.key.fingerprint == self.state.dataset.fingerprint:
                overlay = self.state.overlay
                is_layer = isinstance(held, ComputedLayer)
                self.state.overlay = overlay.with_layer(held) if is_layer else overlay.with_column(held)
            elif isinstance(column, SavedSlice):
                if _reads(_slice_expr(column)) & unknown:
                    self._to_make.append(column)
                    unknown.add(column.name)
                else:
                    self._make_slice(column)
            elif self._can_run(column):
                self._add_run(column)
                unknown.add(column.name)
        for run in self._runs():
            words = f"{named(run.given)} is computed again" if len(run.given) == 1 else (
                f"{named(run.given)} are computed again"
            )  # fmt: skip
            self._say(f"{words} in the background (analysis {run.first.key.analysis}){self._other(run)}")

    def _runs(self) -> list[_Run]:
        return [item for item in self._to_make if isinstance(item, _Run)]

    def _other(self, run: _Run) -> str:
        """Say that another version computes it, if so."""
        spec = self.session.registry.analyses[run.first.key.analysis]
        version = f"{self.session.registry.plugin_of(spec).version}/{spec.version}"
        before = run.first.key.version
        return "" if version == before else f"; it was made by version {before}, now it is {version}"

    def _can_run(self, column: SavedColumn) -> bool:
        key, registry = column.key, self.session.registry
        spec = registry.analyses.get(key.analysis)
        if spec is None or registry.plugin_of(spec).name != key.plugin:
            self._say(
                f"column {column.name!r} is missing: analysis {key.analysis} of plugin {key.plugin} "
                "is not installed"
            )
            return False
        if key.rows and column.rows is None:
            self._say(f"column {column.name!r} is missing: it was computed on rows that were not saved")
            return False
        return True

    def _add_run(self, column: SavedColumn) -> None:
        last = self._to_make[-1] if self._to_make else None
        if not isinstance(last, _Run) or last.identity != _run_identity(column):
            last = _Run(column)
            self._to_make.append(last)
        last.names[column.key.output or column.name] = column.name

    def _make_slice(self, item: SavedSlice) -> None:
        expr = _slice_expr(item)
        if expr is None:
            self._say(f"slice {item.name!r} was left out: its text cannot be read: {_short(item.text)}")
            return
        try:
            expr = self._with_present_rows(f"slice {item.name!r}", expr)
            if expr is not None:
                text = item.text if item.rows is not None else None
                self.state.overlay = with_slice(self.state.table, item.name, expr, text=text)
        except SymphonyError as error:
            self._say(f"slice {item.name!r} was left out, {_short(item.text)}: {error}")

    # --- the parts of the state --------------------------------------------------

    def _take(self, name: str, value: Any) -> None:
        """Set one part, let it wait for its columns, or say that it is left out."""
        coming = {one for item in self._to_make for one in _item_names(item)}
        if _reads(value) & coming:
            self._waiting[name] = value
            self._set(name, _NOTHING[name])
        else:
            self._set(name, value)

    def _set(self, name: str, value: Any) -> None:
        try:
            if isinstance(value, Expr):
                value = self._with_present_rows(f"the {name}", value)
            elif name == "group_by":
                value = self._present_names("grouping by", value)
            setattr(self.state, name, value)
        except SymphonyError as error:
            setattr(self.state, name, _NOTHING[name])
            self._say(f"the {_WORDS[name]} was left out, {_short(_text(value))}: {error}")

    def _with_present_rows(self, what: str, expr: Expr) -> Expr | None:
        kept, named, held = present_rows(expr, self.state.table)
        if held == named:
            return kept
        if held == 0:
            self._say(f"{what} was left out: none of its {named:,} rows exist any more")
            return None
        self._say(f"{what}: {held:,} of {named:,} rows still exist")
        return kept

    def _present_names(self, what: str, names: tuple[str, ...]) -> tuple[str, ...]:
        gone = [name for name in names if name not in self.state.table.names]
        if gone:
            self._say(f"{what} {named(gone)} was left out: there is no such column")
        return tuple(name for name in names if name not in gone)

    def _take_focus(self) -> None:
        focus = self.saved.focus
        is_there = focus is None or bool(self.state.dataset.holds([focus])[0])
        self.state.focus = focus if is_there else None

    def _layout(self, layout: Layout) -> Layout:
        """Leave out views that are not installed and settings that a view does not take."""
        pages = []
        for page in layout:
            views = [self._fitting(view) for view in page.views if self._is_installed(view)]
            pages.append(replace(page, views=tuple(views)))
        return tuple(pages)

    def _is_installed(self, view: PageView) -> bool:
        if view.view in self.session.registry.views:
            return True
        self._say(f"view {view.view} is not installed")
        return False

    def _fitting(self, view: PageView) -> PageView:
        kept = {name: value for name, value in view.settings.items() if self._fits(view, name, value)}
        # a key of another form could be that of another view, whose card would be shown in its place
        is_own = re.fullmatch(rf"{re.escape(view.view)}-[0-9]+", view.key) is not None
        return replace(view, settings=kept, key=view.key if is_own else "")

    def _fits(self, view: PageView, name: str, value: object) -> bool:
        registry = self.session.registry
        try:
            params: Mapping[str, Any] = registry.load(registry.view(view.view)).param  # type: ignore[attr-defined]
            params[name]._validate(value)
        except SymphonyError:  # a view that cannot be loaded says so in its card
            return True
        except (AttributeError, KeyError, ValueError, TypeError) as error:
            words = "it has no such setting" if isinstance(error, KeyError | AttributeError) else str(error)
            self._say(f"setting {name} of view {view.view} was left out: {words}")
            return False
        return True

    # --- in the background ---------------------------------------------------------

    def _next(self) -> None:
        """Make the next computed column; after the last set what waited for them."""
        while self._to_make and not self.session.is_closed:
            item = self._to_make.pop(0)
            if isinstance(item, SavedSlice):
                self._make_slice(item)
            elif self._started(item):
                return
        if not self.session.is_closed:
            self._finish()

    def _started(self, run: _Run) -> bool:
        key = run.first.key
        try:
            rows: object = "all"
            if run.first.rows is not None:
                rows = self._with_present_rows(f"analysis {key.analysis}", run.first.rows)
                if rows is None:
                    return False
            job = self.session.start(
                key.analysis, rows=rows, params=params_of(key), seed=key.seed, as_name=self._stem(run)
            )
        except SymphonyError as error:
            self._lost(run, error)
            return False
        self._job = job
        job.on_update(lambda job: self._settled(job, run))
        return True

    def _settled(self, job: Job[Any], run: _Run) -> None:
        if not job.done or job is not self._job:
            return
        self._job = None
        if job.error is not None:
            self._lost(run, job.error)
        else:
            overlay = self.state.overlay
            gone = [name for name in run.given if name not in overlay and name not in overlay.layers]
            if gone:
                self._say(f"analysis {run.first.key.analysis} did not give {named(gone)} again")
        self._next()

    def _lost(self, run: _Run, error: BaseException) -> None:
        verb = "is" if len(run.given) == 1 else "are"
        self._say(f"{named(run.given)} {verb} missing: {reason(error)}")

    def _stem(self, run: _Run) -> str | None:
        """Find out what name the run was given: one column bears it whole, several bear it in front."""
        changed = {output: given for output, given in run.names.items() if output != given}
        if not changed:
            return None
        output, given = next(iter(changed.items()))
        promises = self.session.registry.analysis(run.first.key.analysis).promises
        is_single = len(promises) == 1 and "*" not in promises[0].pattern
        return given if is_single else given.removesuffix(f"_{output}")

    def _finish(self) -> None:
        waiting, self._waiting = self._waiting, {}
        with self.state.gesture(), batch_call_watchers(self.state):
            for name, value in waiting.items():
                if getattr(self.state, name) == _NOTHING[name]:
                    self._set(name, value)
                else:
                    self._say(
                        f"the {_WORDS[name]} was changed meanwhile; the saved one: {_short(_text(value))}"
                    )
        self.session.stop_restoring = None
        if self._said and self._is_begun:  # until then it is the answer of `begin`
            self._tell([*self._said])
            self._said.clear()


_NOTHING: Mapping[str, Any] = {"filter": None, "selection": None, "group_by": (), "compare": None}
_WORDS = {"filter": "filter", "selection": "selection", "group_by": "grouping", "compare": "comparison"}


def _held(key: ColumnKey, name: str) -> ComputedColumn | ComputedLayer | None:
    return known_column(key, name) or known_layer(key, name)


def _reads(value: Any) -> set[str]:
    """Give the columns that a part of the state names."""
    if isinstance(value, Expr):
        return set(columns_of(value))
    return set(value) if isinstance(value, tuple) else set()


def _item_names(item: _Run | SavedSlice) -> list[str]:
    return [item.name] if isinstance(item, SavedSlice) else item.given


def _run_identity(column: SavedColumn) -> object:
    return replace(column.key, output=""), column.rows


def _slice_expr(item: SavedSlice) -> Expr | None:
    if item.rows is not None:
        return item.rows
    with suppress(SymphonyError):
        return parse(item.text)
    return None


def _text(value: Any) -> str:
    if not isinstance(value, Expr):
        return ", ".join(value or ())
    try:
        return to_text(value)
    except SymphonyError:  # rows by position
        return f"{value.count:,} rows" if isinstance(value, Rows) else "an expression over rows by position"


def _short(text: str) -> str:
    return text if len(text) <= MAX_TEXT_CHARS else f"{text[:MAX_TEXT_CHARS]}…"
