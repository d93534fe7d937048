"""Projection, clusters, neighbours and text search: arrays in, columns out."""
