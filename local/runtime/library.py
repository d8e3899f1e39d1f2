"""Every image that has a build context or a record here: what was published, and the stand-ins for AWS's own.

Who publishes an image under exactly the URI of one of AWS's gets that image; else the stand-in answers for it.
A stand-in is kept like a published image, in a folder named by its digest: only what its Dockerfile copies.
"""

import os
import shutil
import tempfile
from pathlib import Path

from local.runtime import catalog, dockerfile
from local.runtime.catalog import StandIn
from local.runtime.contexts import digest_of
from local.runtime.images import ImageStore, PublishedImage, parse_reference
from local.runtime.locks import file_lock
from local.settings import Settings

# A FailureReason has 1024 characters.
_LISTED = 5


class ImageLibrary:
    """Finds the record of an image by its URI."""

    def __init__(self, settings: Settings, stand_ins: Path = catalog.ROOT) -> None:
        self.store = ImageStore(settings)
        self._folder = settings.state / "stand-ins"
        self._sources = stand_ins

    def find(self, uri: str) -> PublishedImage | None:
        """Return what was published under `uri`, else its stand-in, else nothing."""
        published, stand_in = self.store.find(uri), catalog.find(uri)
        if stand_in is None or (published and published.registry == parse_reference(uri).registry):
            return published
        return self._keep(stand_in)

    def missing(self, uri: str, *more: str) -> str:
        """Return why there is no such image: which ones were published, `more`, and which have stand-ins."""
        parts = (
            f"image {uri} is not published here",
            f"Published images: {listed(self.store.names())}",
            *more,
            f"Stand-ins for AWS's own images: {', '.join(catalog.names())}",
        )
        return ". ".join(parts)

    def _keep(self, stand_in: StandIn) -> PublishedImage:
        self._folder.mkdir(parents=True, exist_ok=True)
        staging = Path(tempfile.mkdtemp(prefix=".staging-", dir=self._folder))
        try:
            _take(self._sources, staging / "context", stand_in.dockerfile)
            digest = digest_of(staging / "context", stand_in.dockerfile, {}, "")
            folder = self._folder / f"{stand_in.folder}-{digest.removeprefix('sha256:')[:16]}"
            with file_lock(self._folder / f"{folder.name}.lock"):
                if not folder.exists():
                    os.replace(staging, folder)  # noqa: PTH105
        finally:
            shutil.rmtree(staging, ignore_errors=True)
        return PublishedImage(
            folder=folder, dockerfile=stand_in.dockerfile, digest=digest, engine=False, build_args={}, target=""
        )


def listed(names: list[str]) -> str:
    """Join names for a person; a long list is cut."""
    rest = [f"and {len(names) - _LISTED} more"] if len(names) > _LISTED else []
    return ", ".join([*names[:_LISTED], *rest]) or "none"


def _take(sources: Path, target: Path, dockerfile_name: str) -> None:
    """Copy the Dockerfile and what it copies: nothing else in the checkout is sent or changes the digest."""
    wanted = [source for copy in dockerfile.read(sources / dockerfile_name).copies for source in copy.sources]
    for name in (dockerfile_name, *wanted):
        place = target / name
        place.parent.mkdir(parents=True, exist_ok=True)
        if (sources / name).is_dir():
            shutil.copytree(sources / name, place, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(sources / name, place)
