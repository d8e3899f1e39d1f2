"""What AWS's framework images have in common: script mode. `trainer.train()` runs a script, `server.serve()` serves it.

Written from the documented behaviour of AWS's training and inference toolkits; it knows files and port 8080, no AWS.
"""
