"""CLIP image and text towers, and the variants and prototypes of a reference."""
