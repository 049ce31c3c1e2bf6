"""A local Microsoft 365 for demo, tests and benchmarks; it knows nothing of the scanner."""
