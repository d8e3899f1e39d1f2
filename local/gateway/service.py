"""placeholder"""

from werkzeug.wrappers import Request, Response

from local.lambdas.service import Lambdas
from local.settings import Settings


class Gateway:
    """REST APIs."""

    def __init__(self, settings: Settings, lambdas: Lambdas) -> None:
        self._settings = settings

    def handle(self, request: Request) -> Response:
        """Answer."""
        return Response(status=501)

    def close(self) -> None:
        """Nothing."""
