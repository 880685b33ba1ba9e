"""Environment variables of the store, for installations that need more than the defaults of one machine."""

from __future__ import annotations

from typing import Final

from models.accounts.keys import HASH_VARIABLE

__all__ = ["CONTENT_VARIABLE", "HASH_VARIABLE", "URL_VARIABLE"]

URL_VARIABLE: Final = "HUIJIAN_DATABASE_URL"
CONTENT_VARIABLE: Final = "HUIJIAN_CONTENT_KEYS"
