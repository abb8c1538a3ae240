"""What other programs write: STAR, fastp, STAR-Fusion, Arriba."""
