"""What Conditional Access makes of everybody's sign-ins: MFA, a block, a managed device, the password alone.

The nouns are in `situations`. `rules` reads one policy, each condition in a module of its own (`targets`, `choices`,
`places`), with what it demands (`demands`, `strengths`) and whom it concerns (`conditions`, for many people at once
`population`; `concerns` puts both together). `prover` answers: of one sign-in by asking each policy, of a whole person
by `views`, which divides every axis of a situation into `classes`, computes all combinations at once (`grids`), and
describes those that end alike with as few and as general words as it can (`boxes`, `ways`, `place_labels`).

What cannot be decided is unknown, never safe: filters of devices and applications, places by telephone, groups that
were not read, conditions that this version does not know.
"""
