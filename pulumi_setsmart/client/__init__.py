"""The REST client: HTTP and nothing of Pulumi."""
