"""What a real account answers, written down without anything that is the account's own."""
