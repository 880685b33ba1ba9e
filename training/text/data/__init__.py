"""The corpus, its augmentations, and the tables that are computed from published data."""
