"""The report of a sample."""
