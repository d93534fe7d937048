"""How familiar each row is to the rest, by density in the embedding."""
