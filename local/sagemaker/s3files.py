"""S3 for jobs: prefixes and manifests down into folders, folders and files up."""

import errno
import json
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

from botocore.exceptions import BotoCoreError, ClientError

from local.clients import client
from local.sagemaker import manifests
from local.settings import Settings

_PIECE = 1024 * 1024
_HTTPS = re.compile(r"(?:(?P<bucket>.+)\.)?s3(?:[.-][a-z0-9-]+)?\.amazonaws\.com")


class S3Problem(Exception):
    """Objects that are not there or cannot be read; the message is fit for a FailureReason."""


class S3Files:
    """Downloads and uploads."""

    def __init__(self, settings: Settings, role: str = "") -> None:
        """`role` is the ARN of whose right it is."""
        self._s3 = client("s3", settings, role)

    def keys(self, uri: str) -> list[str]:
        """Return the keys under a prefix, folder markers left out."""
        bucket, prefix = split(uri)
        try:
            pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
            found = [item["Key"] for page in pages for item in page.get("Contents", [])]
        except (ClientError, BotoCoreError) as error:
            raise S3Problem(f"{uri}: {error}") from error
        return [key for key in found if not key.endswith("/")]

    def exists(self, uri: str) -> bool:
        """Tell whether there is an object at exactly `uri`."""
        bucket, key = split(uri)
        try:
            self._s3.head_object(Bucket=bucket, Key=key)
        except ClientError:
            return False
        return True

    def under(self, uri: str) -> list[tuple[str, str]]:
        """Return (object URI, relative path) pairs of the objects under a prefix; there may be none."""
        return list(self._prefix(uri))

    def sources(self, uri: str, data_type: str = "S3Prefix") -> list[tuple[str, str]]:
        """Return (object URI, relative path) pairs of a data source; none is an error in AWS's words."""
        found = list(self._manifest(uri)) if data_type == "ManifestFile" else self.under(uri)
        if not found:
            raise S3Problem(no_objects(uri))
        return found

    def download(self, uri: str, folder: Path, data_type: str = "S3Prefix") -> None:
        """Put the objects of a data source into `folder`."""
        self.fetch_all(self.sources(uri, data_type), folder)

    def fetch_all(
        self, sources: Iterable[tuple[str, str]], folder: Path, check: Callable[[], None] = lambda: None
    ) -> None:
        """Put (object URI, relative path) pairs into `folder`; before each, `check` may raise what ends the job."""
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for source, relative in sources:
                check()
                target = folder / relative
                if not target.resolve().is_relative_to(folder.resolve()):
                    raise S3Problem(f"{source}: the key leads out of the input folder")
                target.parent.mkdir(parents=True, exist_ok=True)
                self.fetch(source, target)
        except OSError as error:
            raise S3Problem(_disk(error)) from error

    def fetch(self, uri: str, target: Path) -> None:
        """Download one object to a file."""
        bucket, key = split(uri)
        try:
            self._s3.download_file(bucket, key, str(target))
        except (ClientError, BotoCoreError) as error:
            raise S3Problem(f"{uri}: {error}") from error
        except OSError as error:
            raise S3Problem(_disk(error)) from error

    def stream(self, uri: str) -> Iterator[bytes]:
        """Yield the content of one object in pieces."""
        bucket, key = split(uri)
        try:
            yield from self._s3.get_object(Bucket=bucket, Key=key)["Body"].iter_chunks(_PIECE)
        except (ClientError, BotoCoreError) as error:
            raise S3Problem(f"{uri}: {error}") from error

    def upload(self, file: Path, uri: str) -> None:
        """Upload one file."""
        bucket, key = split(uri)
        try:
            self._s3.upload_file(str(file), bucket, key)
        except (ClientError, BotoCoreError, OSError) as error:
            raise S3Problem(f"cannot upload to {uri}: {error}") from error
        except Exception as error:  # boto3's S3UploadFailedError derives from nothing narrower
            raise S3Problem(f"cannot upload to {uri}: {error}") from error

    def upload_folder(self, folder: Path, uri: str) -> None:
        """Upload every regular file below `folder`, keeping the layout; links are not followed."""
        for file in files(folder):
            self.upload(file, f"{uri.rstrip('/')}/{file.relative_to(folder).as_posix()}")

    def _prefix(self, uri: str) -> Iterator[tuple[str, str]]:
        bucket, prefix = split(uri)
        for key in self.keys(uri):
            yield f"s3://{bucket}/{key}", relative_key(key, prefix)

    def _manifest(self, uri: str) -> Iterator[tuple[str, str]]:
        bucket, key = split(uri)
        try:
            content: Any = json.loads(self._s3.get_object(Bucket=bucket, Key=key)["Body"].read())
            prefix, names = manifests.parts(content)
        except (ClientError, BotoCoreError, ValueError) as error:
            raise S3Problem(f"{uri}: not a readable manifest ({error})") from error
        for name in names:
            yield f"{prefix}{name}", name.lstrip("/")


def files(folder: Path) -> list[Path]:
    """Return the regular files below `folder` in order; links are not followed."""
    return [file for file in sorted(folder.rglob("*")) if file.is_file() and not file.is_symlink()]


def _disk(error: OSError) -> str:
    """Return AWS's word for a full disk, and what the system says."""
    full = error.errno in (errno.ENOSPC, errno.EDQUOT)
    return f"Insufficient disk space ({error})" if full else str(error)


def split(uri: str) -> tuple[str, str]:
    """Return bucket and key of an object's URI: `s3://bucket/key`, or S3's own https address of it."""
    parsed = urlparse(uri, allow_fragments=False)
    bucket, key = parsed.netloc, parsed.path.removeprefix("/") + (f"?{parsed.query}" if parsed.query else "")
    if parsed.scheme == "https" and (host := _HTTPS.fullmatch(parsed.netloc)):
        if host["bucket"]:
            return host["bucket"], key
        bucket, _, key = key.partition("/")
    elif parsed.scheme != "s3":
        bucket = ""
    if not bucket:
        raise S3Problem(f"{uri!r} is not an S3 URI")
    return bucket, key


def relative_key(key: str, prefix: str) -> str:
    """Return where an object lands in a channel's folder; a prefix may end within a name."""
    if key == prefix:
        return key.rsplit("/", 1)[-1]
    if prefix.endswith("/") or key[len(prefix) :].startswith("/"):
        return key[len(prefix) :].lstrip("/")
    return key[prefix.rfind("/") + 1 :]


def no_objects(uri: str) -> str:
    """Return AWS's sentence for a data source without data."""
    return (
        f'No S3 objects found under S3 URL "{uri}" given in input data source. Please ensure that the bucket'
        " exists in the selected region, that objects exist under that S3 prefix, and that the role has"
        " s3:ListBucket permissions on the bucket."
    )
