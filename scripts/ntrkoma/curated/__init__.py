"""Knowledge as data: one reader per table of ``resources/``."""
