"""Headwater: what the system does to support work, read from what really happened."""

__version__ = "0.1.0"
