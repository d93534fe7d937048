"""Rows one by one: an image grid and a paged table."""
