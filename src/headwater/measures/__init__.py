"""Measures: record tables to small aggregate tables, as Ibis expressions."""
