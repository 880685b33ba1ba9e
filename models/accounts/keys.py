"""Location of the key that hashes accounts: the environment, else the home directory."""

from __future__ import annotations

from pathlib import Path
from typing import Final

HASH_VARIABLE: Final = "HUIJIAN_HASH_KEY"

KEPT_KEYS: Final = Path("store") / "keys.env"
"""Path below the home directory (`serving.store.keyfile`)."""

KEY_BYTES: Final = 32
"""Length of the key: that of the hash, as RFC 2104 recommends."""
