"""The files of a sample that programs read."""
