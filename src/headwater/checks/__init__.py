"""Checks: one module per claim; measure and inference become a finding."""
