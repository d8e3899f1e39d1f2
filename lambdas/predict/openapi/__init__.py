"""The API's contract, OpenAPI 3.1: what the page shows, what clients are made from, what the tests hold the API to."""
