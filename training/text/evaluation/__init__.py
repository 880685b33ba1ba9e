"""Evaluation on held-out texts, beside baselines, with reports."""
