"""A sandbox that answers as a recorded account does."""
