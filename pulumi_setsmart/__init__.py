"""Short-term-rental listings and webhook subscriptions of SetSmart as code, with Pulumi."""
