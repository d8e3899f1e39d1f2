"""The embedded SageMaker as a WSGI-level service: one object that the server mounts and closes."""

import logging
import shutil
import time
from collections.abc import Callable

from werkzeug import Request, Response

from local.runtime.choice import select
from local.runtime.interface import Runtime
from local.sagemaker import limits as bounds
from local.sagemaker import protocol
from local.sagemaker.context import Context
from local.sagemaker.endpointconfigs import EndpointConfigs
from local.sagemaker.endpoints import Endpoints
from local.sagemaker.errors import AwsError, validation
from local.sagemaker.invocations import Invocations
from local.sagemaker.jobqueue import Queue
from local.sagemaker.limits import Limits
from local.sagemaker.logs import LogWriter
from local.sagemaker.models import Models
from local.sagemaker.processing import ProcessingJobs
from local.sagemaker.registry.packages import Packages
from local.sagemaker.s3files import S3Files
from local.sagemaker.store import Record
from local.sagemaker.tagging import Tagging
from local.sagemaker.tags import Tags
from local.sagemaker.tags import check as check_tags
from local.sagemaker.training import TrainingJobs
from local.sagemaker.transform import TransformJobs
from local.sagemaker.tuning.jobs import TuningJobs
from local.settings import Settings

Operation = Callable[[Record], Record]
_LOOK_SECONDS = 0.1
_log = logging.getLogger(__name__)


class SageMaker:
    """Control plane and runtime."""

    def __init__(
        self,
        settings: Settings,
        *,
        limits: Limits | None = None,
        runtime: Runtime | None = None,
        kept: Record | None = None,
    ) -> None:
        found = kept or {}
        self._context = Context(
            settings=settings,
            limits=limits or bounds.from_environment(),
            runtime=runtime or select(settings, _log.info),
            s3=S3Files(settings),
            logs=LogWriter(settings),
            tags=Tags(found.get("tags")),
            kept=found.get("tables", {}),
        )
        shutil.rmtree(self._context.sandboxes, ignore_errors=True)  # what a killed server left
        self._queue = Queue(self._context.limits.parallel_jobs)
        self.training = TrainingJobs(self._context, self._queue)
        self._tuning = TuningJobs(self._context, self.training)
        self._packages = Packages(self._context)
        self._models = Models(self._context, self._packages.containers)
        self._processing = ProcessingJobs(self._context, self._queue)
        self._transforms = TransformJobs(self._context, self._queue, self._models.table)
        self._configs = EndpointConfigs(self._context, self._models.table)
        self._endpoints = Endpoints(self._context, self._configs.table, self._models.table)
        self._invocations = Invocations(self._endpoints)
        self._operations = self._table()

    def _table(self) -> dict[str, Operation]:
        table: dict[str, Operation] = {}
        for noun, jobs in (
            ("TrainingJob", self.training),
            ("ProcessingJob", self._processing),
            ("TransformJob", self._transforms),
            ("HyperParameterTuningJob", self._tuning),
        ):
            table |= {f"Create{noun}": jobs.create, f"Describe{noun}": jobs.describe}
            table |= {f"List{noun}s": jobs.list, f"Stop{noun}": jobs.stop}
        for noun, resource in (
            ("Model", self._models),
            ("ModelPackage", self._packages),
            ("ModelPackageGroup", self._packages.groups),
            ("EndpointConfig", self._configs),
            ("Endpoint", self._endpoints),
        ):
            table |= {f"Create{noun}": resource.create, f"Describe{noun}": resource.describe}
            table |= {f"List{noun}s": resource.list, f"Delete{noun}": resource.delete}
        tags = Tagging(self._context.tags, self._context.tables)
        return table | {
            "UpdateEndpoint": self._endpoints.update,
            "UpdateEndpointWeightsAndCapacities": self._endpoints.update_weights,
            "AddTags": tags.add_tags,
            "ListTags": tags.list_tags,
            "BatchDescribeModelPackage": self._packages.batch_describe,
            "UpdateModelPackage": self._packages.update,
            "DeleteHyperParameterTuningJob": self._tuning.delete,
            "ListTrainingJobsForHyperParameterTuningJob": self._tuning.training_jobs,
            "DeleteTags": tags.delete_tags,
        }

    @property
    def operations(self) -> frozenset[str]:
        """The names of the operations that are covered."""
        return frozenset(self._operations)

    @property
    def runtime(self) -> str:
        """The name of the runtime in use: `engine` or `process`."""
        return self._context.runtime.name

    def resume(self) -> None:
        """Bring back what ran when an earlier server stopped; returns when endpoints serve, or will not.

        The embedded AWS must answer by now: models come from its S3.
        """
        for jobs in (self.training, self._processing, self._transforms):
            jobs.resume()
        self._endpoints.resume()
        names = list(self._endpoints.table.records())
        deadline = time.monotonic() + self._context.limits.startup_seconds
        while time.monotonic() < deadline and any(map(self._comes_up, names)):
            time.sleep(_LOOK_SECONDS)

    def _comes_up(self, name: str) -> bool:
        record = self._endpoints.table.records().get(name, {})
        return record.get("EndpointStatus") in ("Creating", "Updating")

    def state(self) -> Record:
        """Return all that SageMaker knows, for `kept` of a later one."""
        return self._context.state()

    def mark(self) -> Record:
        """Return something that differs after each change of `state`."""
        return self._context.mark()

    def handle(self, request: Request) -> Response:
        """Answer one request of the control plane or the runtime."""
        if request.path.startswith("/endpoints/"):
            return self._invoke(request)
        try:
            name = protocol.operation(request)
            return protocol.answer(name, self._call(name, request.get_data()))
        except AwsError as error:
            return protocol.failure(error)
        except Exception:
            _log.exception("%s", request.headers.get("X-Amz-Target"))
            return protocol.failure(AwsError("InternalFailure", "The embedded SageMaker failed; see its log.", 500))

    def _call(self, name: str, body: bytes) -> Record:
        if not protocol.exists(name):
            raise AwsError("UnknownOperationException", f"SageMaker has no operation {name!r}.")
        if name not in self._operations:
            raise validation(f"{name} is not covered yet by the embedded SageMaker.")
        request = protocol.parse(name, body)
        check_tags(request.get("Tags") or [])  # before anything is made that would carry them
        return self._operations[name](request)

    def _invoke(self, request: Request) -> Response:
        try:
            return self._invocations.handle(request)
        except AwsError as error:
            return protocol.runtime_failure(error)
        except Exception:
            _log.exception("%s", request.path)
            return protocol.runtime_failure(_internal())

    def close(self) -> None:
        """Stop every job, endpoint and program, and remove their folders."""
        self._tuning.close()
        self._queue.close()
        self._endpoints.close()
        self._context.logs.close()
        self._context.runtime.close()
        shutil.rmtree(self._context.sandboxes, ignore_errors=True)


def _internal() -> AwsError:
    return AwsError("InternalFailure", "The embedded SageMaker failed; see its log.", 500)
