"""Read a Dockerfile without building it: what the process runtime needs to run the same program as a process.

Understood: ARG FROM ENV WORKDIR COPY ADD (local files) EXPOSE LABEL USER ENTRYPOINT CMD, HEALTHCHECK,
STOPSIGNAL, SHELL, VOLUME, MAINTAINER, and of RUN the `pip install` commands; other RUN commands prepare a
system that the host already is, and are listed in `skipped`. Of several stages the last is run; what it takes from
others into system folders (compiled libraries under /usr) belongs to that system too. Anything else from another
stage, or from a URL, needs a container engine.
"""

import io
import json
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from dockerfile_parse import DockerfileParser

from local.runtime.interface import RuntimeProblem

_VARIABLE = re.compile(r"\\\$|\$(?:\{(\w+)(?::([-+])([^}]*))?\}|(\w+))")
_IGNORED = {
    "EXPOSE",
    "LABEL",
    "USER",
    "HEALTHCHECK",
    "STOPSIGNAL",
    "SHELL",
    "VOLUME",
    "MAINTAINER",
    "COMMENT",
}
_PIP = re.compile(r"^(?:\S*/)?(?:pip3?|uv\s+pip)$|^pip[\d.]*$")
_SYSTEM = "/usr/"
_OPTIONS_WITH_VALUE = {"-i", "--index-url", "--extra-index-url", "-f", "--find-links", "--root-user-action"}


class DockerfileProblem(RuntimeProblem):
    """The Dockerfile does what only a container engine can do."""


@dataclass(frozen=True)
class Copy:
    """COPY or ADD of local files: sources in the context, an absolute destination in the image."""

    sources: tuple[str, ...]
    destination: str
    into_folder: bool


@dataclass
class Definition:
    """What a Dockerfile says about running its image."""

    environment: dict[str, str] = field(default_factory=dict)
    workdir: str = "/"
    copies: list[Copy] = field(default_factory=list)
    requirement_files: list[str] = field(default_factory=list)
    requirements: list[str] = field(default_factory=list)
    entrypoint: tuple[str, ...] = ()
    command: tuple[str, ...] = ()
    skipped: list[str] = field(default_factory=list)


def read(path: Path, build_args: Mapping[str, str] | None = None) -> Definition:
    """Interpret the Dockerfile at `path`.

    Raises:
        DockerfileProblem: it cannot run as a process; the message names line and instruction.
    """
    try:
        text = path.read_bytes()
    except OSError as error:
        raise DockerfileProblem(f"{path.name}: {error.strerror}") from error
    return _Interpreter(path.name, dict(build_args or {})).run(text)


class _Interpreter:
    def __init__(self, name: str, build_args: dict[str, str]) -> None:
        self._name = name
        self._given = build_args
        self._arguments: dict[str, str] = {}
        self._stages = 0
        self._line = 0
        self._definition = Definition()

    def run(self, text: bytes) -> Definition:
        for step in DockerfileParser(fileobj=io.BytesIO(text)).structure:
            self._line = step["startline"] + 1
            self._apply(step["instruction"].upper(), step["value"])
        if not self._stages:
            raise DockerfileProblem(f"{self._name}: no FROM instruction")
        return self._definition

    def _apply(self, instruction: str, value: str) -> None:
        if instruction in _IGNORED:
            return
        method = getattr(self, f"_on_{instruction.lower()}", None)
        if method is None:
            raise self._problem(f"{instruction} is not understood without a container engine")
        method(value)

    def _problem(self, text: str) -> DockerfileProblem:
        return DockerfileProblem(f"{self._name}, line {self._line}: {text}")

    def _expand(self, value: str) -> str:
        known = {**self._arguments, **self._definition.environment}

        def replace(match: re.Match[str]) -> str:
            if match.group() == "\\$":
                return "$"
            name, operator, word = match[1] or match[4], match[2], match[3] or ""
            if operator == "-":
                return known.get(name) or word
            if operator == "+":
                return word if known.get(name) else ""
            return known.get(name, "")

        return _VARIABLE.sub(replace, value)

    def _absolute(self, path: str) -> str:
        return str(_normal(PurePosixPath(self._definition.workdir) / path))

    def _on_from(self, value: str) -> None:
        self._stages += 1
        self._definition = Definition(skipped=self._definition.skipped)

    def _on_arg(self, value: str) -> None:
        for word in shlex.split(value):
            name, _, default = word.partition("=")
            self._arguments[name] = self._given.get(name, self._expand(default))

    def _on_env(self, value: str) -> None:
        words = shlex.split(value)
        if words and "=" not in words[0]:
            name, _, rest = value.partition(" ")
            words = [f"{name}={rest.strip()}"]
        expanded = [(name, self._expand(text)) for name, _, text in (word.partition("=") for word in words)]
        self._definition.environment.update(expanded)

    def _on_workdir(self, value: str) -> None:
        self._definition.workdir = self._absolute(self._expand(value.strip().strip("\"'")))

    def _on_copy(self, value: str) -> None:
        words = _words(value)
        while words and words[0].startswith("--"):
            option = words.pop(0)
            if option.startswith("--from"):
                self._take(option.partition("=")[2], words)
                return
        words = [self._expand(word) for word in words]
        if len(words) < 2 or any("://" in word for word in words[:-1]):
            raise self._problem("expected local sources and a destination")
        sources, destination = tuple(words[:-1]), words[-1]
        into_folder = destination.endswith(("/", "/.")) or destination in (".", "./") or len(sources) > 1
        self._definition.copies.append(Copy(sources, self._absolute(destination), into_folder))

    _on_add = _on_copy

    def _take(self, stage: str, words: list[str]) -> None:
        destination = self._absolute(self._expand(words[-1]))
        if not destination.startswith(_SYSTEM):
            raise self._problem(f"COPY --from={stage} to {destination} needs a container engine")
        self._definition.skipped.append(f"what stage {stage} made for {destination}")

    def _on_entrypoint(self, value: str) -> None:
        self._definition.entrypoint = _command(value)
        self._definition.command = ()

    def _on_cmd(self, value: str) -> None:
        self._definition.command = _command(value)

    def _on_run(self, value: str) -> None:
        while value.startswith("--"):
            value = value.partition(" ")[2].lstrip()
        for command in re.split(r"\s*(?:&&|;|\|\|)\s*", value):
            if not command:
                continue
            try:
                words = shlex.split(self._expand(command), comments=True)
            except ValueError:
                words = []
            if (arguments := _pip_install(words)) is not None:
                self._install(arguments)
            else:
                self._definition.skipped.append(command)

    def _install(self, arguments: list[str]) -> None:
        words = iter(arguments)
        for word in words:
            if word in ("-r", "--requirement"):
                self._definition.requirement_files.append(self._absolute(next(words, "")))
            elif word.startswith("--requirement="):
                self._definition.requirement_files.append(self._absolute(word.partition("=")[2]))
            elif word in _OPTIONS_WITH_VALUE:
                next(words, None)
            elif word.startswith("-") or re.fullmatch(r"(pip|setuptools|wheel)([<>=!~].*)?", word):
                continue
            elif word.startswith((".", "/")):
                raise self._problem(f"pip install {word} needs a container engine")
            else:
                self._definition.requirements.append(word)


def _pip_install(words: list[str]) -> list[str] | None:
    """Return what follows `pip install`, or None where the command is another."""
    if len(words) > 3 and words[1:3] == ["-m", "pip"]:
        words = words[2:]
    if len(words) > 2 and words[0] == "uv" and words[1] == "pip":
        words = words[1:]
    if len(words) < 2 or not _PIP.match(words[0]) or "install" not in words:
        return None
    return words[words.index("install") + 1 :]


def _command(value: str) -> tuple[str, ...]:
    """Exec form is a JSON list; the shell form runs under sh, as Docker does it."""
    try:
        parsed = json.loads(value)
    except json.JSONDecodeError:
        return ("/bin/sh", "-c", value)
    return tuple(str(word) for word in parsed) if isinstance(parsed, list) else ("/bin/sh", "-c", value)


def _words(value: str) -> list[str]:
    options, rest = [], value
    while rest.startswith("--"):
        option, _, rest = rest.partition(" ")
        options.append(option)
        rest = rest.lstrip()
    if rest.startswith("["):
        return options + [str(word) for word in json.loads(rest)]
    return options + shlex.split(rest)


def _normal(path: PurePosixPath) -> PurePosixPath:
    parts: list[str] = []
    for part in path.parts[1:]:
        if part == "..":
            parts = parts[:-1]
        elif part != ".":
            parts.append(part)
    return PurePosixPath("/", *parts)
