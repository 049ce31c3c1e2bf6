"""What a Conditional Access policy demands of a person.

First version: it decides of one policy at a time whether, whatever the circumstances, that
policy demands MFA of one user for all resources. A policy about a role concerns whoever holds a
built-in role for the whole directory while it is active; of whoever may only activate it, and of
members of groups that were not read, it is unknown whom the policy concerns.
Where no policy does, it says so only if some sign-in surely escapes all of them; policies that
may be whole together leave the person unknown. So does a policy that leaves out trusted places
only: which those are cannot be read in full.

`people` says what kind of account a user is, `grants` what a policy demands, `conditions`
whom it concerns, `circumstances` when, `policy` puts them together.
"""
