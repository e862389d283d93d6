"""Bundled mappings: one TOML for each system we know, recognised by its columns."""
