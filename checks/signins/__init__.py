"""Detections over the sign-in log: each asks for what was tried, and for the sign-in that it led to."""
