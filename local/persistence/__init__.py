"""What survives a restart: all that the embedded AWS knows, in one file, and the bodies of S3's objects beside it.

`Kept` is the front: it reads what an earlier server wrote, puts it in place, and writes it anew while the server
runs. `snapshot` is the file, `content` what goes into it, `pickling` how objects become bytes, `gate` the moment in
which nobody changes them, `bodies` the store of S3's bodies, `backends` and `executions` what is done to
each kind of state.
"""
