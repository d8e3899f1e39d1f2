"""What the user has to change: wrong hyperparameters or data."""


class ClientError(Exception):
    """The text is the reason that SageMaker shows, after the word `ClientError`."""
