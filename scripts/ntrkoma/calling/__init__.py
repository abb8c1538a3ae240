"""The caller of this project: junctions of the target genes from STAR's alignments."""
