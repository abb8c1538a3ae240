"""Candidates of all callers, counted on the sample's own reads; the loci and the library."""
