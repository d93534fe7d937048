"""The hooks of one plugin, asked alone.

Each plugin has a pluggy manager to itself. pluggy still checks names and
arguments of the implementations, but a call reaches one plugin only, so that
one which raises cannot keep the others from answering.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

import pluggy

from symphony_core import hookspecs
from symphony_core.errors import PluginError
from symphony_core.specs import AnalysisSpec, EmbedderSpec, ViewSpec

S = TypeVar("S", ViewSpec, AnalysisSpec, EmbedderSpec)


class PluginHooks:
    """What one imported plugin implements.

    Raises pluggy.PluginValidationError for a hook with wrong arguments or of an unknown name.
    """

    def __init__(self, plugin: object, name: str) -> None:
        self._manager = pluggy.PluginManager(hookspecs.PROJECT)
        self._manager.add_hookspecs(hookspecs)
        self._manager.register(plugin, name)
        self._manager.check_pending()

    def has(self, hook: str) -> bool:
        """Say whether the plugin implements a hook."""
        return bool(getattr(self._manager.hook, hook).get_hookimpls())

    def views(self, wrong: Callable[[str], None]) -> list[ViewSpec]:
        """Ask for the views; `wrong` is told of each answer that is none."""
        return self._specs("register_views", ViewSpec, wrong)

    def analyses(self, wrong: Callable[[str], None]) -> list[AnalysisSpec]:
        """Ask for the analyses; `wrong` is told of each answer that is none."""
        return self._specs("register_analyses", AnalysisSpec, wrong)

    def embedders(self, wrong: Callable[[str], None]) -> list[EmbedderSpec]:
        """Ask for the embedders; `wrong` is told of each answer that is none."""
        return self._specs("register_embedders", EmbedderSpec, wrong)

    def open_dataset(self, source: str, options: Mapping[str, str]) -> object:
        """Ask the plugin to open a source; None is "not mine"."""
        return self._manager.hook.open_dataset(source=source, options=options)

    def _specs(self, hook: str, kind: type[S], wrong: Callable[[str], None]) -> list[S]:
        if not self.has(hook):
            return []
        answers = getattr(self._manager.hook, hook)()
        if not answers:  # pluggy drops None
            raise PluginError(f"{hook} returned None; return a list of {kind.__name__}.")
        specs: list[S] = []
        for answer in answers:
            if not isinstance(answer, list | tuple):
                raise PluginError(f"{hook} returned {answer!r}; return a list of {kind.__name__}.")
            for item in answer:
                if isinstance(item, kind):
                    specs.append(item)
                else:
                    wrong(f"{hook} returned a list with {item!r}; each item must be a {kind.__name__}.")
        return specs
