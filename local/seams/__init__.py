"""Where the embedded AWS reaches into moto: one module per seam, each says what it replaces and why.

A seam has one function, `install`. Each has a test of its own that fails when moto changes under it.
"""

from local.lambdas.service import Lambdas
from local.settings import Settings


def install(settings: Settings, lambdas: Lambdas) -> None:
    """Put all seams in; `MOTO_PORT` is set by now and no request has been answered yet."""
    from local.seams import (
        attempts,
        awslambda,
        bucket_policies,
        cloudformation,
        cloudwatch,
        definition_checks,
        definitions,
        descriptions,
        distributed_maps,
        execution,
        execution_logs,
        execution_metrics,
        execution_names,
        history,
        inline_maps,
        jsonata,
        log_filters,
        map_runs,
        parallel,
        programs,
        redrive,
        rest_apis,
        resumption,
        retries,
        rule_targets,
        scalable_targets,
        schedules,
        service_clients,
        service_tasks,
        state_fields,
        state_machines,
    )

    state_machines.install()
    jsonata.install()
    service_clients.install(settings)
    service_tasks.install()
    definitions.install()
    programs.install()
    definition_checks.install()
    attempts.install()
    retries.install()
    state_fields.install()
    resumption.install()
    parallel.install()
    inline_maps.install()
    map_runs.install()
    distributed_maps.install()
    redrive.install()
    execution.install(settings)
    execution_logs.install()
    execution_metrics.install(settings)
    execution_names.install()
    history.install()
    rule_targets.install(settings)
    scalable_targets.install()
    schedules.install()
    awslambda.install(lambdas)
    bucket_policies.install()
    cloudwatch.install(settings)
    cloudformation.install(settings)
    descriptions.install()
    log_filters.install()
    rest_apis.install()
