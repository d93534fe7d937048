"""What the map asks of analyses: clusters, neighbours, texts, vectors.

What is found becomes the selection, so that every view shows it.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from symphony_core.expr import Compare, all_of
from symphony_core.roles import Role
from symphony_core.specs import Result
from symphony_panel_embedding_map.view_layer import prefix
from symphony_panel_embedding_map.view_names import NAMED_BY as CLUSTER_COLUMNS
from symphony_panel_embedding_map.view_names import cluster_columns
from symphony_panel_embedding_map.view_words import rows as rows_words

if TYPE_CHECKING:
    from symphony_panel_embedding_map.view import EmbeddingMapView

CLUSTERS, NEIGHBOURS, TEXT_SEARCH, EMBEDDINGS = "clusters", "neighbours", "text_search", "embeddings"
# Columns that searches write, the ranking first.
RANKED = {
    NEIGHBOURS: ("neighbour_rank", "neighbour_distance"),
    TEXT_SEARCH: ("search_rank", "search_score"),
}
# Their ids become a parameter of the analysis, and stand in saved work.
MAX_QUERY_ROWS = 20_000
MAX_SEARCH_CHARS = 1_000

_numbers = itertools.count()


def acts(view: EmbeddingMapView) -> dict[str, bool]:
    """Say which analyses there are, for the buttons."""
    return {name: view.work.can(name) for name in (CLUSTERS, NEIGHBOURS, TEXT_SEARCH)}


def find_clusters(view: EmbeddingMapView) -> None:
    """Find the clusters of the map on show and name them."""
    layer = None if view.painted is None else view.painted.wanted.layer
    if layer is not None:
        view.work.start(
            CLUSTERS, "Finding clusters", {"x": layer.x, "y": layer.y},
            as_name=prefix(view.state.table, CLUSTER_COLUMNS),
            then=lambda result: _say_clusters(view, result),
        )  # fmt: skip


def clusters_key(view: EmbeddingMapView) -> str | None:
    """Tell the clusters that are named from any others; None without any."""
    names = cluster_columns(view.state.table)
    return view.state.table.key(names[0]) if names else None


def _say_clusters(view: EmbeddingMapView, result: Result) -> None:
    said = result.summary
    count, lone = (int(str(said[name])) for name in ("cluster_count", "noise_count"))
    note = f"; {said['note']}" if said.get("note") else ""
    words = f"{count:,} {'cluster' if count == 1 else 'clusters'}, {rows_words(lone)} in none{note}"
    view.work.say(f"Finding clusters: {words}.", about=clusters_key(view))


def find_neighbours(view: EmbeddingMapView) -> None:
    """Select the rows under the filter that are nearest to the middle of the selection."""
    state = view.state
    if state.selection is None:
        view.finding.say("Select one row or several first; the rows nearest to their middle are found.")
        return
    rows = state.table.positions(state.selection)
    if len(rows) > MAX_QUERY_ROWS:
        view.finding.say(
            f"{len(rows):,} rows are selected; select at most {MAX_QUERY_ROWS:,} to find the rows nearest to "
            "their middle."
        )
        return
    if len(rows) == 0:
        view.finding.say("The selection has no row, so nothing is near it.")
        return
    ids = state.dataset.ids_at(rows).tolist()
    asked: dict[str, object] = {"of": ids, "k": view.found, "layer": _layer_name(view)}
    _start(view, NEIGHBOURS, "Finding similar rows", asked)


def find_text(view: EmbeddingMapView, text: str, *, is_meaning: bool) -> None:
    """Select the rows under the filter that say something, by their words or by their meaning."""
    text = text.strip()[:MAX_SEARCH_CHARS]
    if not text:
        return
    if not is_meaning:
        asked: dict[str, object] = {"query": text, "limit": view.found}
        _start(view, TEXT_SEARCH, f"Searching “{text}”", asked)
    elif not view.session.registry.embedder_names("text"):
        view.finding.say(
            "Search by meaning needs a text encoder, and none is installed. Install symphony-panel-embedders "
            "with one of its extras, or search by words.",
            is_problem=True,
        )
    else:
        asked = {"text": text, "k": view.found, "layer": _layer_name(view)}
        _start(view, NEIGHBOURS, f"Searching what means “{text}”", asked)


def embeddable(view: EmbeddingMapView) -> tuple[str, str] | None:
    """Give a column and the embedder that can make vectors of it; None when there is none."""
    if not view.work.can(EMBEDDINGS):
        return None
    for role, kind in ((Role.IMAGE, "image"), (Role.TEXT, "text")):
        column = view.state.dataset.roles.column(role)
        embedders = view.session.registry.embedder_names(kind)
        if column is not None and embedders:
            return column, embedders[0]
    return None


def embed(view: EmbeddingMapView) -> None:
    """Compute vectors of the rows' images or texts."""
    found = embeddable(view)
    if found is not None:
        column, embedder = found
        view.work.start(
            EMBEDDINGS, f"Computing vectors of {column}", {"column": column, "embedder": embedder}
        )


def _layer_name(view: EmbeddingMapView) -> str | None:
    return None if view.painted is None else view.painted.wanted.layer.embedding


def _start(view: EmbeddingMapView, name: str, what: str, params: dict[str, object]) -> None:
    """Search among the rows under the filter, in place of a search that still runs."""
    state = view.state
    where = "" if state.filter is None else state.table.text(state.filter)
    written = RANKED[name]
    before = prefix(state.table, written)
    rank = written[0] if before is None else f"{before}_{written[0]}"
    step_key = f"search {next(_numbers)}"
    view.finding.replace()
    view.finding.start(
        name, what, {**params, "where": where}, step_key=step_key, as_name=before,
        then=lambda result: _select(view, what, rank, step_key),
    )  # fmt: skip


def _select(view: EmbeddingMapView, what: str, rank: str, step_key: str) -> None:
    """Select the ranked rows that are under the filter, in one step with their ranking."""
    found = all_of([view.state.filter, Compare(rank, ">=", 1)])
    assert found is not None
    count = view.state.table.count(found)
    if count == 0:
        view.finding.say(f"{what}: no row under the filter was found. The selection is as it was.")
        return
    with view.state.gesture(key=step_key):
        view.state.selection = found
    view.finding.say(f"{what}: {count:,} found and selected.", about=view.state.selection)
