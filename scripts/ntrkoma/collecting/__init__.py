"""The reads that a verdict may rest on, taken once out of a sample's alignments."""
