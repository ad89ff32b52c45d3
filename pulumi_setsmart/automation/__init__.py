"""Pulumi from outside: what a stack is configured to, what its state holds, imports, previews."""
