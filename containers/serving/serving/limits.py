"""What bounds a client, beside the times and sizes of the settings."""

# Bytes of a request's head, each header counted with the cost of a short one.
MOST_HEAD = 64 * 1024
A_HEADER = 128
MOST_TARGET = 8 * 1024
# Requests of one client that wait for their turn; more are left in the network.
MOST_WAITING = 32
# Bytes a second: a body that takes longer than its time and this rate allow is slow.
SLOWEST = 10_000
# How long a client may go on sending what nobody reads, so that it sees its answer and no reset.
LINGER_SECONDS = 3
# After SIGTERM, what clients sent before they could know is still taken from the network.
LAST_REQUESTS_SECONDS = 0.1
# How often a worker looks at its clock; nothing is timed more exactly.
TICK_SECONDS = 1.0
# Connections that the system keeps until they are accepted.
BACKLOG = 1024
# Open files of a process, where the system allows as many: each connection is one.
FILES = 65536
