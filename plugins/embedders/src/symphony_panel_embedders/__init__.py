"""Embeddings of text and images, computed on this machine, as an analysis of Symphony."""
