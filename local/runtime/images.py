"""Published images: what `trainyard-docker push` records and a job finds by its image URI.

`data/images/{repository}/{tag}/` holds `image.json` and, for the process runtime, `context/`.
"""

import json
import re
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from local.runtime.interface import RuntimeProblem
from local.settings import Settings

_REFERENCE = re.compile(
    r"^(?:(?P<registry>[^/]*[.:][^/]*|localhost)/)?(?P<repository>[a-z0-9][a-z0-9._/-]*?)"
    r"(?::(?P<tag>[\w][\w.-]{0,127}))?(?:@(?P<digest>sha256:[0-9a-f]{64}))?$"
)
RECORD = "image.json"


@dataclass(frozen=True)
class Reference:
    """An image reference in its parts."""

    registry: str
    repository: str
    tag: str
    digest: str = ""


def parse_reference(text: str) -> Reference:
    """Split `registry/repository:tag@digest`; the tag defaults to `latest`.

    Raises:
        RuntimeProblem: it is not an image reference.
    """
    match = _REFERENCE.match(text)
    if not match:
        raise RuntimeProblem(f"{text!r} is not an image reference (expected [registry/]repository[:tag])")
    return Reference(match["registry"] or "", match["repository"], match["tag"] or "latest", match["digest"] or "")


@dataclass(frozen=True, kw_only=True)
class PublishedImage:
    """One record: its folder, and what `image.json` tells."""

    folder: Path
    dockerfile: str
    digest: str
    engine: bool
    build_args: dict[str, str]
    target: str
    registry: str = ""

    @property
    def context(self) -> Path:
        """The copied build context."""
        return self.folder / "context"


class ImageStore:
    """The folder of published images."""

    def __init__(self, settings: Settings) -> None:
        self.root = settings.data / "images"

    def folder(self, reference: Reference) -> Path:
        """Return where the image of `reference` is recorded."""
        return self.root / reference.repository / reference.tag

    def find(self, uri: str) -> PublishedImage | None:
        """Return the record of an image URI, whatever registry it names."""
        reference = parse_reference(uri)
        if reference.digest:
            matching = (image for image in self._all() if image.digest == reference.digest)
            return next(matching, None)
        return _read(self.folder(reference))

    def names(self) -> list[str]:
        """Return every published image as `repository:tag`."""
        return sorted(self._name_of(image) for image in self._all())

    def uri_of(self, image: PublishedImage) -> str:
        """Return the name under which an image was published, its registry included."""
        return "/".join(filter(None, (image.registry, self._name_of(image))))

    def _name_of(self, image: PublishedImage) -> str:
        return f"{image.folder.parent.relative_to(self.root).as_posix()}:{image.folder.name}"

    def publish(self, reference: Reference, record: dict[str, object], context: Path | None) -> None:
        """Record an image; a complete folder replaces an older one in one step."""
        folder = self.folder(reference)
        folder.parent.mkdir(parents=True, exist_ok=True)
        staging = Path(tempfile.mkdtemp(prefix=".publishing-", dir=folder.parent))
        if context is not None:
            shutil.copytree(context, staging / "context", symlinks=True)
        named = {**record, "registry": reference.registry}
        (staging / RECORD).write_text(json.dumps(named, indent=2) + "\n")
        staging.chmod(0o755)
        if folder.exists():
            folder.rename(retired := Path(tempfile.mkdtemp(prefix=".retired-", dir=folder.parent)) / "old")
            staging.rename(folder)
            shutil.rmtree(retired.parent, ignore_errors=True)
        else:
            staging.rename(folder)

    def _all(self) -> Iterator[PublishedImage]:
        for record in sorted(self.root.rglob(RECORD)):
            parts = record.relative_to(self.root).parts
            if "context" in parts or any(part.startswith(".") for part in parts):
                continue
            if image := _read(record.parent):
                yield image


def _read(folder: Path) -> PublishedImage | None:
    try:
        record = json.loads((folder / RECORD).read_text())
    except FileNotFoundError:
        return None
    return PublishedImage(
        folder=folder,
        dockerfile=str(record.get("dockerfile", "Dockerfile")),
        digest=str(record.get("digest", "")),
        engine=bool(record.get("engine", False)),
        build_args=dict(record.get("build_args") or {}),
        target=str(record.get("target") or ""),
        registry=str(record.get("registry") or ""),
    )


def as_record(
    *, dockerfile: str, digest: str, engine: bool, build_args: dict[str, str], target: str
) -> dict[str, object]:
    """Return the content of `image.json`."""
    image = PublishedImage(
        folder=Path(),
        dockerfile=dockerfile,
        digest=digest,
        engine=engine,
        build_args=build_args,
        target=target,
    )
    return {key: value for key, value in asdict(image).items() if key not in ("folder", "registry")}
