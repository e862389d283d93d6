"""Simulate: operations with planted truths."""
