"""Retrieval, localization, verification and calibration: from embeddings to calibrated matches."""
