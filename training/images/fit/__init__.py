"""Fitting: image tower, text tower, localizer, reranker, calibrations."""
