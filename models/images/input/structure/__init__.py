"""Walks over a picture's structure that bound what decoding it can cost."""
