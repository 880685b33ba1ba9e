"""Translation of the store's errors for clients.

The store's own messages name files and databases. They are for operators, and the store's writer logs them.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from models.profile import ProfileError
from serving.store.errors import DecisionUnknown, StoreUnavailable

logger = logging.getLogger("huijian.store")


@contextmanager
def store_faults() -> Iterator[None]:
    """Turn temporary faults and clients' faults into refusals; a misconfigured store's errors pass through.

    Raises:
        ProfileError: there is no such decision, or the store cannot be used now.
    """
    try:
        yield
    except DecisionUnknown as error:
        raise ProfileError("decision_unknown", str(error), "decision_id") from None
    except StoreUnavailable:
        raise _unavailable() from None
    except OSError as error:  # from a gallery, the closed accounts or the lists, and not logged yet
        logger.error("a change cannot be written: %s", error.strerror or error)
        raise _unavailable() from None


def _unavailable() -> ProfileError:
    return ProfileError("store_unavailable", "records cannot be written or read now; try again in a second")
