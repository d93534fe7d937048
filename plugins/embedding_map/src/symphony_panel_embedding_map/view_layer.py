"""Which maps there are: pairs of columns that place each row in the plane.

An embedding is one layer; its map lies in `projection_<layer>_x` and `_y`, found
by exact name, and may still have to be computed. Other such pairs and the
columns that play the roles x and y are layers that are there already.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from symphony_core.column import Kind
from symphony_core.roles import Role
from symphony_core.table import Table

PREFIX = "projection_"
# Comes before the names of computed columns where the data have one: a table written with such columns.
COMPUTED = "computed"


@dataclass(frozen=True)
class Layer:
    """One map: the columns of its places, and the embedding it shows, if any.

    is_projection: both axes have one unit and no meaning of their own, so that they share one scale.
    is_ready: whether both columns are there and hold numbers.
    prefix: what comes before the names of places that are computed anew.
    """

    name: str
    x: str
    y: str
    embedding: str | None = None
    is_projection: bool = True
    is_ready: bool = False
    prefix: str | None = None


def prefix(table: Table, names: Iterable[str]) -> str | None:
    """Give the prefix that computed columns of these names need; None when the data have none of them."""
    own = {*table.dataset.names, *table.dataset.embedding_names}
    return COMPUTED if own.intersection(names) else None


def layers_of(table: Table) -> list[Layer]:
    """List the maps, the embedding with the role first, then other embeddings, other pairs, x and y."""
    found = [_layer(table, name) for name in _embeddings(table)]
    known = {layer.x for layer in found} | {_pair(layer.name)[0] for layer in found}
    for name in table.names:
        bare = name.removeprefix(PREFIX).removesuffix("_x")
        if name == f"{PREFIX}{bare}_x" and bare and name not in known and _has(table, *_pair(bare)):
            known.add(name)
            found.append(Layer(bare, *_pair(bare), is_ready=True))
    x, y = (table.dataset.roles.column(role) for role in (Role.X, Role.Y))
    if x is not None and y is not None and x not in known and _has(table, x, y):
        is_projection = x.removesuffix("_x") not in ("", x)
        found.append(Layer(f"{x}, {y}", x, y, is_projection=is_projection, is_ready=True))
    return found


def chosen_layer(layers: list[Layer], wanted: str) -> Layer | None:
    """Give the layer of that name, else the first that can be drawn, else the first; None without any."""
    named = [layer for layer in layers if layer.name == wanted]
    ready = [layer for layer in layers if layer.is_ready]
    return next(iter([*named, *ready, *layers]), None)


def _embeddings(table: Table) -> list[str]:
    names = list(table.embedding_names)
    main = table.dataset.roles.column(Role.EMBEDDING)
    return sorted(names, key=lambda name: name != main)


def _layer(table: Table, name: str) -> Layer:
    """Give the map of an embedding: places computed beside those of the data come first."""
    pair = _pair(name)
    before = prefix(table, pair)
    computed = pair if before is None else (f"{before}_{pair[0]}", f"{before}_{pair[1]}")
    x, y = pair if not _has(table, *computed) and _has(table, *pair) else computed
    return Layer(name, x, y, embedding=name, is_ready=_has(table, x, y), prefix=before)


def _pair(name: str) -> tuple[str, str]:
    return f"{PREFIX}{name}_x", f"{PREFIX}{name}_y"


def _has(table: Table, x: str, y: str) -> bool:
    return all(name in table.names and table.kind(name) is Kind.NUMBER for name in (x, y))
