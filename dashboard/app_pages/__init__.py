"""One file per page; each is run from top to bottom whenever somebody looks or clicks."""
