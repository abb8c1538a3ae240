"""ntrkoma: NTRK1/2/3 gene-fusion verdicts from tumour RNA-seq.

A library of pure functions; it knows nothing of Snakemake. Coordinates are 1-based and inclusive,
as in GTF, unless a name or docstring says otherwise. Strands are ``"+"`` or ``"-"``.
"""

__version__ = "0.1.0"
