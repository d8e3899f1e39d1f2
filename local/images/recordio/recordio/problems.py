"""What is wrong with bytes that should be RecordIO-protobuf."""


class RecordIOError(ValueError):
    """The data is not RecordIO-protobuf, or not in a form that the algorithms read; the message says where."""
