"""The gallery of protected emblems: references, vectors and stored versions."""
