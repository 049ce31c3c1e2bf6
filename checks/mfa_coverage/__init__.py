"""Who is protected by MFA, and through which hole others get in: one verdict per person, with its reasons.

`model` has the nouns, the other modules one link of the chain each.
"""

from checks.mfa_coverage.coverage import mfa_coverage

__all__ = ["mfa_coverage"]
