"""Checks: pure functions from tables to an outcome."""
