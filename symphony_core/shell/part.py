"""One piece of the shell: its component, what that shows, and what its gestures do.

A part holds no truth of its own. After a change it describes itself anew, and
only a description that differs is sent, so that a brush costs the parts it
does not concern nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from symphony_core.errors import SymphonyError
from symphony_core.session import Session, reason
from symphony_core.widgets import Component, Gesture
from symphony_core.workspace import Workspace

if TYPE_CHECKING:
    from symphony_core.shell import Shell

Acts = Mapping[str, Callable[[Gesture], None]]


class Part:
    """Base of the shell's pieces.

    component_type: the component that draws `data`.
    follows: params of the state whose change the part shows.
    """

    component_type: ClassVar[type[Component]]
    follows: ClassVar[tuple[str, ...]] = ()

    def __init__(self, shell: Shell) -> None:
        self.shell = shell
        self.session: Session = shell.session
        self.state: Workspace = shell.session.state
        self.component = self.component_type(
            data=self.data(), on_gesture=self.act, sizing_mode="stretch_width"
        )

    def data(self) -> dict[str, Any]:
        """Describe what is shown, as plain values for the script."""
        raise NotImplementedError

    @property
    def acts(self) -> Acts:
        """What each kind of gesture does."""
        return {}

    def refresh(self) -> None:
        """Show what holds now."""
        data = self.data()
        if data != self.component.data:
            self.component.data = data

    def act(self, gesture: Gesture) -> None:
        """Do what a gesture asks for; a refusal is said, and nothing is changed."""
        act = self.acts.get(str(gesture.get("kind")))
        if act is None:
            return
        try:
            act(gesture)
        except SymphonyError as error:
            self.refused(gesture, reason(error))

    def refused(self, gesture: Gesture, words: str) -> None:
        """Say why a gesture changed nothing."""
        self.shell.toast(words, is_problem=True)

    def close(self) -> None:
        """Let go of what the part follows beside the state."""
