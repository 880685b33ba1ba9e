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


class CaseDecided(StoreError):  # noqa: N818 - what a look-up found
    """Another review of the case came first.

    Attributes:
        by: its reviewer.
        time: when, in UTC.
        outcome: what was decided.
    """

    def __init__(self, by: str, time: str, outcome: str) -> None:
        super().__init__(f"{by} decided this case at {time}: {outcome}")
        self.by, self.time, self.outcome = by, time, outcome


class CaseHeld(StoreError):  # noqa: N818 - a state that passes
    """Another reviewer works on the case.

    Attributes:
        by: that reviewer.
        until: when the case is free again, in UTC.
    """

    def __init__(self, by: str, until: str) -> None:
        super().__init__(f"{by} works on this case until {until}")
        self.by, self.until = by, until


class DecisionUnknown(StoreError):  # noqa: N818 - what a look-up found
    """There is no such decision: it was never made, or it was purged."""
