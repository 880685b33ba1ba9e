"""Undo disguises, and keep where every character came from."""
