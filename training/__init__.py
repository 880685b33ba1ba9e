"""How models are made, measured and released."""
