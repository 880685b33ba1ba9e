"""CLIP image and text towers, and the views and prototypes of a reference."""
