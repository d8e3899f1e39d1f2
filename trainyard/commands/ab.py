"""`trainyard ab`: how the variants of a live A/B test do."""

from typing import Annotated

import typer

from trainyard import spans
from trainyard.options import Json, Workload, begin


def ab(
    ctx: typer.Context,
    workload: Workload,
    since: Annotated[str, typer.Option(metavar="24h", help="How far back: 30m, 24h, 7d.")] = "24h",
    publish: Annotated[bool, typer.Option("--publish", help="Also send the metric to CloudWatch.")] = False,
    json: Json = False,
) -> None:
    """Compare the live variants: weights, traffic, errors, latency, and the metric from feedback.

    Feedback is joined with the captured predictions; an interval says how sure its metric is, and who is
    probably the best.

    Examples:
      trainyard ab boston

      trainyard ab boston --since 7d --json
    """
    # SciPy takes a second to load: only here, so that no other command waits for it.
    from trainyard.ab import publish as publishing
    from trainyard.ab import report, view

    context = begin(ctx, json)
    found = report.read(context, workload, context.tools.now() - spans.read(since, "--since"))
    published = publishing.publish(context, found, context.tools.now()) if publish else []
    if context.machine:
        context.emit(report.as_json(found) | ({"published": published} if publish else {}))
        return
    for part in view.view(found):
        context.out.print(part)
    if publish:
        context.say(f"published {found.metric} of {', '.join(published) or 'nobody'} to CloudWatch")
