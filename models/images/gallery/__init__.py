"""The protected emblems: references, their vectors, and how a version of a gallery is stored."""
