"""Ways to a Pulumi CLI: the one that is there, a build from Go modules, a verified download."""
