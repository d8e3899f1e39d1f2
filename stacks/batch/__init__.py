"""Predictions for whole files, as a state machine: check, encode, transform by each variant, join.

No lease is held: a batch only reads what serves. A deployment in the meantime may clean up a model that the batch
still needs; then it begins again with those that serve by then, twice at most.
"""
