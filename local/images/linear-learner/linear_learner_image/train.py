"""The training job: channels in, metric lines out, the model's file at the end."""

import json
import logging
import sys
import time
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from linear_learner_image import data, metrics, parameters
from linear_learner_image.data import Table
from linear_learner_image.learning import Learning
from linear_learner_image.losses import Loss
from linear_learner_image.model import LinearModel
from linear_learner_image.problems import ClientError

log = logging.getLogger(__name__)

_CHANNELS = ("train", "validation", "test")
_FIX_IT = 2


def run(base: Path) -> int:
    """Train on the job below `base`; return the exit code: 2 where the user has to change something."""
    logging.basicConfig(
        stream=sys.stdout,
        level=logging.INFO,
        format="[%(asctime)s %(levelname)s %(thread)d] %(message)s",
        datefmt="%m/%d/%Y %H:%M:%S",
    )
    logging.Formatter.converter = time.gmtime
    try:
        train(base)
    except ClientError as error:
        return _failed(base, f"ClientError: {error}", _FIX_IT)
    except Exception as error:
        traceback.print_exc()
        return _failed(base, f"{type(error).__name__}: {error}", 1)
    return 0


def _failed(base: Path, reason: str, code: int) -> int:
    log.error("%s", reason)
    (base / "output").mkdir(parents=True, exist_ok=True)
    (base / "output" / "failure").write_text(reason)
    return code


def train(base: Path) -> None:
    """Learn, measure and save.

    Raises:
        ClientError: hyperparameters or data do not fit.
    """
    given = parameters.read(_read(base, "hyperparameters.json"))
    cluster = {"current_host": "algo-1", "hosts": ["algo-1"], **_read(base, "resourceconfig.json")}
    channels = _channels(base, _read(base, "inputdataconfig.json"), cluster["hosts"], given)
    _check_batches(len(channels["train"]), given["mini_batch_size"])
    host = cluster["current_host"]
    if host != sorted(cluster["hosts"])[0]:
        log.info("The stand-in learns on the first host; this one is %s.", host)
        return
    found = Learning(channels["train"], channels.get("validation"), given, host).run()
    for name in ("train", "validation"):
        if name in channels:
            _tell(name, channels[name], found.model, given, host)
    log.info("Best model found for hyperparameters: %s", json.dumps(found.settings))
    found.model.save(base / "model")
    if "test" in channels:
        _tell("test", channels["test"], found.model, given, host)
    else:
        log.info("Test data is not provided.")


def _check_batches(rows: int, size: int) -> None:
    """AWS's algorithm learns from whole mini-batches only; the default of 1000 is too much for a small table."""
    if size > rows:
        raise ClientError(
            "No training data processed. Either the training channel is empty or the mini-batch size is too high. "
            "Verify that training data contains non-empty files and the mini-batch size is less than the number of "
            f"records per training host. (mini_batch_size={size}, records={rows})"
        )


def _read(base: Path, name: str) -> dict[str, Any]:
    file = base / "input" / "config" / name
    value: dict[str, Any] = json.loads(file.read_text()) if file.exists() else {}
    return value


def _channels(base: Path, config: Mapping[str, Any], hosts: list[str], given: Mapping[str, Any]) -> dict[str, Table]:
    if unknown := sorted(config.keys() - set(_CHANNELS)):
        raise ClientError(f"unknown channels: {', '.join(unknown)}; known are {', '.join(_CHANNELS)}")
    if "train" not in config:
        raise ClientError("'train' is a required property: the channel train is missing")
    if len(hosts) > 1 and any(item.get("S3DistributionType") == "ShardedByS3Key" for item in config.values()):
        raise ClientError("the stand-in learns on one host: give every host all data (FullyReplicated)")
    tables = {
        name: data.read_channel(
            base / "input" / "data" / name, item.get("ContentType"), piped=item.get("TrainingInputMode") == "Pipe"
        )
        for name, item in config.items()
    }
    width = given["feature_dim"] or max(table.features.shape[1] for table in tables.values())
    return {name: data.checked(name, table, width, given) for name, table in tables.items()}


def _tell(name: str, table: Table, model: LinearModel, given: Mapping[str, Any], host: str) -> None:
    """Print a channel's metrics, once as scores and once as what SageMaker's expressions read."""
    loss = Loss.of(given)
    found = metrics.measure(model.raw(table.features), table.labels, loss, model.threshold, given)
    for metric, (_, value) in found.items():
        log.info("#%s_score (%s) : %s", name, host, (metric, value))
    for metric, (kind, value) in found.items():
        log.info("#quality_metric: host=%s, %s %s <%s>=%r", host, name, metric, kind, value)
