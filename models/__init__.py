"""Inference: everything that judges a profile. Serving and training import it; it imports neither."""
