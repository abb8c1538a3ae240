"""Knowledge as data: a model of the rows of every table of ``resources/``."""
