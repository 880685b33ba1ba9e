"""Normalisation of disguised text with offsets into the original."""
