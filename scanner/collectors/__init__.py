"""One module per Microsoft area: what is read, with which permission and licence."""
