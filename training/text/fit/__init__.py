"""Fitting: fine-tuning, n-grams, calibration, export."""
