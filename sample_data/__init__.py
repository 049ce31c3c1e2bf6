"""Fictional sample tenants in the shapes of Microsoft, with the findings they must give."""
