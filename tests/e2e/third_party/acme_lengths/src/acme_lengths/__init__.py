"""Lengths of texts, as a column and a view of Symphony."""
