"""Synthetic pictures: augmentations of emblems, and harmless pictures that resemble them."""
