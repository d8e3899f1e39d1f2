"""Who calls what in the embedded AWS: every role signs with a key of its own, and its calls are written down.

On AWS a run fails at the first call that a role may not make. Here nothing is refused; instead `state/calls.jsonl`
has, once each, what roles needed: action, resource and condition keys as IAM names them. Tests hold it against
the deployed policies.
"""
