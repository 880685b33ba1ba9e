"""Protected and restricted names (Art. 8(2) to 8(5), 10)."""
