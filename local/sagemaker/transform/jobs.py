"""The operations on transform jobs."""

from local.sagemaker import cluster
from local.sagemaker.context import Context
from local.sagemaker.jobqueue import Queue
from local.sagemaker.jobs import Jobs, job_kind
from local.sagemaker.store import Record, Table
from local.sagemaker.transform import checks
from local.sagemaker.transform.run import TransformRun


class TransformJobs(Jobs):
    """Create, Describe, List and Stop."""

    kind = job_kind("TransformJob", "transform-job", missing="Could not find requested job with name: {name}")
    run_class = TransformRun

    def __init__(self, context: Context, queue: Queue, model_table: Table) -> None:
        super().__init__(context, queue)
        self._models = model_table

    def check(self, request: Record) -> None:
        """Refuse what AWS refuses."""
        checks.check(request)
        cluster.check_quota(request["TransformResources"], "transform job", self.context.limits.job_instances)

    def initial(self, request: Record) -> Record:
        """Keep the model as it is now: it may be deleted while the job waits."""
        return {"Model": self._models.get(request["ModelName"])}
