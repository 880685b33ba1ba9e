"""Accounts closed by law that come back: what is remembered of them, and how it is recognised (Art. 10)."""
