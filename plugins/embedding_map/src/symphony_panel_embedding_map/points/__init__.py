"""Millions of points by tile: counted by pixel, picked, lassoed.

Importing it imports numba, so views import it when they draw.
"""

from symphony_panel_embedding_map.points.shared import known_index, shared_index
from symphony_panel_embedding_map.points.tiles import TileIndex, Window

__all__ = ["TileIndex", "Window", "known_index", "shared_index"]
