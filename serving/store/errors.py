"""What can go wrong with the store. No message holds what a client sent."""

from __future__ import annotations


class StoreError(RuntimeError):
    """The store cannot be used as it is set up; the message says what to do."""


class StoreUnavailable(StoreError):  # noqa: N818 - a state that passes
    """The store cannot be used now; the same request may succeed later."""


class DecisionUnknown(StoreError):  # noqa: N818 - what a look-up found
    """There is no such decision: it never was, or its time of keeping is over."""
