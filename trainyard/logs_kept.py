"""Log groups that SageMaker makes by itself are kept for ever: those of our endpoints get an end.

The groups of jobs (/aws/sagemaker/TrainingJobs and so on) are the whole account's, so they are left alone.
"""

from collections.abc import Iterator

from trainyard.context import Context

DAYS = 90


def limit(context: Context, workload: str) -> Iterator[str]:
    """Sets a retention where there is none."""
    client, prefix = context.client("logs"), f"/aws/sagemaker/Endpoints/{context.stage}-{workload}"
    for page in client.get_paginator("describe_log_groups").paginate(logGroupNamePrefix=prefix):
        for group in page["logGroups"]:
            if group["logGroupName"] in (prefix, f"{prefix}-2") and "retentionInDays" not in group:
                client.put_retention_policy(logGroupName=group["logGroupName"], retentionInDays=DAYS)
                yield f"log group {group['logGroupName']} after {DAYS} days"
