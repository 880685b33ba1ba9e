"""Carries decisions over from an earlier run: what a row depends on, and whether it changed."""
