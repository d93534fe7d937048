"""Analyses that the map starts: projections by itself or asked for, clusters, searches.

A map that has no places yet gets the quickest projection at once, so that there
is something to look at, and a better one in the background, which takes its
place when it is there. One that fails or is cancelled leaves the map as it is
and says so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from symphony_core.errors import Cancelled
from symphony_core.jobs import Job
from symphony_core.session import reason
from symphony_core.specs import Result
from symphony_panel_embedding_map.view_layer import Layer

if TYPE_CHECKING:
    from symphony_core.session import Session

ANALYSIS = "projection"
QUICK = "pca"
# Values up to which a script or a test, where no loop runs, waits for the quick projection: a second or two.
MAX_WAITED_VALUES = 20_000_000


class Work:
    """The analyses that one map has started: at most one at a time, with words for the card.

    tell: called when what is to be said has changed.
    about: what the words are about, if they lose their meaning with it.
    """

    def __init__(self, session: Session, tell: Callable[[], None]) -> None:
        self._session = session
        self._tell = tell
        self._job: Job[Any] | None = None
        self._what = ""
        self._tried: set[str] = set()
        self.words = ""
        self.is_problem = False
        self.about: object = None

    @property
    def is_running(self) -> bool:
        return self._job is not None

    def payload(self) -> dict[str, object]:
        """Give what the script draws below the map."""
        share, step = (0.0, "") if self._job is None else self._job.progress
        return {
            "is_running": self.is_running, "what": self._what, "share": share, "step": step,
            "words": self.words, "is_problem": self.is_problem,
        }  # fmt: skip

    def can(self, name: str) -> bool:
        """Say whether there is an analysis of that name."""
        return name in self._session.registry.analyses

    def start(self, name: str, what: str, params: Mapping[str, object], *, seed: int = 0,
              rows: object = "all", is_step: bool = True, step_key: str | None = None,
              as_name: str | None = None,
              then: Callable[[Result], None] = lambda result: None) -> bool:  # fmt: skip
        """Start an analysis; False when one is running already or there is none of that name.

        what: says what is being done, such as "Projecting by PCA".
        is_step: whether it is a step of the history. step_key, as_name: as of `Session.start`.
        then: called with its result when its columns are there.
        """
        if self._job is not None:
            return False
        if not self.can(name):
            self.say(f"{what} needs the analysis {name!r}, which is not installed.", is_problem=True)
            return False
        self._what, self.words, self.is_problem, self.about = what, "", False, None
        job = self._session.start(
            name, rows=rows, params=params, seed=seed, as_name=as_name, is_step=is_step, step_key=step_key
        )
        self._job = job
        if not self._session.owner.has_loop:
            self._session.owner.wait(lambda: job.done)
        self._tell()
        job.on_update(lambda job: self._moved(job, then))
        return True

    def project_at_once(self, layer: Layer, better: Callable[[], None]) -> None:
        """Make the first places of a layer, once; `better()` is called when they are there."""
        assert layer.embedding is not None
        if layer.name in self._tried or self._job is not None:
            return
        self._tried.add(layer.name)
        self.project(layer, QUICK, {}, then=lambda result: better())

    def project(
        self, layer: Layer, method: str, params: Mapping[str, object], *, seed: int = 0,
        is_step: bool = False, then: Callable[[Result], None] = lambda result: None,
    ) -> bool:  # fmt: skip
        """Make the places of a layer anew, and say afterwards what is special about them."""
        asked = {"layer": layer.embedding, "method": method, **params}
        what = f"Projecting by {METHODS.get(method, method)}"

        def told(result: Result) -> None:
            note = str(result.summary.get("note", ""))
            self.say(f"{what}: {note}." if note else "")
            then(result)

        return self.start(ANALYSIS, what, asked, seed=seed, is_step=is_step, as_name=layer.prefix, then=told)

    def replace(self) -> None:
        """Give up what is running in favour of what is started next; nothing is said of it."""
        job, self._job = self._job, None
        if job is not None:
            job.cancel()

    def cancel(self) -> None:
        """Give up what is running; what is drawn stays."""
        if self._job is not None:
            self._job.cancel()

    def _moved(self, job: Job[Any], then: Callable[[Result], None]) -> None:
        if job is not self._job:
            return
        if not job.done:
            self._tell()
            return
        self._job = None
        error = job.error
        if error is None:
            self._tell()
            then(job.result(0))
        elif isinstance(error, Cancelled):
            self.say(f"{self._what} was cancelled; nothing was changed.")
        else:
            self.say(f"{self._what} failed; nothing was changed. {reason(error)}", is_problem=True)

    def say(self, words: str, *, is_problem: bool = False, about: object = None) -> None:
        """Put words below the map, until the next analysis is started or, if given, `about` is gone."""
        self.words, self.is_problem, self.about = words, is_problem, about
        self._tell()

    def keep_words(self, about: object) -> None:
        """Take back words about something else than this; those about nothing stay."""
        if self.about is not None and self.about != about:
            self.words, self.is_problem, self.about = "", False, None


METHODS = {"pca": "PCA", "pacmap": "PaCMAP", "auto": "PaCMAP"}
