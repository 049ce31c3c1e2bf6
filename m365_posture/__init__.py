"""Read-only security posture scanner for Microsoft 365 tenants: commands, configuration, pipeline."""
