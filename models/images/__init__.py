"""Image detectors: decoding, embeddings, gallery, emblem matching, OCR and codes."""
