"""Gradual rollout to a share of accounts by hash: stable over time, and a larger share contains a smaller one."""

from __future__ import annotations

import hmac


def in_rollout(account_id: str, share: float, feature: str) -> bool:
    """True if an account is in the rollout of a feature.

    Args:
        account_id: any text.
        share: of all accounts, in [0, 1].
        feature: what is rolled out; the choices for different features are independent.
    """
    key, message = feature.encode("utf-8", "surrogatepass"), account_id.encode("utf-8", "surrogatepass")
    digest = hmac.digest(key, message, "sha256")
    return int.from_bytes(digest[:8]) < share * 2**64
