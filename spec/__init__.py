"""What a workload is: frozen models of `workload.yaml`, their loader, and what AWS knows of its own images.

First stage of the flow: YAML goes in here, one validated `Workload` comes out, and nobody downstream sees a
dict. Knows no AWS library.
"""
