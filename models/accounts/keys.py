"""Where the key is that accounts are hashed with: in the environment, or in the home directory if it is not there."""

from __future__ import annotations

from pathlib import Path
from typing import Final

HASH_VARIABLE: Final = "HUIJIAN_HASH_KEY"

KEPT_KEYS: Final = Path("store") / "keys.env"
"""Below the home directory (`serving.store.keyfile`)."""

KEY_BYTES: Final = 32
"""As long as the hash (RFC 2104 asks for at least that)."""
