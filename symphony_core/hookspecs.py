"""The hooks a plugin may implement.

Hooks say what exists; they are asked once, at start, and compute nothing.
A hook is added when a second implementer exists. An implementation may take
fewer arguments than its spec, so adding one later breaks nobody. Each plugin is
called alone: one that raises becomes a row in `symphony.plugins()` and the
others never notice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import pluggy

from symphony_core.specs import AnalysisSpec, EmbedderSpec, ViewSpec

if TYPE_CHECKING:
    from symphony_core.dataset import Dataset

__all__ = [
    "API",
    "hookimpl",
    "hookspec",
    "open_dataset",
    "register_analyses",
    "register_embedders",
    "register_views",
]

PROJECT = "symphony"

# Plugins declare `api = 1`. The number changes when a plugin written for the old one would break.
API = 1

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@hookspec
def register_views() -> Sequence[ViewSpec]:
    """List the views this plugin offers.

    Called once per registry, when the app starts, on the thread that starts it.
    If it raises, the plugin has no views; the reason stands in the problems panel.
    """
    raise NotImplementedError


@hookspec
def register_analyses() -> Sequence[AnalysisSpec]:
    """List the analyses this plugin offers.

    Called once per registry, when the app starts, on the thread that starts it.
    If it raises, the plugin has no analyses; the reason stands in the problems panel.
    """
    raise NotImplementedError


@hookspec
def register_embedders() -> Sequence[EmbedderSpec]:
    """List the models by which this plugin makes vectors of texts or images.

    Called once per registry, when the app starts, on the thread that starts it; the models are loaded
    when first used. If it raises, the plugin has no embedders; the reason stands in the problems panel.
    """
    raise NotImplementedError


@hookspec(firstresult=True)
def open_dataset(source: str, options: Mapping[str, str]) -> Dataset | None:
    """Open a source that this plugin knows; None leaves it to the next plugin.

    source: what the user gave to open(), such as "s3://cats/labels.parquet".
    options: the roles the user named, such as {"label": "species"}.
    Called once for each open(), in the order of the manifest, on the caller's
    thread, until one returns a dataset; it should say None at once to a source
    of another kind. If it raises, that is noted in the problems panel and the next
    plugin is asked; if none opens the source, the user gets all reasons, or, when there
    is one only and it is a SymphonyError, that error as it is. Sources that
    Symphony opens itself (docs/sources.md) are not asked for.
    """
    raise NotImplementedError
