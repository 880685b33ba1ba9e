"""The emblems that no package holds, drawn by us from their published construction rules.

Each function returns one SVG, which states the rule it follows. `python -m training.images.drawings` writes them all
to `datasets/emblems/drawings/`, text as outlines, so that the committed drawings need neither fonts nor this code.
"""
