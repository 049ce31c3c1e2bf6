"""The only package that talks to Microsoft."""
