"""Which of the engine's images a URI means: held under that name, published, a stand-in built now, or pulled."""

import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import docker
from docker.errors import APIError, DockerException, ImageNotFound
from requests.exceptions import RequestException

from local.runtime import catalog
from local.runtime.images import PublishedImage, parse_reference
from local.runtime.interface import ImageNotFoundError, RuntimeProblem
from local.runtime.library import ImageLibrary, listed
from local.runtime.locks import file_lock
from local.settings import Settings

PULL_SECONDS = 300.0
_PRIVATE = "localhost/trainyard-stand-in"

Build = Callable[[PublishedImage, str], None]


class EngineImages:
    """Finds, builds or pulls; `build` makes an image from a kept context under a tag."""

    def __init__(
        self,
        settings: Settings,
        connection: docker.DockerClient,
        build: Build,
        library: ImageLibrary,
        pull_seconds: float = PULL_SECONDS,
    ) -> None:
        self._docker = connection
        self._library = library
        self._locks = settings.cache / "stand-ins"
        self._build = build
        self._pull_seconds = pull_seconds

    def resolve(self, uri: str) -> str:
        """Return the name under which the engine holds the image now.

        Raises:
            ImageNotFoundError: nobody has it; the message tells which images there are.
            RuntimeProblem: the engine does not answer, or the stand-in cannot be built.
        """
        return self._held(uri) or self._built(uri) or self._pulled(uri)

    def _held(self, uri: str) -> str:
        if self._holds(uri):
            return uri
        digest = parse_reference(uri).digest
        if not digest:
            return ""
        published = self._library.store.find(uri)
        if published and self._holds(name := self._library.store.uri_of(published)):
            return name
        return digest if self._is_named(digest, parse_reference(uri).repository) else ""

    def _holds(self, name: str) -> bool:
        try:
            self._docker.images.get(name)
        except ImageNotFound:
            return False
        except (APIError, RequestException) as error:
            raise RuntimeProblem(f"the container engine does not answer: {short_reason(error)}") from error
        return True

    def _is_named(self, digest: str, repository: str) -> bool:
        """Tell whether an image id belongs to an image that has this repository's name."""
        with suppress(DockerException, RequestException):
            tags = self._docker.images.get(digest).tags
            return any(parse_reference(tag).repository == repository for tag in tags)
        return False

    def _built(self, uri: str) -> str:
        image = self._library.find(uri)
        if image is None or not image.context.is_dir():
            return ""
        version = image.digest.removeprefix("sha256:")[:16]
        tag = f"{_PRIVATE}-{Path(image.dockerfile).parent.name or 'context'}:{version}"
        with file_lock(self._locks / f"{version}.lock"):
            if not self._holds(tag):
                self._build(image, tag)
        return tag

    def _pulled(self, uri: str) -> str:
        reference = parse_reference(uri)
        if catalog.own_registry(reference.registry):
            raise ImageNotFoundError(self._missing(uri, "The container engine does not hold it either"))
        problem: list[str] = []
        thread = threading.Thread(target=self._pull, args=(uri, problem), name="pull", daemon=True)
        thread.start()
        thread.join(self._pull_seconds)
        if thread.is_alive():
            raise RuntimeProblem(f"pulling {uri} takes longer than {self._pull_seconds:.0f} s; pull it by hand first")
        if problem:
            raise ImageNotFoundError(self._missing(uri, f"The container engine cannot pull it: {problem[0]}"))
        return uri

    def _pull(self, uri: str, problem: list[str]) -> None:
        reference = parse_reference(uri)
        name = "/".join(filter(None, (reference.registry, reference.repository)))
        try:
            self._docker.images.pull(name, tag=reference.digest or reference.tag, platform="linux/amd64")
        except (DockerException, RequestException) as error:
            problem.append(short_reason(error)[:200])

    def _missing(self, uri: str, what: str) -> str:
        with suppress(DockerException, RequestException):
            held = sorted({tag for image in self._docker.images.list() for tag in image.tags})
            mine = [tag for tag in held if not tag.startswith(_PRIVATE)]
            return self._library.missing(uri, f"{what}. The engine holds: {listed(mine)}")
        return self._library.missing(uri, what)


def short_reason(error: Exception) -> str:
    """Return what the engine said, without the address of its API."""
    return str(getattr(error, "explanation", None) or error)
