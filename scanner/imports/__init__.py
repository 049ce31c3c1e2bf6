"""Sign-in logs from files that somebody exported: to the rows that a scan would have read."""
