"""From an account that exists to a portfolio that declares it; nothing here writes to the API."""
