"""The fan-out machine as it runs: a map whose items are executions of their own, and a cloud that holds data sets."""

import json
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from contract.paths import Paths
from toolkit.fan_out import collect

from spec.workload import Workload
from stacks.fan_out.definition import definition
from stacks.workflow.names import Names
from tests.stacks.workflow.cloud import FEATURES, Cloud
from tests.stacks.workflow.interpreter import Execution, TaskError
from tests.stacks.workflow.interpreter import Path as Place
from tests.stacks.workflow.machines import deployed, own_settings, workload

Json = dict[str, Any]

THRESHOLD = "States.ExceedToleratedFailureThreshold"


def machine(name: str, **changes: Any) -> Json:
    """The definition of a valid test workload; `changes` are of its fan_out."""
    return machine_of(workload(name), **changes)


def machine_of(loaded: Workload, **changes: Any) -> Json:
    """The definition of a workload."""
    assert loaded.fan_out
    fan_out = loaded.fan_out.model_copy(update=changes)
    names = Names(stage="dev", workload=loaded.name)
    return deployed(definition(names=names, workload=loaded, fan_out=fan_out, settings=own_settings(loaded)))


@dataclass
class FanOut(Execution):
    """An execution with a Distributed Map: children see nothing but their input, and are named by AWS."""

    children: dict[Place, Execution] = field(default_factory=dict)
    at_once: int = 0

    def _enter(self, name: str, state: Json, variables: Json, states: Json, path: Place) -> tuple[Any, str | None]:
        if state["Type"] != "Map" or state["ItemProcessor"]["ProcessorConfig"]["Mode"] != "DISTRIBUTED":
            return super()._enter(name, state, variables, states, path)
        states["result"] = self._distributed(name, state, variables, states, path)
        return self._leave(state, variables, states, None), state.get("Next")

    def _distributed(self, name: str, state: Json, variables: Json, states: Json, path: Place) -> Json:
        place = self._value(state["ItemReader"]["Arguments"], variables, states)
        lines = self.service(name, "aws-sdk:s3:getObject", place)["Body"].splitlines()
        self.at_once = self._value(state["MaxConcurrency"], variables, states)
        tolerated = self._value(state["ToleratedFailurePercentage"], variables, states)
        ended: dict[str, list[Json]] = {"SUCCEEDED": [], "FAILED": []}
        for index, line in enumerate(lines):
            kind, record = self._child(state, json.loads(line), variables, states, (*path, index))
            ended[kind].append(record)
            if 100 * len(ended["FAILED"]) > tolerated * len(lines):
                raise TaskError(THRESHOLD, "The specified tolerated failure threshold was exceeded")
        return self._written(name, state, variables, states, ended)

    def _child(self, state: Json, item: Json, variables: Json, states: Json, path: Place) -> tuple[str, Json]:
        context = states["context"] | {"Map": {"Item": {"Index": path[-1], "Value": item}}}
        given = self._value(state["ItemSelector"], variables, states | {"context": context})
        assert len(json.dumps(given)) < 256 * 1024
        again = path in self.children
        child = self.children.setdefault(
            path, Execution(state["ItemProcessor"], self.service, given, name=f"{self.name}-child-{path[-1]}")
        )
        record = {"Input": json.dumps(given)}
        try:
            output = child.redrive() if again else child.run()
        except TaskError as error:
            return "FAILED", record | {"Status": "FAILED", "Error": error.error, "Cause": error.cause}
        finally:
            self.retried += [one for one in child.retried if one not in self.retried]
        return "SUCCEEDED", record | {"Status": "SUCCEEDED", "Output": json.dumps(output)}

    def _written(self, name: str, state: Json, variables: Json, states: Json, ended: dict[str, list[Json]]) -> Json:
        place = self._value(state["ResultWriter"]["Arguments"], variables, states)
        base = f"{place['Prefix']}/0c1d"
        for kind, records in ended.items():
            sent = {"Bucket": place["Bucket"], "Key": f"{base}/{kind}_0.json", "Body": records}
            self.service(name, "aws-sdk:s3:putObject", sent)
        return {"ResultWriterDetails": {"Bucket": place["Bucket"], "Key": f"{base}/manifest.json"}}


@dataclass
class DataSets(Cloud):
    """`sets` are what `divide` finds, with the reason of those that cannot be used; `collect` is the real one."""

    sets: dict[str, str] = field(default_factory=dict)

    def _createProcessingJob(self, sent: Json) -> Json:
        match sent["AppSpecification"]["ContainerArguments"]:
            case ["divide"]:
                self._divide(sent)
            case ["collect"]:
                self._collect(sent)
            case _:
                return super()._createProcessingJob(sent)
        return {"ProcessingJobStatus": "Completed"}

    def _divide(self, sent: Json) -> None:
        assert self.objects[_place(sent, "Input", "plan")]
        folder, manifest = _place(sent, "Output", "data-sets"), _place(sent, "Output", "manifest")
        rows = {"train": 7, "validation": 2, "test": 1}
        lines = [{"id": name, "key": {"city": name}, "rows": rows, "error": error} for name, error in self.sets.items()]
        self.objects[f"{manifest}/manifest.jsonl"] = "".join(json.dumps(line) + "\n" for line in lines)
        for name, error in self.sets.items():
            if not error:
                self.objects[f"{folder}/{name}/prepared/features.json"] = json.dumps(FEATURES)
                self.objects[f"{folder}/{name}/plan.json"] = self.objects[_place(sent, "Input", "plan")]

    def _collect(self, sent: Json) -> None:
        with tempfile.TemporaryDirectory() as folder:
            paths = Paths(Path(folder))
            for name in ("plan", "manifest", "results"):
                self._download(_place(sent, "Input", name), paths.processing_input(name))
            collect.run(paths)
            for file in paths.processing_output("collected").iterdir():
                self.objects[f"{_place(sent, 'Output', 'collected')}/{file.name}"] = file.read_text(encoding="utf-8")

    def _download(self, prefix: str, folder: Path) -> None:
        folder.mkdir(parents=True)
        for key, text in self.objects.items():
            if key.startswith(prefix):
                (folder / key.rpartition("/")[2]).write_text(text, encoding="utf-8")


def _place(sent: Json, side: str, name: str) -> str:
    """The key of an input or an output."""
    if side == "Input":
        found = [one["S3Input"] for one in sent["ProcessingInputs"] if one["InputName"] == name]
    else:
        found = [one["S3Output"] for one in sent["ProcessingOutputConfig"]["Outputs"] if one["OutputName"] == name]
    return str(found[0]["S3Uri"]).removeprefix("s3://").partition("/")[2]
