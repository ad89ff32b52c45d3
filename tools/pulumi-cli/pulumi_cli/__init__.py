"""Ways to a Pulumi CLI: the one that is there, the official download, a build from Go modules."""
