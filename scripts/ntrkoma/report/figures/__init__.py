"""Figures of the report, drawn as SVG."""
