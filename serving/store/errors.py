"""Failures of the store. No message holds content that a client sent."""

from __future__ import annotations


class StoreError(RuntimeError):
    """The store cannot be used as it is set up; the message says what to do."""


class StoreUnavailable(StoreError):  # noqa: N818 - a state that passes
    """The store cannot be used now; the same request may succeed later."""


class KeyReused(StoreError):  # noqa: N818 - what a look-up found
    """An Idempotency-Key was used for another request."""


class RequestInProgress(StoreError):  # noqa: N818 - a state that passes
    """The same request is in work; its answer comes later."""


class DecisionUnknown(StoreError):  # noqa: N818 - what a look-up found
    """There is no such decision: it was never made, or it was purged."""
