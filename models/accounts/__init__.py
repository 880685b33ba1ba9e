"""Recognises accounts that were closed by law and return (Art. 10)."""
