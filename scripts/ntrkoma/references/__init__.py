"""The reference files: manifest, store, download."""
