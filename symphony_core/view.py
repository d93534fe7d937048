"""A view: a card that shows the state and turns gestures into expressions.

A subclass says what it draws (`body`) and how it follows the state (`draw`).
Everything around it is here: the frame, its settings, watching and letting go,
work on another thread, and the promise that a view that fails costs only its
own card.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, NamedTuple, TypeVar

import pandas as pd
from panel.viewable import Viewable, Viewer

from symphony_core.card import Frame, described, file_stem
from symphony_core.errors import PluginError, SymphonyError
from symphony_core.jobs import Job, quick_pool
from symphony_core.session import Session, reason
from symphony_core.specs import ViewSpec
from symphony_core.state import State
from symphony_core.widgets import Gesture, control

T = TypeVar("T")

# A pass over fewer values than this is short enough to stay on the page's thread; a view whose work
# or payload weighs more a value sets its own `max_inline_values` (`benchmarks/brush.py`).
MAX_INLINE_VALUES = 2_000_000


class Description(NamedTuple):
    """What a view shows: one sentence, and a small table of the marks with their figures."""

    sentence: str
    table: pd.DataFrame


class View(Viewer):
    """Base of all views; its own params with a `doc` are its settings.

    session: whose state it shows.
    spec: as the registry knows it; a view made by hand has none.
    settings: values of its params.
    """

    redraws_on: ClassVar[tuple[str, ...]] = ("filter", "overlay")
    # Work on more values than this leaves the page's own thread.
    max_inline_values: ClassVar[int] = MAX_INLINE_VALUES

    def __init__(self, session: Session, *, spec: ViewSpec | None = None, **settings: Any) -> None:
        super().__init__(**settings)
        self.session = session
        self.spec = spec
        self._frame: ViewFrame | None = None
        self._watchers: list[Any] = []
        self._revision = 0
        self._running: Job[Any] | None = None
        self._troubles: dict[str, str] = {}
        self._is_shown = True
        self._is_stale = False
        self._is_closed = False
        self._is_applying = False
        self._is_described = False
        # values of its params where nobody chose others: the class's, or the manifest's for all pages
        self.base_settings: Mapping[str, object] = {
            name: self.param[name].default for name in self.saved_names
        }
        session.on_close(self.close)

    # --- for subclasses --------------------------------------------------------

    def body(self) -> Viewable:
        """Build what the card holds; called once, before the first `draw`."""
        raise PluginError(f"{type(self).__name__} has no body(); return a Panel object from it.")

    def draw(self) -> None:
        """Bring the body up to date with the state; called after each watched change."""

    def sentence(self) -> str:
        """Say in one sentence what is on show, with its counts; read out by screen readers."""
        return f"{self.title}: {self._counted()}."

    def describe(self) -> Description:
        """Give the sentence and, as a table, the marks on show with their figures.

        What is still being computed is waited for: a subclass calls `drawn()` first.
        """
        return Description(self.sentence(), pd.DataFrame())

    @property
    def state(self) -> State:
        """What all views of the session agree on."""
        return self.session.state

    @property
    def title(self) -> str:
        """The view's name as the menu says it."""
        return self.spec.title if self.spec else type(self).__name__

    @property
    def setting_names(self) -> list[str]:
        """Params that the user may change: the subclass's own, with a `doc`, not hidden."""
        own = [n for n in self.param if n not in Viewer.param and self.param[n].doc]
        return [n for n in own if self.param[n].precedence is None or self.param[n].precedence >= 0]

    @property
    def saved_names(self) -> list[str]:
        """Params that belong to how the view is set up: settings, and those set by gestures on the view."""
        return [n for n in self.param if n not in View.param and self.param[n].doc]

    @property
    def settings(self) -> dict[str, object]:
        """What was chosen for this view: values of `saved_names` that differ from `base_settings`."""
        now = {name: getattr(self, name) for name in self.saved_names}
        return {name: value for name, value in now.items() if value != self.base_settings[name]}

    def apply_settings(self, settings: Mapping[str, object]) -> None:
        """Take up settings, all others as in `base_settings`; nobody is told of it as a user's choice."""
        wanted = {name: settings.get(name, self.base_settings[name]) for name in self.saved_names}
        changed = {name: value for name, value in wanted.items() if value != getattr(self, name)}
        if not changed:
            return
        self._is_applying = True
        try:
            self.param.update(**changed)
        finally:
            self._is_applying = False

    def on_settings(self, call: Callable[[str], None]) -> None:
        """Call `call(name)` after the user changed a setting of this view."""

        def tell(*events: Any) -> None:
            if not self._is_applying and not self._is_closed:
                call(events[0].name)

        if self.saved_names:
            self._watchers.append((self, self.param.watch(tell, self.saved_names)))

    def watch(self, names: str | list[str], call: Callable[[], None], *, of: Any = None) -> None:
        """Call `call()` after changes of the state, until the view is closed.

        of: another parameterized object than the state; the view itself for its settings.
        A failure of `call` is shown in this card and nowhere else.
        """
        source = self.state if of is None else of
        names = [names] if isinstance(names, str) else names
        where = f"after {', '.join(names)}: {getattr(call, '__name__', 'call')}"
        watcher = source.param.watch(lambda *_: self.guarded(call, where), names)
        self._watchers.append((source, watcher))

    def on_gesture(self, call: Callable[[Gesture], None]) -> Callable[[Gesture], None]:
        """Wrap a gesture's callback, so that its failure is shown in this card."""
        return lambda gesture: self.guarded(functools.partial(call, gesture), "gesture")

    def compute(self, work: Callable[[], T], show: Callable[[T], None], *, value_count: int) -> None:
        """Run `work()` and hand what it returns to `show`; of several only the newest shows.

        value_count: how many values are looked at, to decide whether a worker is worth it.
        `work` must not touch params or models; `show` runs on the owner's thread.
        """
        self._revision += 1
        if self._running is not None:
            self._running.cancel()
            self._running = None
        if value_count <= self.max_inline_values or not self.session.owner.has_loop:
            value = work()
            self.frame.is_busy = False  # before `show`, which may begin something new
            show(value)
            self._say()
            return
        revision = self._revision

        def settled(job: Job[T]) -> None:
            if not job.done or job.cancelled or revision != self._revision or self._is_closed:
                return
            self.frame.is_busy = False
            self.guarded(lambda: show(job.result(0)), "computing")
            self._say()

        self.frame.is_busy = True
        owner, title = self.session.owner, self.title
        job = quick_pool.start(
            lambda progress, cancel: work(), owner=owner, title=title, then=lambda value: value
        )
        self._running = job
        job.on_update(settled)

    # --- the card ----------------------------------------------------------------

    def __panel__(self) -> Viewable:
        return self.frame

    @property
    def frame(self) -> ViewFrame:
        """The card around the body; built when first asked for."""
        if self._frame is None:
            self._frame = ViewFrame(self)
            self.guarded(self._fill, "first drawing")
        return self._frame

    def _fill(self) -> None:
        self.frame.body = self.body()
        self.watch(list(self.redraws_on), self._draw_if_shown)
        self.watch(["filter", "overlay"], self._count)
        if self.setting_names:
            self.watch(self.setting_names, self._draw_if_shown, of=self)
        self._count()
        self.draw()
        self._say()

    def _say(self) -> None:
        """Put the sentence where screen readers find it, and the description where it is open."""
        self.guarded(self._put_words, "describing")

    def _put_words(self) -> None:
        self.frame.sentence = self.sentence()
        if not self._is_described:
            self.frame.description = {}
        elif self._running is None or self._running.done:  # else it comes with what is being computed
            self.frame.description = described(*self.describe())

    def drawn(self) -> None:
        """Draw the view if nobody has looked at it yet, and wait for what it is computing."""
        is_busy = self.frame.is_busy  # asking for the frame draws it
        if is_busy and self._running is not None:
            self.session.owner.wait(lambda: self._running is None or self._running.done)

    def show_settings(self) -> None:
        """Put the controls behind the gear; they are built when first opened."""
        if self.frame.settings is None and self.setting_names:
            from panel_material_ui import FlexBox  # Panel's own is a ReactiveHTML, which makes code of text

            self.frame.settings = FlexBox(*[control(self.param[n]) for n in self.setting_names], gap="12px")

    def show_description(self, is_open: bool) -> None:
        """Put what is on show into the card as text, and keep it up to date until it is closed."""
        self._is_described = is_open
        self._say()

    def set_shown(self, is_shown: bool) -> None:
        """Tell the view whether anybody sees it; a hidden one draws when it is shown again."""
        self._is_shown = is_shown
        if is_shown and self._is_stale:
            self.guarded(self._draw_if_shown, "drawing when shown")

    def _draw_if_shown(self) -> None:
        self._is_stale = not self._is_shown
        if self._is_shown:
            self.draw()
            self._say()

    def _count(self) -> None:
        text = "" if self.state.filter is None else self.state.table.text(self.state.filter)
        self.frame.param.update(count=self._counted(), filter_text=text)

    def _counted(self) -> str:
        total = len(self.state.table)
        if self.state.filter is None:
            return rows_text(total)
        return f"{self.state.count():,} of {rows_text(total)}"

    # --- failing alone -------------------------------------------------------------

    def guarded(self, call: Callable[[], None], where: str) -> None:
        """Run `call`; show what it raises in this card instead of letting it through.

        where: names the step; its next success takes the words back, another's does not.
        """
        if self._is_closed:
            return
        try:
            call()
        except SymphonyError as error:
            if isinstance(error, PluginError):
                self._report(error)
            self._trouble(where, str(error))
        except (Exception, SystemExit) as error:  # noqa: BLE001 - around a plugin's code
            self._report(error)
            words = f"{self.title} could not be updated: {reason(error)}. What is shown may be old; "
            self._trouble(where, words + "the other views go on. Details are under Problems.")
        else:
            self._trouble(where, "")

    def _trouble(self, where: str, words: str) -> None:
        if words:
            self._troubles[where] = words
        else:
            self._troubles.pop(where, None)
        if self._troubles or self._frame is not None:
            self._frame_or_made().problem = "\n".join(dict.fromkeys(self._troubles.values()))

    def _frame_or_made(self) -> ViewFrame:
        if self._frame is None:
            self._frame = ViewFrame(self)
        return self._frame

    def _report(self, error: BaseException) -> None:
        if self.spec is not None:
            self.session.registry.report(self.spec, "update", error)

    def close(self) -> None:
        """Let go of the state, so that the view can be freed."""
        if self._is_closed:
            return
        self._is_closed = True
        for source, watcher in self._watchers:
            source.param.unwatch(watcher)
        self._watchers.clear()
        if self._running is not None:
            self._running.cancel()
        self.session.forget(self.close)


class ViewFrame(Frame):
    """A frame that knows its view and refuses to be drawn for a second session."""

    def __init__(self, view: View) -> None:
        spec = view.spec
        names = view.setting_names
        super().__init__(
            title=view.title,
            help=spec.summary if spec else "",
            file_stem=file_stem(view.state.dataset.name, spec.name if spec else type(view).__name__),
            has_settings=bool(names),
            sizing_mode="stretch_width",
            on_gesture=self._act,
        )
        self._view = view

    def _act(self, gesture: Gesture) -> None:
        if gesture.get("kind") == "settings":
            self._view.show_settings()
        elif gesture.get("kind") == "describe":
            self._view.show_description(gesture.get("is_open") is True)

    def _get_model(self, doc: Any, root: Any = None, parent: Any = None, comm: Any = None) -> Any:
        self._view.session.bind(doc)
        return super()._get_model(doc, root, parent, comm)


def rows_text(count: int) -> str:
    """Word a number of rows."""
    return f"{count:,} row" if count == 1 else f"{count:,} rows"
