"""Drift that is written into portfolio files instead of being reverted."""
