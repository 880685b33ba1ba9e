"""Keys that make accounts and contents unreadable to anyone who has only the database.

Hashes are keyed (HMAC), because account ids, names and bios can be guessed. Texts and pictures are encrypted (Fernet:
AES-128-CBC and HMAC-SHA256). Keys come from the environment, or from a file in the home directory where nothing is
configured (`serving.store.keyfile`).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from models.accounts.keys import HASH_VARIABLE, KEPT_KEYS, KEY_BYTES
from serving.store import keyfile
from serving.store.errors import StoreError
from serving.store.variables import CONTENT_VARIABLE, URL_VARIABLE


@dataclass(frozen=True)
class Secrets:
    """The keys of one installation, shared by its workers.

    Attributes:
        hash_key: key of the hashes, 32 bytes; with another key the same account has another hash.
        contents: encrypts with its first key and decrypts with any.
    """

    hash_key: bytes
    contents: MultiFernet

    @classmethod
    def load(cls, home: Path) -> Secrets:
        """The configured keys, or, where neither they nor a database are configured, those kept in the home directory.

        Raises:
            StoreError: a key is missing or malformed, or the file cannot be read or written.
        """
        if any(os.environ.get(name) for name in (HASH_VARIABLE, CONTENT_VARIABLE, URL_VARIABLE)):
            return cls.from_environment()
        return cls.parse(keyfile.kept((home / KEPT_KEYS).parent, cls.fresh()))

    @classmethod
    def from_environment(cls) -> Secrets:
        """The keys in the environment.

        Raises:
            StoreError: one is missing or malformed.
        """
        return cls.parse(os.environ)

    @classmethod
    def parse(cls, variables: Mapping[str, str]) -> Secrets:
        """The keys in HUIJIAN_HASH_KEY (64 hex digits) and HUIJIAN_CONTENT_KEYS (Fernet keys, comma-separated).

        Raises:
            StoreError: one is missing or malformed.
        """
        try:
            hash_key = bytes.fromhex(variables.get(HASH_VARIABLE, ""))
            keys = [Fernet(key.strip()) for key in variables.get(CONTENT_VARIABLE, "").split(",")]
        except ValueError:
            hash_key, keys = b"", []
        if len(hash_key) != KEY_BYTES or not keys:
            raise StoreError(
                f"{HASH_VARIABLE} must hold 64 hex digits and {CONTENT_VARIABLE} Fernet keys, separated by commas; "
                "`huijian store keys` makes new ones"
            )
        return cls(hash_key, MultiFernet(keys))

    @staticmethod
    def fresh() -> dict[str, str]:
        """New keys, as environment variables."""
        return {HASH_VARIABLE: os.urandom(KEY_BYTES).hex(), CONTENT_VARIABLE: Fernet.generate_key().decode()}

    def digest(self, kind: str, content: bytes) -> str:
        """HMAC-SHA256 in hex.

        Args:
            kind: such as "account" or "bio"; the same content has another hash under another kind.
        """
        return hmac.new(self.hash_key, kind.encode() + b"\0" + content, hashlib.sha256).hexdigest()

    def cipher(self, kind: str, secret: bytes) -> Fernet:
        """A cipher that only these bytes give again; the key is not kept.

        Args:
            kind: what it encrypts; the same bytes give another cipher under another kind.
        """
        derived = hmac.new(self.hash_key, kind.encode() + b"\0" + secret, hashlib.sha256).digest()
        return Fernet(base64.urlsafe_b64encode(derived))

    def seal(self, content: bytes) -> bytes:
        """Encrypt content."""
        return self.contents.encrypt(content)

    def unseal(self, sealed: bytes) -> bytes:
        """Decrypt sealed content.

        Raises:
            StoreError: none of the keys decrypts it, or it was altered.
        """
        try:
            return self.contents.decrypt(sealed)
        except InvalidToken:
            raise StoreError(f"no key in {CONTENT_VARIABLE} opens what is stored, or it was altered") from None
