"""Drawings of a gallery, prepared for comparison with crops of pictures."""
