"""A sandbox that responds as a recorded account does."""
