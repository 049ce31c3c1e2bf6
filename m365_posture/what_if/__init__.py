"""What a tenant's policies would do if they were others: on paper, on a saved snapshot.

`policy_file` reads a policy, `changes` puts policies in place of the tenant's, `overlay` is the snapshot with them,
`comparison` tells who gains and who loses.
"""
