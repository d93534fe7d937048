"""`open()` and the handle it returns: the same in a cell, a script and on a server.

Panel is imported when something is shown and not before, so that opening,
filtering and running analyses stay quick in scripts and CI.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from symphony_core import notebook, row_files
from symphony_core.dataset import Dataset, Notice
from symphony_core.errors import BadSelection, BadSetting, no_such
from symphony_core.expr import Expr
from symphony_core.jobs import Job
from symphony_core.layout import Layout, Page, PageView
from symphony_core.manifest import Manifest, load_manifest
from symphony_core.registry import Registry
from symphony_core.restoring import restore
from symphony_core.roles import Roles
from symphony_core.saved import Saved, saved
from symphony_core.saved_json import read_saved, to_json
from symphony_core.session import Session
from symphony_core.slices import drop_slice, slices, with_slice
from symphony_core.sources import SourceOptions, can_open, open_source, title_of
from symphony_core.specs import Result, silent
from symphony_core.state import State
from symphony_core.table import Table
from symphony_core.waiting import shown_progress
from symphony_core.whole_file import replace_file
from symphony_core.workspace import Workspace

if TYPE_CHECKING:
    from symphony_core.shell import Shell
    from symphony_core.view import View

log = logging.getLogger(__name__)


def open(
    source: object,
    *,
    id: str | None = None,
    label: str | None = None,
    prediction: str | None = None,
    score: str | None = None,
    embedding: str | None = None,
    image: str | None = None,
    audio: str | None = None,
    text: str | None = None,
    split: str | None = None,
    config: str | os.PathLike[str] | Manifest | None = None,
    restore: str | os.PathLike[str] | Mapping[str, object] | None = None,
    share: bool = False,
) -> App:
    """Open a table and give a handle on it.

    source: a file (.parquet, .csv, .tsv, .jsonl, .json, .arrow, .feather, .sqlite, .duckdb), a folder
        (images or sounds, parquet files, a saved Hugging Face dataset), an address
        ("sqlite:///f.db?query=SELECT ...", "postgresql://user@host/db?table=cats"), a DataFrame,
        an Arrow table, "demo:emoji", "demo:adult", or whatever a plugin can open.
    id ... split: the column that plays the role; None infers it, see `app.roles`.
    score: "positive_score:COLUMN" or "confidence:COLUMN" says which it is.
    config: an `entry_points.toml`; None is the one in this folder, if any.
    restore: what `app.save` wrote, as a file or already read; `app.not_restored` says what did not fit.
    share: whether several browser sessions may show, and change, this one state.
    Raises BadSource, BadRows, BadRole, BadManifest or BadSaved.
    """
    notebook.load_extension()
    registry = registry_of(load_manifest(config))
    options = SourceOptions(
        id=id, label=label, prediction=prediction, score=score, embedding=embedding,
        image=image, audio=audio, text=text, split=split,
    )  # fmt: skip
    dataset = _dataset(source, options, registry)
    work = None if restore is None else read_saved(restore)
    app = App(dataset, registry, share=share)
    if work is not None:
        app.not_restored = tuple(app._take_up(work))
        app.state.forget_history()
    return app


def plugins(config: str | os.PathLike[str] | Manifest | None = None) -> pd.DataFrame:
    """List the plugins, one row each: what they register and what is wrong with them."""
    return registry_of(load_manifest(config)).frame()


class App:
    """One opened dataset with its state, views and analyses."""

    def __init__(self, dataset: Dataset, registry: Registry, *, share: bool = False) -> None:
        self.dataset = dataset
        self._workspace = Workspace(dataset, first_layout(registry, Table(dataset)))
        self.session = Session(self._workspace, registry, is_shared=share)
        self._shell: Shell | None = None
        self._page_index = 0
        self.not_restored: tuple[str, ...] = ()

    def __repr__(self) -> str:
        named = ", ".join(f"{choice.role.value} {choice.column!r}" for choice in self.roles.values())
        return f"<symphony app on {self.dataset.name!r}: {len(self.dataset):,} rows; {named or 'no roles'}>"

    @property
    def state(self) -> State:
        """Filter, selection, groups and computed columns; set them to drive all views."""
        return self._workspace

    @property
    def workspace(self) -> Workspace:
        """The state together with the layout of the pages."""
        return self._workspace

    @property
    def roles(self) -> Roles:
        """Which column plays which role, each with the reason."""
        return self.dataset.roles

    @property
    def warnings(self) -> tuple[Notice, ...]:
        """What was set aside or looked odd when the data were opened."""
        return self.dataset.warnings

    @property
    def registry(self) -> Registry:
        """The views and analyses that exist."""
        return self.session.registry

    # --- rows ------------------------------------------------------------------

    def count(self) -> int:
        """Count the rows under the filter."""
        return self.state.count()

    def rows(self) -> pd.DataFrame:
        """Give the rows under the filter, the id column first, computed columns last."""
        table = self.state.table
        return table.take(table.positions(self.state.filter))

    def selected(self) -> pd.DataFrame:
        """Give the selected rows, also those that the filter hides; empty without a selection."""
        table = self.state.table
        return table.take(self.state.selection_mask().nonzero()[0])

    def download(
        self,
        path: str | os.PathLike[str],
        rows: object = "selection",
        columns: Sequence[str] | None = None,
    ) -> Path:
        """Write rows to a csv, json or parquet file, by its suffix, and give its path.

        rows: "selection", "filter", "all", or anything a filter takes; also those that the filter hides.
        columns: None is all base and computed columns that the format can hold; embeddings go into
            parquet when they are named, bytes into parquet only.
        A file that is there is replaced once the new one is whole.
        csv: UTF-8, missing is an empty cell and empty text `""`, times are ISO 8601 with offset, lists JSON;
            text that a spreadsheet takes for a formula is not changed.
        json: an array of objects; whole-number columns that go beyond 2**53 are text, digit by digit.
        Both write the fewest digits that read back the same in the column's own precision.
        Raises BadSelection when nothing is selected, BadSetting, UnknownColumn or OSError.
        """
        table = self.state.table
        is_all = rows == "all" if isinstance(rows, str) else False
        if is_all or (isinstance(rows, str) and rows == "filter" and self.state.filter is None):
            positions = table.positions(None)
        else:
            positions = table.positions(self._meant(rows))
        target = Path(path)
        file = row_files.row_file(table, positions, row_files.format_of(target), columns)
        row_files.write(file, target, silent)
        return target

    # --- named slices ------------------------------------------------------------

    @property
    def slices(self) -> pd.DataFrame:
        """The named slices, one row each: name, rows (how many), expression (as it was when made)."""
        found = [(one.name, one.row_count, one.text) for one in slices(self.state.overlay)]
        return pd.DataFrame(found, columns=["name", "rows", "expression"])

    def save_slice(self, name: str, rows: object = "selection") -> None:
        """Keep rows as a named slice: a column that is True for them, for any filter, group or view.

        rows: "selection", "filter", or anything a filter takes. The slice is frozen: it keeps the rows
        of now. A slice of this name is replaced; undo brings it back.
        Raises BadSelection when nothing is selected or filtered, BadSetting for a name that cannot be one.
        """
        self.state.overlay = with_slice(self.state.table, name, self._meant(rows))

    def drop_slice(self, name: str) -> None:
        """Take a named slice away; undo brings it back. Raises UnknownColumn."""
        drop_slice(self.state, name)

    def _meant(self, rows: object) -> Expr:
        """Read which rows are meant into an expression. Raises BadSelection when none are."""
        state = self.state
        is_word = isinstance(rows, str) and rows in ("selection", "filter")
        expr = getattr(state, str(rows)) if is_word else state.table.bind(rows)
        if expr is None:
            what = f"there is no {rows}" if is_word else "no rows are named"
            raise BadSelection(f"{what}; select or filter rows first, or give rows='label == ...'.")
        found: Expr = expr
        return found

    # --- history -----------------------------------------------------------------

    def undo(self) -> bool:
        """Take back the last gesture; False when there is none."""
        return self.state.undo()

    def redo(self) -> bool:
        """Do an undone gesture again; False when there is none."""
        return self.state.redo()

    # --- views ---------------------------------------------------------------------

    def show(self, name: str, **settings: Any) -> View:
        """Make a view. It displays in a cell and goes into any Panel layout.

        settings: values of the view's own settings.
        Raises UnknownView; a view that cannot be made becomes a card that says why.
        """
        notebook.load_extension()
        from symphony_core.view_making import make_view  # imports Panel

        return make_view(self.session, name, **settings)

    def dashboard(self) -> Shell:
        """Give the whole shell, with its pages, as one view."""
        notebook.load_extension()
        from symphony_core.shell import Shell  # imports Panel

        if self._shell is None:
            self._shell = Shell(self.session, page_index=self._page_index)
        return self._shell

    def servable(self) -> App:
        """Make this the page of a script run by `panel serve`; outside a server it does nothing."""
        from symphony_core.serving import served_page  # imports Panel

        served_page(self).servable()
        return self

    # --- saved work --------------------------------------------------------------------

    def save(self, path: str | os.PathLike[str]) -> list[str]:
        """Write the workspace as JSON: filter, selection, groups, slices, layout, how columns were computed.

        No row of the data is in it but the ids of selected ones. Gives, in words, what cannot be saved.
        Raises BadSaved when it grows beyond what is read back, OSError when it cannot be written.
        """
        page_index = self._page_index if self._shell is None else self._shell.page_index
        work, left_out = saved(self._workspace, page_index)
        replace_file(Path(path), [to_json(work).encode()])
        return left_out

    def restore(self, source: str | os.PathLike[str] | Mapping[str, object]) -> list[str]:
        """Take up saved work, in one step that undo takes back, and say what could not be applied.

        source: a file that `save` wrote, or its content as a dictionary.
        Columns of analyses that are computed again are named in the answer; what needs them follows when
        they are there, and what comes of them is logged, or shown on the page.
        Raises BadSaved, or OSError when the file cannot be read; nothing is changed then.
        """
        return self._take_up(read_saved(source))

    def _take_up(self, work: Saved) -> list[str]:
        """Take up saved work that is read already; as `restore`."""
        if self._shell is not None:
            return self._shell.restore(work)
        self._page_index = work.page_index
        return restore(self.session, work, tell=self._tell)

    def _tell(self, said: list[str]) -> None:
        if self._shell is None:
            for words in said:
                log.warning("restored work: %s", words)
        else:
            self._shell.restored(said)

    # --- analyses --------------------------------------------------------------------

    def run(
        self, analysis: str, *, rows: object = "all", name: str | None = None, seed: int = 0, **params: Any
    ) -> Result:
        """Run an analysis and wait; its columns join the state.

        rows: "all", "filter", or anything a filter takes.
        name: stem for the columns instead of the analysis's own, to keep two results side by side.
        Raises UnknownAnalysis, NeedsNotMet, BadSetting, PluginError or what the method raises.
        """
        return self.start(analysis, rows=rows, name=name, seed=seed, **params).result()

    def start(
        self, analysis: str, *, rows: object = "all", name: str | None = None, seed: int = 0, **params: Any
    ) -> Job[Result]:
        """Run an analysis in the background: `.result()`, `await`, `.progress`, `.cancel()`."""
        return self.session.start(analysis, rows=rows, params=params, seed=seed, as_name=name)

    # --- events ------------------------------------------------------------------------

    def on_change(self, call: Callable[[Any], None], name: str) -> Subscription:
        """Call `call(value)` after each change of one of the state's params.

        name: "filter", "selection", "group_by", "overlay", "focus" or "compare".
        """
        names = [*State.tracked, "focus"]
        if not callable(call):
            raise BadSetting(
                f"on_change got {type(call).__name__} to call; give a function of the new value."
            )
        if not isinstance(name, str):
            raise BadSetting(f"on_change got {name!r} to follow; give one name, such as 'selection'.")
        if name not in names:
            message, _ = no_such("param", name, names, "the state")
            raise BadSetting(message)
        return Subscription(self.state, call, name)

    def close(self) -> None:
        """End the session: views stop following and jobs are cancelled."""
        self.session.close()


class Subscription:
    """A callback that follows the state until `stop()`."""

    def __init__(self, state: State, call: Callable[[Any], None], name: str) -> None:
        self._state = state
        self._call = call
        self._watcher: Any = state.param.watch(self._tell, name)

    def _tell(self, event: Any) -> None:
        try:
            self._call(event.new)
        except Exception:
            log.exception("a callback of on_change failed")

    def stop(self) -> None:
        """Follow no longer; a second call does nothing."""
        if self._watcher is not None:
            self._state.param.unwatch(self._watcher)
            self._watcher = None


def _dataset(source: object, options: SourceOptions, registry: Registry) -> Dataset:
    if isinstance(source, Dataset):
        return source
    if not isinstance(source, (str, os.PathLike)):
        return open_source(source, options)
    text = os.fspath(source)
    if not can_open(text):
        opened = registry.open_dataset(text, options.given())
        if opened is not None:
            return opened
    with shown_progress(f"reading {title_of(text)}") as progress:
        return open_source(text, options, progress)


_registries: list[tuple[Manifest, Registry]] = []


def registry_of(manifest: Manifest) -> Registry:
    """Give this process's registry for a manifest; plugins are imported once."""
    for known, registry in _registries:
        if known == manifest:
            return registry
    registry = Registry(manifest)
    _registries.append((manifest, registry))
    return registry


def first_layout(registry: Registry, table: Table) -> Layout:
    """Give the manifest's pages; without any, one page with every view that the data can feed."""
    if registry.manifest.pages:
        return registry.manifest.pages
    fed = [spec for spec in registry.views.values() if spec.needs.missing(table) is None]
    fed.sort(key=lambda spec: (spec.rank, spec.name))
    return (Page("Overview", tuple(PageView(spec.name, spec.width) for spec in fed)),)
