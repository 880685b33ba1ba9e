"""Comparison of two encoders on the same pictures."""
