"""What stands between a project and its account: looked at piece by piece, changing nothing."""
