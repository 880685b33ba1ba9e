"""From pixels to embeddings: the CLIP image tower, its text tower, and the variants of a reference."""
