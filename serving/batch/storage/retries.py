"""Calls of an object store that failed by chance are made again, after growing pauses.

Clients of stores report what a network or a server does by chance as `OSError`; other errors are not tried again.
"""

from __future__ import annotations

import errno
import time
from collections.abc import Callable
from typing import Final, TypeVar

ATTEMPTS: Final = 6
FIRST_PAUSE_SECONDS: Final = 0.1
"""Doubled after every attempt: a call is given up after three seconds of pauses."""

PERMANENT = (FileExistsError, FileNotFoundError, IsADirectoryError, NotADirectoryError, PermissionError)
FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
"""Error numbers of a full disk: only the operator can help."""

Result = TypeVar("Result")


def retried(call: Callable[[], Result]) -> Result:
    """The result of a call that may fail by chance; what it raises at last, or at once if it is permanent."""
    for attempt in range(ATTEMPTS - 1):
        try:
            return call()
        except OSError as error:
            if isinstance(error, PERMANENT) or error.errno in FULL:
                raise
        time.sleep(FIRST_PAUSE_SECONDS * 2**attempt)
    return call()
