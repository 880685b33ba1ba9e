"""A share of the accounts: the same ones every time, and all of them again when the share grows."""

from __future__ import annotations

import hmac


def in_rollout(account_id: str, share: float, of: str) -> bool:
    """Whether an account is in a share.

    Args:
        account_id: any text.
        share: in [0, 1].
        of: what is shared out; one thing's share says nothing about another's.
    """
    digest = hmac.digest(of.encode("utf-8", "surrogatepass"), account_id.encode("utf-8", "surrogatepass"), "sha256")
    return int.from_bytes(digest[:8]) < share * 2**64
