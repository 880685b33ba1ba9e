"""Contact details, plain or disguised (Art. 8(6))."""
