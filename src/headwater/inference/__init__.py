"""Inference: statistics on small tables."""
