"""Draws emblems that no package holds, from their published construction rules.

Each function returns one SVG, which states its rule in a comment. `python -m training.images.drawings` writes them all
to `datasets/emblems/drawings/`. Text becomes outlines, so the committed drawings need neither fonts nor this code.
"""
