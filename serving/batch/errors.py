"""Reasons why a batch run stops; each message tells the operator what to do."""

from __future__ import annotations


class InputError(ValueError):
    """The input cannot be used; the message names the file."""


class RunError(RuntimeError):
    """The run cannot begin, continue or end."""
