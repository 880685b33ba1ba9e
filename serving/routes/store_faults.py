"""What a client is told when the store does not do what it asked.

The store's own messages are for operators: they name files and databases. Its writer logs them.
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
    """Turn what passes, or is the client's fault, into a refusal; a store that is set up wrongly is neither.

    Raises:
        ProfileError: there is no such decision, or the store cannot be used now.
    """
    try:
        yield
    except DecisionUnknown as error:
        raise ProfileError("decision_unknown", str(error), "decision_id") from None
    except StoreUnavailable:
        raise _unavailable() from None
    except OSError as error:  # of a gallery or the closed accounts: nobody has logged it
        logger.error("a change cannot be written: %s", error.strerror or error)
        raise _unavailable() from None


def _unavailable() -> ProfileError:
    return ProfileError("store_unavailable", "records cannot be written or read now; try again in a second")
