"""The state together with the layout of the pages: what undo takes back as one.

A view sees the `State` part only; which cards lie where is the shell's matter.
"""

from __future__ import annotations

from typing import Any, ClassVar

from symphony_core.dataset import Dataset
from symphony_core.errors import BadSetting
from symphony_core.layout import Layout, Page, keyed
from symphony_core.state import Shared, State


class Workspace(State):
    """One session's state and its pages, with one history."""

    layout = Shared((), read="_read_layout", doc="Pages of views, as the shell shows them.")

    tracked: ClassVar[tuple[str, ...]] = (*State.tracked, "layout")

    def __init__(self, dataset: Dataset, layout: Layout = ()) -> None:
        super().__init__(dataset, layout=layout)

    def _read_layout(self, value: Any) -> Layout:
        if not isinstance(value, tuple) or not all(isinstance(page, Page) for page in value):
            raise BadSetting(f"layout is {type(value).__name__}; give a tuple of Page.")
        return keyed(value)
