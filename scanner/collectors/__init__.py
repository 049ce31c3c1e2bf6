"""Every collector: one module per Microsoft area says what it asks, with which right, for which table."""
