"""A copy of an account in a file, and the way back to it."""
