"""Transform jobs: objects in S3 cut into requests to the model's servers, answers to `.out`."""

from local.sagemaker.transform.jobs import TransformJobs

__all__ = ["TransformJobs"]
