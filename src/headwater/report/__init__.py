"""Report: findings to HTML, JSON and the terminal."""
