"""Handlers of the /v1 routes, and what they share: threads to work in, and what a client is told of a fault."""
