"""What can go wrong, named as AWS's container names it in FailureReason."""


class UserError(Exception):
    """Hyperparameters, channels or data are wrong; the message says which and what is allowed."""


class AlgorithmError(Exception):
    """XGBoost failed on what looked right."""


class Unreadable(UserError):
    """Data is not what its content type says."""


class Unfaithful(Exception):
    """A model that only XGBoost itself evaluates as XGBoost does; the message says what about it."""
