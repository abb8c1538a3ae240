"""What a junction is: transcripts, exons, frame, protein, kinase, names."""
