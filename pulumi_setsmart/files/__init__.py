"""Files as they are read and written: bounded, whole, one writer at a time."""
