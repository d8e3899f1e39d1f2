"""The program behind CDK_DOCKER: `login`, `inspect`, `build`, `tag`, `push`, as CDK publishes image assets.

With a container engine it builds real images. Without one it keeps the build context, checks that the
Dockerfile can run as a process, and installs its requirements, so that the first job starts at once. `push`
records the image where the embedded AWS finds it, and puts a manifest into the embedded ECR, so that the next
deployment does not publish again.
"""

import argparse
import hashlib
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from local.clients import client
from local.runtime import build
from local.runtime.images import ImageStore, Reference, as_record, parse_reference
from local.runtime.interface import RuntimeProblem
from local.settings import Settings, SettingsError, from_environment

MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
_ALREADY = ("ImageAlreadyExistsException", "ImageTagAlreadyExistsException")
_CONFIG = "application/vnd.docker.container.image.v1+json"
_LAYER = "application/vnd.docker.image.rootfs.diff.tar.gzip"


class PublishError(Exception):
    """What was asked cannot be done; the message says why."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return its exit code (1 as docker's for what is not there or went wrong)."""
    options = _parser().parse_args(arguments)
    try:
        options.command(Publisher(from_environment(), _say), options)
    except (PublishError, RuntimeProblem, SettingsError, OSError) as error:
        print(f"trainyard-docker: {error}", file=sys.stderr)  # noqa: T201
        return 1
    except (ClientError, BotoCoreError) as error:
        print(f"trainyard-docker: the embedded AWS refused: {error}", file=sys.stderr)  # noqa: T201
        return 1
    return 0


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="trainyard-docker", description=__doc__.splitlines()[0])
    parser.add_argument("--config", help=argparse.SUPPRESS)
    commands = parser.add_subparsers(required=True, metavar="{login,inspect,build,tag,push}")
    login = commands.add_parser("login", help="nothing to log in to: the embedded ECR takes everyone")
    login.add_argument("--username")
    login.add_argument("--password-stdin", action="store_true")
    login.add_argument("registry", nargs="?")
    login.set_defaults(command=Publisher.login)
    inspect = commands.add_parser("inspect", help="tell whether a tag was built")
    inspect.add_argument("tag")
    inspect.set_defaults(command=Publisher.inspect)
    tag = commands.add_parser("tag", help="give a built image another name")
    tag.add_argument("source")
    tag.add_argument("target")
    tag.set_defaults(command=Publisher.tag)
    push = commands.add_parser("push", help="publish an image to the embedded AWS")
    push.add_argument("tag")
    push.set_defaults(command=Publisher.push)
    _build_options(commands.add_parser("build", help="build an image from a folder"))
    return parser


def _build_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("--tag", "-t", required=True)
    command.add_argument("--build-arg", action="append", default=[], metavar="NAME=VALUE")
    command.add_argument("--file", "-f", default="Dockerfile")
    command.add_argument("--platform", default="linux/amd64")
    command.add_argument("--target", default="")
    command.add_argument("--network")
    command.add_argument("--no-cache", action="store_true")
    for ignored in ("--output", "--cache-from", "--cache-to", "--provenance", "--format"):
        command.add_argument(ignored, action="append", help=argparse.SUPPRESS)
    for refused in ("--build-context", "--secret", "--ssh"):
        command.add_argument(refused, action="append", default=[], help=argparse.SUPPRESS)
    command.add_argument("context", type=Path)
    command.set_defaults(command=Publisher.build)


class Publisher:
    """The commands, on one home folder."""

    def __init__(self, settings: Settings, say: Callable[[str], None]) -> None:
        self._settings = settings
        self._say = say
        self._store = ImageStore(settings)
        self._staging = settings.state / "built"

    def login(self, options: argparse.Namespace) -> None:
        """Take the password and forget it."""
        if options.password_stdin:
            sys.stdin.read()

    def inspect(self, options: argparse.Namespace) -> None:
        """Print what is known of a tag; fail where it was not built."""
        self._say(json.dumps([self._staged(options.tag)[1]]))

    def build(self, options: argparse.Namespace) -> None:
        """Build by engine, or prepare for the process runtime."""
        for refused in ("build_context", "secret", "ssh"):
            if getattr(options, refused):
                raise PublishError(f"--{refused.replace('_', '-')} is not supported")
        if not options.context.is_dir():
            raise PublishError(f"{options.context} is not a folder")
        plan = build.Plan(
            tag=options.tag,
            context=options.context.resolve(),
            dockerfile=options.file,
            build_args=dict(_pair(text) for text in options.build_arg),
            platform=options.platform,
            target=options.target,
            no_cache=options.no_cache,
        )
        built = build.builder(self._settings, self._say).build(plan)
        record = as_record(
            dockerfile=plan.dockerfile,
            digest=built.digest,
            engine=built.engine,
            build_args=plan.build_args,
            target=plan.target,
        )
        self._stage(options.tag, record, built.context)

    def tag(self, options: argparse.Namespace) -> None:
        """Give a built image a second name."""
        folder, record = self._staged(options.source)
        parse_reference(options.target)
        if record["engine"]:
            build.engine_tag(options.source, options.target)
        self._stage(options.target, record, folder / "context" if (folder / "context").exists() else None)

    def push(self, options: argparse.Namespace) -> None:
        """Record the image and put its manifest into the embedded ECR."""
        folder, record = self._staged(options.tag)
        reference = parse_reference(options.tag)
        manifest = _manifest(record)
        self._put_manifest(reference, manifest)
        digest = "sha256:" + hashlib.sha256(manifest.encode()).hexdigest()
        context = folder / "context"
        self._store.publish(reference, {**record, "digest": digest}, context if context.exists() else None)
        self._say(f"{reference.repository}:{reference.tag}: digest: {digest}")

    def _put_manifest(self, reference: Reference, manifest: str) -> None:
        ecr = client("ecr", self._settings)
        ecr.describe_repositories(repositoryNames=[reference.repository])  # put_image of moto fails without
        try:
            ecr.put_image(
                repositoryName=reference.repository,
                imageManifest=manifest,
                imageManifestMediaType=MANIFEST,
                imageTag=reference.tag,
            )
        except ClientError as error:
            if error.response["Error"]["Code"] not in _ALREADY:
                raise

    def _folder(self, tag: str) -> Path:
        return self._staging / hashlib.sha256(tag.encode()).hexdigest()[:24]

    def _staged(self, tag: str) -> tuple[Path, dict[str, Any]]:
        folder = self._folder(tag)
        try:
            return folder, json.loads((folder / "image.json").read_text())
        except FileNotFoundError:
            raise PublishError(f"no such image: {tag}") from None

    def _stage(self, tag: str, record: dict[str, object], context: Path | None) -> None:
        self._staging.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(prefix=".staging-", dir=self._staging))
        if context is not None:
            shutil.copytree(context, fresh / "context", symlinks=True)
        (fresh / "image.json").write_text(json.dumps(record))
        folder = self._folder(tag)
        shutil.rmtree(folder, ignore_errors=True)
        os.replace(fresh, folder)  # noqa: PTH105
        if context is not None and context.parent.name.startswith(".copied-"):
            shutil.rmtree(context.parent, ignore_errors=True)


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    return name, value if equals else os.environ.get(name, "")


def _manifest(record: dict[str, Any]) -> str:
    """Return a Docker v2 schema 2 manifest; its layer stands for what the runtime holds."""
    digest = record["digest"]
    return json.dumps(
        {
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "config": {"mediaType": _CONFIG, "size": 0, "digest": digest},
            "layers": [{"mediaType": _LAYER, "size": 0, "digest": digest}],
        },
        sort_keys=True,
    )


if __name__ == "__main__":
    sys.exit(main())
