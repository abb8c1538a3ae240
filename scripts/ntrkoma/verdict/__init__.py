"""Gate, grade, verdict."""
