"""The HTTP front of an R image: R answers one request at a time and has no HTTP server that bears rough clients.

So the serving kernel listens, bounds and times, and passes bodies on to R processes over pipes; `server.R` has the
other ends.
"""
