"""Generated firms: ordinary sign-ins of Belgian people, and attacks planted among them, each labelled."""
