"""What things are: states, junctions, fusions, the published result. Knows nothing of files."""
