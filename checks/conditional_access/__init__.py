"""What a Conditional Access policy demands of a person.

First version: it decides of one policy at a time whether, whatever the circumstances, that
policy demands MFA of one user for all resources. Members of groups and holders of roles are
not read, so a policy that includes or excludes some is unknown for whoever it does not name.
Policies that are narrow one by one and whole together are not recognised.

`people` says what kind of account a user is, `grants` what a policy demands, `conditions`
whom and where it concerns, `policy` puts them together.
"""
