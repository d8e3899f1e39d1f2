"""Grants that no walk and no run on the embedded AWS uses, each with the reason why it is there.

By action; where a resource is given, only for grants on resources that contain it.
"""

DELIVERY = "Step Functions uses it when it sets up the delivery of a machine's log; the logs of executions need it"
TRACES = "X-Ray is told by Step Functions itself, outside of any state"
STOPPING = "Step Functions stops the job when the execution is aborted or its state times out"
TAGS = "in AWS's own policy for waiting for a job (.sync)"
MAP_RUNS = "Step Functions uses it for the children of a Distributed Map: to look, to stop, to redrive"
MAP_RESULTS = "Step Functions writes the results of a Distributed Map with it, large ones in parts"
HOLDERS = "whoever holds the lease is looked up, whichever machine it is; a walk meets one of them"
GROUPS = "the reference names versions alone; kept because a version is made in its group, and no AWS has been asked"

UNUSED: dict[str, dict[str, str]] = {
    "logs:CreateLogDelivery": {"": DELIVERY},
    "logs:DeleteLogDelivery": {"": DELIVERY},
    "logs:DescribeLogGroups": {"": DELIVERY},
    "logs:DescribeResourcePolicies": {"": DELIVERY},
    "logs:GetLogDelivery": {"": DELIVERY},
    "logs:ListLogDeliveries": {"": DELIVERY},
    "logs:PutResourcePolicy": {"": DELIVERY},
    "logs:UpdateLogDelivery": {"": DELIVERY},
    "xray:GetSamplingRules": {"": TRACES},
    "xray:GetSamplingTargets": {"": TRACES},
    "xray:PutTelemetryRecords": {"": TRACES},
    "xray:PutTraceSegments": {"": TRACES},
    "sagemaker:StopTrainingJob": {"": STOPPING},
    "sagemaker:StopTransformJob": {"": STOPPING},
    "sagemaker:StopProcessingJob": {"": STOPPING},
    "sagemaker:StopHyperParameterTuningJob": {"": STOPPING},
    "sagemaker:ListTags": {"-job/": TAGS},
    "states:DescribeExecution": {":execution:{workload}-fan-out": MAP_RUNS, ":execution:{workload}": HOLDERS},
    "sagemaker:CreateModelPackage": {"model-package-group/": GROUPS},
    "s3:PutObject": {"/map/*": MAP_RESULTS},
    "s3:ListMultipartUploadParts": {"/map/*": MAP_RESULTS},
    "s3:AbortMultipartUpload": {"/map/*": MAP_RESULTS},
    "states:StopExecution": {":execution:{workload}-fan-out": MAP_RUNS},
    "states:RedriveExecution": {":execution:{workload}-fan-out": MAP_RUNS},
}

OF_JOBS: dict[str, dict[str, str]] = {
    "logs:DescribeLogStreams": {
        "": "in the execution role that SageMaker's documentation asks for: it looks for its stream"
    },
    "s3:PutObject": {"/batch/": "where a batch puts its predictions; not every session has one"},
}
"""As `UNUSED`, for the roles of jobs."""


def explained(action: str, resource: str) -> bool:
    """Whether the table has a reason."""
    reasons = UNUSED.get(action, {}) | OF_JOBS.get(action, {})
    return any(part in resource for part in reasons)
