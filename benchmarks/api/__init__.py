"""What the public API's function costs beside other ways to write it."""
