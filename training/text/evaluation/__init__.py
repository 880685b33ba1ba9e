"""Evaluation on held-out texts, beside peers, with reports."""
