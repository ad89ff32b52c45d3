"""Found before the real pip by whatever has this folder on its path."""
