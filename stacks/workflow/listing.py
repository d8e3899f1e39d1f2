"""Which of SageMaker's resources are a workload's: a list matches parts of names, hence a bounded number of pages."""

from collections.abc import Sequence

from stacks.workflow.asl import State, States, choose, q, sdk
from stacks.workflow.names import Names

PAGES = 10
"""Pages of a hundred names that are looked through."""


def listing_states(
    what: str,
    question: str,
    names: Names,
    *,
    action: str,
    name: str,
    ours: str,
    into: str,
    more: str,
    catch: Sequence[State],
    then: str,
) -> States:
    """From `List {what}`, the oldest first.

    Args:
        what: configs, say; part of the states' names.
        question: the state that looks whether there is a need for another page.
        names: of the workload.
        action: of SageMaker, that lists.
        name: JSONata, where its answer has the names.
        ours: JSONata, whether `$name` is one to keep.
        into: the variable that gets them.
        more: JSONata, whether there is room for more.
        catch: of each page.
        then: what follows.
    """
    wanted = {"NameContains": f"{names.prefix}-", "SortBy": "CreationTime", "SortOrder": "Ascending", "MaxResults": 100}
    kept = f"[$filter($states.result.{name}, function($name) {{ {ours} }})]"
    token = q("$states.result.NextToken & ''")
    return {
        f"List {what}": sdk(
            "sagemaker",
            action,
            wanted,
            catch=catch,
            assign={into: q(kept), "token": token, "pages": 1},
            then=question,
        ),
        question: choose((f"$token != '' and $pages < {PAGES} and {more}", f"List more {what}"), otherwise=then),
        f"List more {what}": sdk(
            "sagemaker",
            action,
            wanted | {"NextToken": "{% $token %}"},
            catch=catch,
            assign={into: q(f"[$append(${into}, {kept})]"), "token": token, "pages": q("$pages + 1")},
            then=question,
        ),
    }
