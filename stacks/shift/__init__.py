"""Shift: the traffic of a live A/B test moves to one variant in steps, watched by its alarms, and back on alarm.

check -> lease -> pointer, endpoint -> alarms -> [weights -> bake and alarms] per step -> promote
                                         |            |                                     |
                                         |            +---------- go back <-----------------+
                                         +-> release -> fail with the remembered reason <-- withdraw

A last step of 100 promotes the variant: an endpoint config with it alone takes the place of the one with all.
"""
