"""Counts, histograms and bars of every column, filtered over all."""
