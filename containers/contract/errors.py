"""What may go wrong in a way that a person can mend."""


class UserError(Exception):
    """Data, plan or parameters are wrong; the message says which and what is allowed."""
