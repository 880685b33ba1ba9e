"""Who runs a command, for the audit trail."""

from __future__ import annotations

import getpass
import os


def operator() -> str:
    """The user of this machine, by name; by number where it has none, as in a container."""
    try:
        return f"user:{getpass.getuser()}"
    except (KeyError, OSError):  # KeyError before Python 3.13, OSError since
        return f"user:{os.getuid()}"
