"""The user's serving functions, completed by the image's defaults, as one function from request to answer."""

from collections.abc import Callable
from typing import Any

from serving import Answer

from framework import formats
from framework.defaults import Defaults
from framework.problems import RequestProblem, ScriptModeError, UnsupportedFormatError
from framework.response import Response, body_of


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
    """What a user's function gives: a response, a body, or a pair of body and media type."""
    if isinstance(result, Response):
        return Answer(*result)
    body, media_type = result if isinstance(result, tuple) else (result, accept)
    return Answer(body_of(body), str(media_type))
