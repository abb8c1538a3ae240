"""The reference: sequence, transcripts, contigs, and what a fusion carries of a gene."""
