"""How a real account responds, written down without anything that is the account's own."""
