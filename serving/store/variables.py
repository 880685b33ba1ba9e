"""Environment variables that describe the store, where the defaults of one machine are not enough."""

from __future__ import annotations

from typing import Final

URL_VARIABLE: Final = "HUIJIAN_DATABASE_URL"
HASH_VARIABLE: Final = "HUIJIAN_HASH_KEY"
CONTENT_VARIABLE: Final = "HUIJIAN_CONTENT_KEYS"
