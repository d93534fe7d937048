"""What one person's page, notebook or script holds.

A session owns its state and its overlay; the dataset, masks, thumbnails and
workers belong to the process. It is closed with its page; until then every
view it made can be shown on that page only, unless it is shared on purpose.
"""

from __future__ import annotations

import functools
import hashlib
import logging
import sys
import weakref
from collections.abc import Callable, Mapping
from typing import Any

from symphony_core.errors import BadSetting, SharedState, SymphonyError
from symphony_core.expr import Expr
from symphony_core.jobs import Job, pool
from symphony_core.overlay import Overlay
from symphony_core.owner import Call, Owner
from symphony_core.registry import Registry
from symphony_core.runner import run_analysis
from symphony_core.specs import Result
from symphony_core.workspace import Workspace

log = logging.getLogger(__name__)


class Session:
    """State, plugins and the owner's loop, for as long as a page or notebook lives.

    is_shared: whether several pages may show the same state.
    """

    def __init__(self, state: Workspace, registry: Registry, *, is_shared: bool = False) -> None:
        self.state = state
        self.registry = registry
        self.is_shared = is_shared
        self.jobs: list[Job[Any]] = []
        self._on_jobs: list[Callable[[Job[Any]], None]] = []
        self._closers: list[Callable[[], None]] = []
        self._document: weakref.ref[Any] | None = None
        self._is_closed = False
        # set while columns of restored work are computed again
        self.stop_restoring: Callable[[], None] | None = None
        self.owner = Owner(_kernel_wake())
        document = _document()
        if document is not None:
            self.bind(document)

    @property
    def is_closed(self) -> bool:
        """Whether the page is gone."""
        return self._is_closed

    @property
    def owns_page(self) -> bool:
        """Whether the page around the views is ours, so that its keys are too."""
        return self._document is not None

    # --- whose page it is ----------------------------------------------------

    def bind(self, document: Any) -> None:
        """Tie the session to the page that shows it first; refuse a second one.

        document: a Bokeh document. Only a served one has a session of its own.
        """
        if getattr(document, "session_context", None) is None:
            return
        bound = self._document() if self._document is not None else None
        if bound is document:
            return
        if self._document is None:
            self._document = weakref.ref(document)
            if not self.is_shared:
                self.owner = Owner(_document_wake(document))
                document.on_session_destroyed(lambda context: self.close())
            return
        if not self.is_shared:
            raise SharedState(
                f"the views of {self.state.dataset.name!r} are already shown in another browser session. "
                "Call symphony.open() inside the served script or function, so that each session gets its "
                "own state, or symphony.open(..., share=True) to let all visitors share one."
            )

    def close(self) -> None:
        """Let go of everything that listens; further calls do nothing."""
        if self._is_closed:
            return
        self._is_closed = True
        for job in list(self.jobs):
            job.cancel()
        for closer in reversed(self._closers):
            try:
                closer()
            except Exception:
                log.exception("closing a view failed")
        self._closers.clear()
        self.owner.close()
        self.state.close()

    def on_close(self, closer: Callable[[], None]) -> None:
        """Call `closer` once, when the session ends."""
        self._closers.append(closer)

    def forget(self, closer: Callable[[], None]) -> None:
        """Take back on_close."""
        if closer in self._closers:
            self._closers.remove(closer)

    # --- analyses --------------------------------------------------------------

    def start(
        self,
        name: str,
        *,
        rows: object = "all",
        params: Mapping[str, object],
        seed: int = 0,
        as_name: str | None = None,
        is_step: bool = True,
        step_key: str | None = None,
    ) -> Job[Result]:
        """Run an analysis on a worker; its columns join the overlay when it ends.

        is_step: whether undo takes the columns back; not for what a view computes unasked.
        step_key: joins the step with what is set under the same gesture key when the columns are there.
        """
        if self._is_closed:
            raise BadSetting(
                f"the app on {self.state.dataset.name!r} is closed; open the data again with symphony.open()."
            )
        spec = self.registry.analysis(name)
        table = self.state.table
        covered = self._covered(rows)
        positions = None if covered is None else table.positions(covered)

        def work(progress: Callable[[float, str], None], cancel: Any) -> tuple[Result, Overlay]:
            return run_analysis(
                self.registry, spec, table, rows=positions, params=params,
                seed=seed, progress=progress, cancel=cancel, name=as_name, covered=covered,
            )  # fmt: skip

        def join(outcome: tuple[Result, Overlay]) -> Result:
            result, overlay = outcome
            # other analyses may have ended meanwhile: add to what is there now
            if is_step:
                with self.state.gesture(key=step_key):
                    self.state.overlay = self.state.overlay.joined(overlay, table.overlay)
            else:
                self.state.amend(lambda now: now.joined(overlay, table.overlay))
            return result

        rows_key = b"" if positions is None else hashlib.blake2b(positions.tobytes()).digest()
        params_key = repr(sorted(params.items(), key=lambda item: item[0]))
        key = (table.dataset, self.registry, table.overlay, name, rows_key, seed, as_name, params_key)
        job = pool.start(work, owner=self.owner, title=spec.title, key=key, then=join)
        self.track(job)
        return job

    def on_job(self, listener: Callable[[Job[Any]], None]) -> None:
        """Call `listener(job)` when a job starts, moves on and ends."""
        self._on_jobs.append(listener)

    def track(self, job: Job[Any]) -> None:
        """List a job among those of the session until it ends."""
        self.jobs.append(job)

        def update(job: Job[Any]) -> None:
            if job.done and job in self.jobs:
                self.jobs.remove(job)
            for listener in list(self._on_jobs):
                listener(job)

        for listener in list(self._on_jobs):
            listener(job)
        job.on_update(update)

    def _covered(self, rows: object) -> Expr | None:
        if isinstance(rows, str) and rows in ("all", "filter"):
            return None if rows == "all" else self.state.filter
        return self.state.table.bind(rows)


def reason(error: BaseException) -> str:
    """Word an error for a page: our own messages as they are, others with their kind."""
    if isinstance(error, SymphonyError):
        return str(error)
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__


def _document() -> Any | None:
    """Give the Bokeh document being served, without importing Panel."""
    panel = sys.modules.get("panel")
    document = None if panel is None else panel.state.curdoc
    return document if getattr(document, "session_context", None) is not None else None


def _document_wake(document: Any) -> Callable[[Call], None]:
    """Give the way onto a served page's loop.

    Panel lets go of what changes after a page was sent and before its browser says that it is drawn: calls
    that come between wait for that word.
    """
    waiting: list[Call] = []
    is_drawn = False

    def drawn() -> None:
        nonlocal is_drawn
        is_drawn = True
        while waiting:
            document.add_next_tick_callback(waiting.pop(0))

    def run(call: Call) -> None:
        session = getattr(document.session_context, "session", None)
        if is_drawn or session is None or not session.connection_count:
            call()
        elif call not in waiting:
            waiting.append(call)

    from panel.io.state import set_curdoc, state  # a served page has Panel imported

    with set_curdoc(document):
        state.onload(drawn)
    return lambda call: document.add_next_tick_callback(functools.partial(run, call))


def _kernel_wake() -> Callable[[Call], None] | None:
    """Give the way onto the kernel's event loop; None outside a kernel."""
    ipython = sys.modules.get("IPython")
    shell = None if ipython is None else ipython.get_ipython()
    kernel = getattr(shell, "kernel", None)
    if kernel is None:
        return None
    return lambda call: kernel.io_loop.add_callback(call)
