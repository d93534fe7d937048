"""What the map asks other analyses for: clusters, neighbours, texts, vectors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from symphony_core.expr import Compare

if TYPE_CHECKING:
    from symphony_panel_embedding_map.view import EmbeddingMapView

CLUSTERS, NEIGHBOURS, TEXT_SEARCH = "clusters", "neighbours", "text_search"


def acts(view: EmbeddingMapView) -> dict[str, bool]:
    """Say which analyses there are, for the buttons."""
    return {name: view.work.can(name) for name in (CLUSTERS, NEIGHBOURS, TEXT_SEARCH)}


def find_clusters(view: EmbeddingMapView) -> None:
    """Find clusters and name them; the map is coloured by them when they are there."""
    view.work.start(CLUSTERS, "Finding clusters", {})


def find_neighbours(view: EmbeddingMapView) -> None:
    """Select the rows nearest to the middle of the selection."""
    view.work.start(NEIGHBOURS, "Finding neighbours", {}, then=lambda: _select(view, "neighbour_rank"))


def find_text(view: EmbeddingMapView, text: str, *, is_meaning: bool) -> None:
    """Select the rows that say something, by their words or by their meaning."""


def embed(view: EmbeddingMapView) -> None:
    """Compute vectors of the rows' images or texts."""


def _select(view: EmbeddingMapView, column: str) -> None:
    view.state.selection = Compare(column, ">=", 1)
