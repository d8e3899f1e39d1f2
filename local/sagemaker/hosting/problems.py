"""What goes wrong with what runs, before it is said in the words of an operation."""


class FleetProblem(Exception):
    """A fleet cannot come up or stay; the message is the endpoint's FailureReason."""


class GivenUp(FleetProblem):
    """The work was abandoned because the embedded AWS shuts down; it says nothing of the fleet."""


class ContainerProblem(Exception):
    """A container did not answer a request with success."""

    def __init__(self, container: str, log_stream: str, status: int, message: str | None) -> None:
        """Say which container, and how it failed.

        Args:
            container: its host name.
            log_stream: where its lines are.
            status: the HTTP status that it answered with, 0 if it gave none.
            message: its answer, or why there is none; None when the answer could not be read to its end.
        """
        super().__init__(message)
        self.container = container
        self.log_stream = log_stream
        self.status = status
        self.message = message


class ContainerAbsent(ContainerProblem):
    """Nobody listened: the request was not delivered and may go elsewhere."""


class ContainerLost(ContainerProblem):
    """The container died while it worked on the request."""


class NoInstance(Exception):
    """A variant has no healthy instance."""


class Throttled(Exception):
    """A serverless variant works on as many requests as its MaxConcurrency allows."""
