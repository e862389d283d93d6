"""The record: tidy tables of what happened, and the places it can live."""
