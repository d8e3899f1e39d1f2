"""Why a state that was found on disk is not used."""


class StateRefused(Exception):
    """The server must not start on this state; the message says why, and what to do."""


class SnapshotUnusable(Exception):
    """The state cannot be read, or must not be; it is set aside, and the server starts without it."""
