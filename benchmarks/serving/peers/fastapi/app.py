"""FastAPI, numpy and `predict`: what a careful user writes who knows that pandas is slow."""

import io

import numpy
from fastapi import FastAPI, Request
from fastapi.responses import PlainTextResponse
from model import predictor

app = FastAPI()
predict = predictor()


@app.get("/ping")
async def ping() -> PlainTextResponse:
    """Healthy: the model is loaded before the port is open."""
    return PlainTextResponse("")


@app.post("/invocations")
async def invocations(request: Request) -> PlainTextResponse:
    """Answer a CSV body."""
    rows = numpy.loadtxt(io.BytesIO(await request.body()), delimiter=",", ndmin=2)
    answer = "".join(f"{value}\n" for value in predict(rows).tolist())
    return PlainTextResponse(answer, media_type="text/csv")
