"""AWS as this function needs it: five operations over the standard library alone.

botocore reads service models of megabytes and builds its clients from them, which is most of a cold start, and
spends half a millisecond on each warm call. What is sent here is what botocore would send; the tests compare both.
"""
