"""Accounts closed by law: remembered and forgotten, one by one or in files (Art. 10)."""
