"""The shape of the data: projection, map, clusters, neighbours and search."""
