"""Embeddings that are kept of pictures, so that an emblem which is enrolled later can be looked for."""
