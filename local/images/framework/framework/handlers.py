"""The user's serving functions, completed by the image's defaults, as one function from request to answer."""

import importlib
import importlib.util
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from framework import formats
from framework.problems import ScriptModeError, UnsupportedFormatError

log = logging.getLogger(__name__)


class Defaults:
    """What an image does where the user's module has no function of that name; images override."""

    def model_fn(self, model_dir: str) -> Any:
        """Load the model: there is no way to know how."""
        raise NotImplementedError(
            "Please provide a model_fn implementation."
            " See documentation for model_fn at https://github.com/aws/sagemaker-python-sdk"
        )

    def input_fn(self, input_data: str | bytes, content_type: str) -> Any:
        """Read a body."""
        return formats.decode(input_data, content_type)

    def predict_fn(self, input_data: Any, model: Any) -> Any:
        """Ask the model."""
        return model.predict(input_data)

    def output_fn(self, prediction: Any, accept: str) -> Any:
        """Write a body; a pair names the media type too."""
        return formats.encode(prediction, accept), accept


@dataclass(frozen=True)
class Answer:
    """A status, a media type and a body."""

    status: int
    media_type: str
    body: bytes


class RequestProblem(Exception):
    """A request that gets an error status; the text is its reason."""

    def __init__(self, status: int, error: BaseException) -> None:
        super().__init__(str(error))
        self.status = status
        self.name = type(error).__name__


class Handler:
    """One loaded model and the functions around it."""

    def __init__(self, module: Any, defaults: Defaults, model_dir: str) -> None:
        own = {name: getattr(module, name, None) for name in ("input_fn", "predict_fn", "output_fn")}
        self._transform: Callable[..., Any] | None = getattr(module, "transform_fn", None)
        if self._transform and any(own.values()):
            raise ScriptModeError("Cannot use transform_fn implementation with input_fn, predict_fn, and/or output_fn")
        self._input = own["input_fn"] or _guarded(defaults.input_fn)
        self._predict = own["predict_fn"] or defaults.predict_fn
        self._output = own["output_fn"] or defaults.output_fn
        self._model = (getattr(module, "model_fn", None) or defaults.model_fn)(model_dir)

    def answer(self, body: bytes, media_type: str, accept: str) -> Answer:
        """Answer one request.

        Raises:
            RequestProblem: the media type, the wished answer or the body does not do.
        """
        content = _text(body) if media_type in (formats.JSON, formats.CSV) else body
        if self._transform:
            return _answer(self._transform(self._model, content, media_type, accept), accept)
        try:
            data = self._input(content, media_type)
        except UnsupportedFormatError as error:
            raise RequestProblem(415, error) from error
        prediction = self._predict(data, self._model)
        try:
            return _answer(self._output(prediction, accept), accept)
        except UnsupportedFormatError as error:
            raise RequestProblem(406, error) from error


def load_module(name: str) -> Any:
    """Import the user's module by its name; nothing where none is named."""
    if not name:
        return None
    try:
        found = importlib.util.find_spec(name)
    except ModuleNotFoundError:  # the package that a dotted name begins with
        found = None
    if found is None:
        raise ScriptModeError(f"there is no module {name}: check SAGEMAKER_PROGRAM and SAGEMAKER_SUBMIT_DIRECTORY")
    return importlib.import_module(name)


def _guarded(function: Callable[..., Any]) -> Callable[..., Any]:
    """A body that a default function cannot read is the caller's fault."""

    def read(content: Any, media_type: str) -> Any:
        try:
            return function(content, media_type)
        except UnsupportedFormatError:
            raise
        except (ValueError, TypeError) as error:
            raise RequestProblem(400, error) from error

    return read


def _text(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        raise RequestProblem(400, error) from error


def _answer(result: Any, accept: str) -> Answer:
    """What a user's function gives: an answer, a body, or a pair of body and media type."""
    if isinstance(result, Answer):
        return result
    body, media_type = result if isinstance(result, tuple) else (result, accept)
    return Answer(200, str(media_type), body_of(body))


def body_of(value: Any) -> bytes:
    """Return what a user's function gave as bytes."""
    return bytes(value) if isinstance(value, bytes | bytearray | memoryview) else str(value).encode()
