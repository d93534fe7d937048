"""Points of a map sorted by tile, and what is counted and found with them."""
