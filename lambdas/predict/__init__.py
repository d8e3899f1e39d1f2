"""The function behind the public API.

A request passes these stages, one module each: `request` reads the gateway's event, `routes` chooses the
verb, `media` and `instances` turn the body into rows, `check` holds every row against the live `schema`,
`wire` writes the bytes that all variants read, `endpoint` calls one of them, `decode` reads its answer,
`answer` makes the response. `live` knows which model is live. What goes wrong on the way is a
`problems.Problem` and becomes HTTP in `routes`.
"""
