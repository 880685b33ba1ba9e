"""Pictures: decoding, embedding, the gallery of protected emblems, codes."""
