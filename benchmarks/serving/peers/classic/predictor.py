"""Flask and pandas: a table of the body, `predict`, a table of the answer."""

import io
from collections.abc import Callable
from typing import Any, ClassVar

import flask
import pandas
from model import predictor

app = flask.Flask(__name__)


class Scoring:
    """Loads the model with the first request or ping."""

    predict: ClassVar[Callable[[Any], Any] | None] = None

    @classmethod
    def get(cls) -> Callable[[Any], Any]:
        """Return the loaded model's predict."""
        if cls.predict is None:
            cls.predict = staticmethod(predictor())
        return cls.predict


@app.route("/ping")
def ping() -> flask.Response:
    """Healthy once the model is there."""
    Scoring.get()
    return flask.Response(response="\n", mimetype="application/json")


@app.route("/invocations", methods=["POST"])
def invocations() -> flask.Response:
    """Answer a CSV body."""
    if flask.request.content_type != "text/csv":
        return flask.Response(response="only CSV", status=415, mimetype="text/plain")
    data = pandas.read_csv(io.StringIO(flask.request.data.decode("utf-8")), header=None)
    out = io.StringIO()
    pandas.DataFrame({"results": Scoring.get()(data.values)}).to_csv(out, header=False, index=False)
    return flask.Response(response=out.getvalue(), mimetype="text/csv")
