"""Computing familiarity from the card: what would be computed, how far it is, and what went wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from symphony_core.errors import BadSetting
from symphony_core.jobs import Job
from symphony_core.roles import Role
from symphony_core.session import Session, reason
from symphony_core.specs import Result
from symphony_core.table import Table
from symphony_panel_familiarity.layers import ALL_ROWS, references
from symphony_panel_familiarity.settings import METHODS, FamiliaritySettings

# Columns of the analysis; where the data have one of these, the computed ones get a prefix.
WRITTEN = ("familiarity", "familiarity_score", "familiarity_outlier")
PREFIX = "computed"


class Computing:
    """At most one analysis that the card waits for; `tell` is called when what it says changes."""

    def __init__(self, session: Session, tell: Callable[[], None]) -> None:
        self._session = session
        self._tell: Callable[[], None] | None = tell
        self._job: Job[Any] | None = None
        self._problem = self._note = ""

    def start(self, name: str, params: dict[str, object], as_name: str | None = None) -> None:
        """Start an analysis in place of the one that runs; its columns join when it ends."""
        self.cancel()
        self._problem = self._note = ""
        self._job = self._session.start(name, params=params, as_name=as_name)
        self._job.on_update(self._updated)

    def cancel(self) -> None:
        """Give up what runs; columns that were there stay."""
        if self._job is not None:
            self._job.cancel()

    def close(self) -> None:
        """Tell nobody any more; what runs goes on, since other views may wait for its columns."""
        self._tell = None

    def as_data(self) -> dict[str, object]:
        """Give what the script draws: whether it runs, the share done, words, and how it ended."""
        is_running = self._job is not None and not self._job.done
        share, words = self._job.progress if self._job is not None and is_running else (0.0, "")
        return {
            "is_running": is_running, "share": round(share, 3), "words": words,
            "problem": self._problem, "note": self._note,
        }  # fmt: skip

    def _updated(self, job: Job[Any]) -> None:
        if job is not self._job:
            return
        if job.done and job.error is not None and not job.cancelled:
            self._problem = reason(job.error)
        elif job.done and job.error is None:
            self._note = ending(job.result(0))
        if self._tell is not None:
            self._tell()


def ending(result: Result) -> str:
    """Say which rows were set aside and where less was done than asked for; empty when all was done."""
    words = [f"{len(one.row_ids):,} set aside: {one.reason}." for one in result.set_aside]
    return " ".join([*words, str(result.summary.get("note", ""))]).strip()


def analysis_params(view: FamiliaritySettings) -> dict[str, object]:
    """Give the parameters of the analysis as the settings have them. Raises BadSetting."""
    known = references(view.state.table)
    if view.reference not in known:
        offered = ", ".join(list(known)[:5])
        raise BadSetting(f"the reference {view.reference!r} is not among these rows' values: {offered}, …")
    chosen = known[view.reference]
    return {
        "layer": view.embedding or None, "method": METHODS[view.method], "k": view.neighbours,
        "by": list(view.by), "reference": chosen or None, "outlier_rate": view.outlier_rate,
    }  # fmt: skip


def prefix(table: Table) -> str | None:
    """Give the prefix that computed columns need; None when the data have none of their names."""
    return PREFIX if any(name in table.dataset.names for name in WRITTEN) else None


def plan(view: FamiliaritySettings) -> str:
    """Say what would be computed; empty when there is no embedding to compute it in."""
    layer = embedding_of(view)
    if not layer:
        return ""
    how = f"{view.neighbours} nearest neighbours" if METHODS[view.method] == "knn" else "a Gaussian mixture"
    against = "all rows" if view.reference == ALL_ROWS else f"the rows with {view.reference}"
    by = f", and within each {' and '.join(view.by)}" if view.by else ""
    return f"{how} in {layer}, against {against}{by}"


def embedding_of(view: FamiliaritySettings) -> str:
    """Name the embedding that would be used; empty when there is none."""
    table = view.state.table
    names = table.embedding_names
    given = view.embedding or table.dataset.roles.column(Role.EMBEDDING)
    return given if given in names else next(iter(names), "")
