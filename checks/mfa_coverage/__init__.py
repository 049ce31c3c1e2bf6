"""Who is protected by MFA, and through which hole others get in: one verdict per person, with its reasons.

`model` has the nouns, the other modules one link of the chain each.
"""
