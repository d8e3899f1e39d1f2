"""One run of a workload, as a state machine: plan, prepare, candidates, gate, deploy, clean up.

`definition.py` puts the groups of states together; each module holds one group and says where it stands in
the flow. What differs between workloads is data (`settings.py`), so that all workloads share one shape.
"""
