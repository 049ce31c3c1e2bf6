"""What the policies of a tenant demand of a sign-in."""
