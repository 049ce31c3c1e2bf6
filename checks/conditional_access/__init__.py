"""What a Conditional Access policy demands of a person.

First version: it decides of one policy at a time whether, whatever the circumstances, that
policy demands MFA of one user for all resources. Members of groups and holders of roles are
not read, so a policy that includes or excludes some is unknown for whoever it does not name.
Where no policy does, it says so only if some sign-in surely escapes all of them; policies that
may be whole together leave the person unknown. So does a policy that leaves out trusted places
only: which those are cannot be read in full.

`people` says what kind of account a user is, `grants` what a policy demands, `conditions`
whom it concerns, `circumstances` when, `policy` puts them together.
"""
