"""Handlers of the /v1 routes, with their thread pools and the translation of faults for clients."""
