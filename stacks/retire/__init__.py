"""Retire: a workload goes off the internet, and nothing of it costs money any more; data and stack stay.

lease -> mark -> schedules, trigger -> pointer -> endpoints (autoscaling first) -> configs -> models -> release
  |       |    +------------------+-----------+------------------------------+--> release -> fail
  +-> fail

Whatever is gone already is no error, so a second time changes nothing, and what failed can be tried again.
"""
