"""Evaluation on held-out pictures, beside peers, with reports."""
