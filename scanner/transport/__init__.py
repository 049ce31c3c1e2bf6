"""Credentials, allow-list, budgets, clock, retry and errors behind one `send()`."""
