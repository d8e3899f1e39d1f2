"""From the fields of a Distributed Map state to the inputs of its children: read, select, batch."""
# moto's classes are not typed
# mypy: disable-error-code="no-untyped-call, attr-defined, call-arg"

import json
from typing import Any

from moto.stepfunctions.parser.asl.component.state.exec.state_task.credentials import StateCredentials
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service import (
    state_task_service_aws_sdk as moto_task,
)

from local.seams.definitions import Distributed, fill_in
from local.seams.failures import failure
from local.seams.item_readers import ReaderError, read

MOST_BYTES = 256 * 1024


def values(env: Any, fields: Distributed, config: dict[str, Any]) -> dict[str, Any]:
    """Fill in a config: JSONata in any value, a path in any `...Path` member of JSONPath."""
    if fields.language == "JSONata":
        return dict(fill_in(env, fields.language, config))
    paths = {key.removesuffix("Path") + ".$": value for key, value in config.items() if key.endswith("Path")}
    plain = {key: value for key, value in config.items() if not key.endswith("Path")}
    return {**plain, **fill_in(env, fields.language, paths)} if paths else plain


def client_of(env: Any, service: str) -> Any:
    """Return a client of the embedded AWS as tasks of this execution have it."""
    return moto_task.boto_client_for(
        service=service,
        region=env.aws_execution_details.region,
        state_credentials=StateCredentials(role_arn=env.aws_execution_details.role_arn),
        validated=True,
    )


def read_items(env: Any, fields: Distributed) -> list[Any]:
    """Return the items that the ItemReader names."""
    reader = fields.reader or {}
    arguments = reader.get("Arguments" if fields.language == "JSONata" else "Parameters", {})
    try:
        return read(
            client_of(env, "s3"),
            str(reader["Resource"]).rpartition(":::")[2],
            fill_in(env, fields.language, arguments),
            values(env, fields, reader.get("ReaderConfig", {})),
        )
    except ReaderError as error:
        raise failure(env, "States.ItemReaderFailed", str(error)) from error


def select(env: Any, selector: Any, items: list[Any]) -> list[Any]:
    """Return each item as the ItemSelector makes it; the state's input lies on top of the stack."""
    if selector is None:
        return items
    frame = env.open_inner_frame()
    frame.states.reset(env.states.get_input())
    frame.next_state_name = env.next_state_name
    try:
        return [_selected(frame, env.stack[-1], selector, index, item) for index, item in enumerate(items)]
    finally:
        env.delete_frame(frame)


def _selected(frame: Any, data: Any, selector: Any, index: int, item: Any) -> Any:
    frame.states.context_object.context_object_data["Map"] = {"Item": {"Index": index, "Value": item}}
    frame.stack = [data]
    selector.eval(frame)
    return frame.stack[-1]


def batch(env: Any, fields: Distributed, items: list[Any]) -> tuple[list[Any], list[int]]:
    """Return the inputs of the children and how many items each holds."""
    if fields.batcher is None:
        return _checked(env, items), [1] * len(items)
    config = dict(fields.batcher)
    more = fill_in(env, fields.language, {"BatchInput": config.pop("BatchInput")}) if "BatchInput" in config else {}
    limits = values(env, fields, config)
    most = int(limits.get("MaxItemsPerBatch") or len(items) or 1)
    most_bytes = min(int(limits.get("MaxInputBytesPerBatch") or MOST_BYTES), MOST_BYTES)
    groups = _groups(items, most, most_bytes - _size(more) if more else most_bytes)
    return _checked(env, [{**more, "Items": group} for group in groups]), [len(group) for group in groups]


def _groups(items: list[Any], most: int, most_bytes: int) -> list[list[Any]]:
    groups: list[list[Any]] = []
    used = 0
    for item in items:
        size = _size(item) + 1
        if not groups or len(groups[-1]) >= most or used + size > most_bytes:
            groups.append([])
            used = _size({"Items": []})
        groups[-1].append(item)
        used += size
    return groups


def _size(value: Any) -> int:
    return len(json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode())


def _checked(env: Any, inputs: list[Any]) -> list[Any]:
    if any(_size(data) > MOST_BYTES for data in inputs):
        raise failure(env, "States.DataLimitExceeded", "The input of a child workflow execution exceeds 256 KiB.")
    return inputs
