"""Sources: one module per form of data we read."""
