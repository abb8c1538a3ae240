"""Deterministic generator of the ntrkoma test data: a mini reference and simulated RNA-seq."""
