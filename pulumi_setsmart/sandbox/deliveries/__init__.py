"""What the sandbox sends to webhook subscriptions when listings change (assumed, all of it)."""
